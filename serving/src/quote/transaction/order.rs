//! What a router is to do, in its terms: addresses instead of numbers, runs of legs of one protocol, and limits.

use abis::periphery::PoolKey;
use alloy_primitives::{
    Address, U256,
    aliases::{I24, U24},
};
use api_kit::problem::Problem;
use domain::{
    amm::v2,
    entity::Protocol,
    route::{self, Leg, Liquidity},
};

use crate::{
    book::Book,
    quote::{
        limits,
        plan::Planned,
        request::{PortionWish, Trade, TradeType, Wish},
    },
};

/// A whole trade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) exact_in: bool,
    /// What the first pools take: the wrapped currency where native coins are wrapped first.
    pub(super) token_in: Address,
    /// What the last pools give.
    pub(super) token_out: Address,
    /// Whether the sender pays in native coins.
    pub(super) pays_native: bool,
    /// Whether the recipient gets native coins.
    pub(super) gives_native: bool,
    pub(super) ways: Vec<Way>,
    pub(super) amount_in: U256,
    /// What really comes out while the pools are as they are.
    pub(super) amount_out: U256,
    /// Exact in: all of it. Exact out: the most that may go in.
    pub(super) most_in: U256,
    /// The least that has to come out, portion included.
    pub(super) least_out: U256,
    pub(super) recipient: Address,
    pub(super) portion: Option<PortionWish>,
    /// Unix seconds.
    pub(super) deadline: u64,
}

/// A path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Way {
    /// In their order; an exact output has one.
    pub(super) runs: Vec<Run>,
    pub(super) amount_in: U256,
    /// What is wanted of it.
    pub(super) amount_out: U256,
    /// The most that may go in.
    pub(super) most_in: U256,
}

/// Legs of one protocol that follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Run {
    V2 { path: Vec<Address> },
    V3 { path: Vec<Address>, fees: Vec<u32> },
    V4 { path: Vec<Address>, swaps: Vec<(PoolKey, bool)> },
}

impl Order {
    pub(super) fn new(
        book: &Book,
        trade: &Trade,
        wish: &Wish,
        planned: &Planned,
        deadline: u64,
    ) -> Result<Self, Problem> {
        let plan = &planned.plan;
        let exact_in = trade.trade_type == TradeType::ExactIn;
        let bps = trade.slippage_bps.unwrap_or_default();
        let mut ways = Vec::with_capacity(plan.routes.len());
        let mut amount_out = U256::ZERO;
        for route in &plan.routes {
            let way = way(book, route, exact_in, bps).ok_or_else(Problem::internal)?;
            let gives = if exact_in { route.amount_out } else { given(book, route)? };
            amount_out = amount_out.saturating_add(gives);
            ways.push(way);
        }
        let (first, last) = plan.routes.first().map(ends).ok_or_else(Problem::internal)?;
        let address = |token| book.names.token(token).map(|token| token.address);
        let (Some(token_in), Some(token_out)) = (address(first), address(last)) else {
            return Err(Problem::internal());
        };
        let (most_in, least_out) = if exact_in {
            (plan.amount_in, limits::least(plan.amount_out, bps))
        } else {
            (limits::most(plan.amount_in, bps), plan.amount_out)
        };
        Ok(Self {
            exact_in,
            token_in,
            token_out,
            pays_native: planned.token_in.address.is_zero(),
            gives_native: planned.token_out.address.is_zero(),
            ways,
            amount_in: plan.amount_in,
            amount_out,
            most_in,
            least_out,
            recipient: wish.recipient,
            portion: wish.portion,
            deadline,
        })
    }

    /// Whether native coins are wrapped before the first pool.
    pub(super) fn wraps(&self) -> bool {
        self.pays_native && !self.token_in.is_zero()
    }

    /// Whether what the last pools give is unwrapped.
    pub(super) fn unwraps(&self) -> bool {
        self.gives_native && !self.token_out.is_zero()
    }

    /// Native coins that go with the call (wei).
    pub(super) const fn value(&self) -> U256 {
        if self.pays_native { self.most_in } else { U256::ZERO }
    }

    /// What the sender pays in; zero for native coins.
    pub(super) const fn paid(&self) -> Address {
        if self.pays_native { Address::ZERO } else { self.token_in }
    }

    /// What the recipient gets; zero for native coins.
    pub(super) const fn given(&self) -> Address {
        if self.gives_native { Address::ZERO } else { self.token_out }
    }

