//! The figures of a DEX: volumes, fees, locked value and derived prices, by the rules of the reference subgraphs, so that
//! they agree with them to the last digit, defects included.
//!
//! Each DEX is a world of its own, named by its factory (V4: its manager): the same token has other figures elsewhere.
//! A figure that a protocol does not have stays at zero. USD and ETH figures depend on the DEX's
//! [`crate::config::Pricing`].

mod account;
mod factory;
mod interval;
mod nft_position;
mod pool;
mod position;
mod tick;
mod token;

pub use self::{
    account::Account,
    factory::{Factory, ProtocolDay},
    interval::{Interval, PoolInterval, TokenInterval},
    nft_position::NftPosition,
    pool::PoolFigures,
    position::LiquidityPosition,
    tick::{TickDay, TickWord},
    token::TokenFigures,
};
