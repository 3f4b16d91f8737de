//! Random chains with random reorgs, made of events that a chain could have: V2, V3 and V4 pools, positions and NFTs.
//!
//! A [`Story`] says what somebody sees who follows the chain: blocks come, blocks go, and at the end one branch is left.

mod follow;
mod market;
mod story;
mod traffic;

pub use self::{
    follow::{clean, follow, follow_in_memory},
    market::Market,
    story::{Move, Story},
};