    /// Whether pools can give what comes out to the recipient at once: nothing is parted or unwrapped, and one limit
    /// stands for the whole trade.
    pub(super) fn is_direct(&self) -> bool {
        self.portion.is_none() && !self.unwraps() && (!self.exact_in || self.ways.len() == 1)
    }

    /// Whether a first pool may leave some of the input where its liquidity ends.
    pub(super) fn may_leave_input(&self) -> bool {
        self.ways.iter().any(|way| matches!(way.runs.first(), Some(Run::V3 { .. })))
    }
}

impl Run {
    fn of(protocol: Protocol, first: Address) -> Self {
        let path = vec![first];
        match protocol {
            Protocol::V2 => Self::V2 { path },
            Protocol::V3 => Self::V3 { path, fees: Vec::new() },
            Protocol::V4 => Self::V4 { path, swaps: Vec::new() },
        }
    }

    /// Whether it has no legs yet.
    const fn is_empty(&self) -> bool {
        match self {
            Self::V2 { path } | Self::V3 { path, .. } | Self::V4 { path, .. } => path.len() < 2,
        }
    }

    /// Goes on by a leg; whether that is one of this protocol.
    fn follow(&mut self, book: &Book, leg: &Leg) -> Option<bool> {
        let (name, venue) = (book.names.pool(leg.pool)?, book.market.pool(leg.pool)?);
        let address = |token| book.names.token(token).map(|token| token.address);
        let next = address(leg.token_out)?;
        if venue.takes_tax(leg.token_in) && !self.is_empty() {
            // from pair to pair it would be taxed once: as it was reckoned, it goes through the router
            return Some(false);
        }
        match (self, venue.protocol) {
            (Self::V2 { path }, Protocol::V2) => path.push(next),
            (Self::V3 { path, fees }, Protocol::V3) => {
                path.push(next);
                fees.push(name.fee_pips);
            }
            (Self::V4 { path, swaps }, Protocol::V4) => {
                let [zero, one] = venue.tokens;
                let key = PoolKey {
                    currency0: address(zero)?,
                    currency1: address(one)?,
                    fee: U24::try_from(name.fee_pips).ok()?,
                    tickSpacing: I24::try_from(name.tick_spacing).ok()?,
                    hooks: name.hooks,
                };
                path.push(next);
                swaps.push((key, leg.token_in == zero));
            }
            _ => return Some(false),
        }
        Some(true)
    }
}

fn ends(route: &route::Route) -> (route::TokenIx, route::TokenIx) {
    let first = route.legs.first().map_or(route::TokenIx(u32::MAX), |leg| leg.token_in);
    (first, route.legs.last().map_or(route::TokenIx(u32::MAX), |leg| leg.token_out))
}

fn way(book: &Book, route: &route::Route, exact_in: bool, bps: u32) -> Option<Way> {
    let mut runs: Vec<Run> = Vec::new();
    for leg in &route.legs {
        if let Some(run) = runs.last_mut()
            && run.follow(book, leg)?
        {
            continue;
        }
        let first = book.names.token(leg.token_in)?.address;
        let mut run = Run::of(book.market.pool(leg.pool)?.protocol, first);
        run.follow(book, leg)?;
        runs.push(run);
    }
    let (amount_in, amount_out) = (route.amount_in, route.amount_out);
    let most_in =
        if exact_in { amount_in } else { limits::most_of_part(amount_in, bps).max(amount_in) };
    Some(Way { runs, amount_in, amount_out, most_in })
}

/// What a path gives of an exact output. Routers have pairs pay out all that the input buys, and the input was rounded up:
/// a few units more than was asked for.
fn given(book: &Book, route: &route::Route) -> Result<U256, Problem> {
    let mut amount = route.amount_in;
    for leg in &route.legs {
        let venue = book.market.pool(leg.pool).ok_or_else(Problem::internal)?;
        let Liquidity::Reserves { reserves: [zero, one], fee_pips } = venue.liquidity else {
            return Ok(route.amount_out);
        };
        let from_zero = venue.tokens.first() == Some(&leg.token_in);
        let (from, to) = if from_zero { (zero, one) } else { (one, zero) };
        amount = v2::amount_out(amount, from, to, fee_pips).map_err(|error| {
            tracing::error!(%error, "a pair refuses what it was asked for");
            Problem::internal()
        })?;
    }
    Ok(amount)
}
