//! What a way costs in gas, about: what decides between ways of nearly equal output. The gas of the very transaction is
//! what a simulation tells.
//!
//! The figures are rounded from what the real contracts use on a local chain: a swap through the router with warm
//! tokens, and what each further initialised tick adds.

use crate::entity::Protocol;

/// A transaction with a router's call and the first transfer of tokens.
pub const PER_TRANSACTION: u64 = 60_000;
/// A path of its own.
pub const PER_ROUTE: u64 = 25_000;
/// An initialised tick that is crossed.
pub const PER_TICK: u64 = 22_000;

/// A swap in a pool.
#[must_use]
pub const fn per_leg(protocol: Protocol) -> u64 {
    match protocol {
        Protocol::V2 => 65_000,
        Protocol::V3 => 80_000,
        Protocol::V4 => 70_000,
    }
}
