//! The way a trade takes through pools: the best path, and how to split an amount over several.
//!
//! A [`Market`] holds the pools of a chain at one block. [`find`] searches it: paths that visit each token once, by branch
//! and bound over what the pools' own arithmetic ([`crate::amm`]) answers; then shares of the amount over paths that have
//! no pool in common, so that every leg is what its pool would do at that block. The same market and question give the
//! same answer.
//!
//! Amounts are in smallest units, shares in parts of [`SHARES`], gas in units of gas.

use std::collections::BTreeSet;

use alloy_primitives::U256;

use crate::{amm::Amount, entity::Protocol};

mod candidates;
mod chunked;
mod direct;
pub mod gas;
mod graph;
mod largest;
mod leg;
mod market;
mod mid;
mod path;
mod rate;
mod split;
mod tax;
mod venue;
mod work;

#[cfg(test)]
mod kit;
#[cfg(test)]
mod tests;

pub use self::{
    largest::{Largest, largest},
    leg::{Leg, Refusal},
    market::{Market, PoolIx, TokenIx},
    mid::{MID_BITS, mid_amount},
    tax::Tax,
    venue::{Liquidity, Unsupported, Venue},
};

/// An amount is split in steps of five percent, as routers of the field do.
pub const SHARES: u32 = 20;
/// Legs of a path at most.
pub const MOST_HOPS: usize = 4;
/// Paths that an amount is split over at most.
pub const MOST_SPLITS: usize = 7;

/// What is wanted.
#[derive(Debug, Clone)]
pub struct Question {
    /// Token that goes in.
    pub token_in: TokenIx,
    /// Token that comes out.
    pub token_out: TokenIx,
    /// How much.
    pub amount: Amount,
    /// Legs of a path, at most [`MOST_HOPS`].
    pub hops: usize,
    /// Paths, at most [`MOST_SPLITS`].
    pub splits: usize,
    /// What a unit of gas costs, in the token whose amount is asked for (out for exact in, in for exact out).
    pub gas_price: GasPrice,
    /// Which pools may serve.
    pub allowed: Allowed,
    /// How many swaps may be computed before the best way found so far is the answer; with on average eight steps each. As
    /// much again may go into shares.
    pub effort: u32,
}

/// What gas costs in a token: `per` smallest units for `units` of gas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GasPrice {
    /// Smallest units of the token.
    pub per: U256,
    /// Units of gas.
    pub units: u64,
}

impl GasPrice {
    /// Gas that costs nothing.
    pub const FREE: Self = Self { per: U256::ZERO, units: 1 };

    /// What so much gas costs, rounded up.
    #[must_use]
    pub fn cost(&self, gas: u64) -> U256 {
        let units = U256::from(self.units.max(1));
        self.per.saturating_mul(U256::from(gas)).div_ceil(units)
    }
}

/// Which pools and tokens may serve a trade.
#[derive(Debug, Clone, Default)]
pub struct Allowed {
    /// Only these protocols; all when empty.
    pub protocols: BTreeSet<Protocol>,
    /// Only these pools, when there are any.
    pub pools: Option<BTreeSet<PoolIx>>,
    /// None of these pools.
    pub without_pools: BTreeSet<PoolIx>,
    /// Not through these tokens.
    pub without_tokens: BTreeSet<TokenIx>,
    /// Only through these tokens, when there are any.
    pub tokens: Option<BTreeSet<TokenIx>>,
}

/// A part of the amount and the way it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Parts of [`SHARES`] of the given amount.
    pub share: u32,
    /// What goes in.
    pub amount_in: U256,
    /// What comes out.
    pub amount_out: U256,
    /// In the order of the trade.
    pub legs: Vec<Leg>,
}

impl Route {
    /// Gas of its legs.
    #[must_use]
    pub fn gas(&self) -> u64 {
        gas::PER_ROUTE + self.legs.iter().map(|leg| leg.gas).sum::<u64>()
    }
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// All that goes in.
    pub amount_in: U256,
    /// All that comes out.
    pub amount_out: U256,
    /// Largest share first.
    pub routes: Vec<Route>,
    /// Gas of the whole transaction.
    pub gas: u64,
    /// Swaps that were computed.
    pub computed: u32,
    /// Steps of those swaps; what a pool was walked for before in this search is not counted again.
    pub steps: u64,
    /// Whether everything that could be better was looked at.
    pub exhausted: bool,
}

/// Why there is no way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// Both tokens are the same.
    #[error("both tokens are the same")]
    SameToken,
    /// Nothing is to be traded.
    #[error("nothing is traded: ask for an amount above zero")]
    ZeroAmount,
    /// No pools connect the tokens within so many hops.
    #[error("no pools connect the tokens in the hops allowed")]
    NotConnected,
    /// Pools connect them, and none can make the trade; the reason of the last that was tried on the way with fewest
    /// hops.
    #[error("no pool on the way can make this trade: {0}")]
    Refused(Refusal),
}

/// Finds the best way.
///
/// # Errors
/// [`RouteError`].
pub fn find(market: &Market, question: &Question) -> Result<Plan, RouteError> {
    if question.token_in == question.token_out {
        return Err(RouteError::SameToken);
    }
    if question.amount.value().is_zero() {
        return Err(RouteError::ZeroAmount);
    }
    if question.hops == 1 && question.splits == 1 {
        return direct::best(market, question);
    }
    let graph = graph::Graph::new(market, question);
    if !graph.is_connected() {
        return Err(RouteError::NotConnected);
    }
    let candidates = candidates::collect(&graph, question)?;
    split::best(&graph, question, candidates).ok_or(RouteError::Refused(Refusal::TooMuch))
}
