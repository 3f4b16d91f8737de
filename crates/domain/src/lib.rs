//! The nouns of sooho and their arithmetic: blocks, events, pools, ticks, tokens, owners, and the fold that turns the
//! events of a block into changes of state.
//!
//! Pure and synchronous: no I/O, no clock, no environment, no database, no RPC. Amounts are integers of up to 256 bits
//! in a token's smallest unit; nothing here is a binary float.
//!
//! Invariant: whatever [`fold::State::apply`] changes, [`fold::State::revert`] takes back exactly.

pub mod amm;
pub mod block;
pub mod candle;
pub mod config;
pub mod contract;
pub mod decimal;
pub mod entity;
pub mod event;
pub mod figures;
pub mod flat;
pub mod fold;
pub mod ids;
pub mod iso;
pub mod map;
pub mod market;
pub mod pricing;
pub mod reconciled;
pub mod record;
pub mod route;
pub mod row;
pub mod version;
