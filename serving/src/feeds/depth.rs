//! An order book made of a pool's curve: what a pool asks for slices of its base, one after the other.
//!
//! The reach of a side is what changes the price by about a tenth (or all that the pool has up to there), in equal slices.
//! Whoever takes the first slices of a side pays what the pool's contract would charge for them together, to the wei.
//!
//! The way to the reach is short, since a tick is a ten-thousandth; each slice goes on where known stops end (the ladder), so
//! a book costs little more than its way. It keeps a core busy all the same: [`super::apart`].

use alloy_primitives::U256;
use api_kit::problem::Problem;
use domain::{
    amm::{
        Amount, swap,
        tick_math::{MAX_SQRT_RATIO, MIN_SQRT_RATIO},
        v2,
    },
    decimal::Decimal,
    entity::Protocol,
    route::{Liquidity, Venue},
};

use super::pairs::Pair;
use crate::price;

#[cfg(test)]
mod tests;

/// The reach changes the square root of the price by so many thousandths: the price by about a tenth.
const REACH: u64 = 50;
/// More than any pool trades.
const V3_AMOUNT: usize = 254;
const V4_AMOUNT: usize = 126;

/// A slice: its price, in quote tokens for one base, and how many whole base tokens.
pub(crate) type Level = (Decimal, String);

/// Both sides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Depth {
    /// What the pool pays, the best first.
    pub(crate) bids: Vec<Level>,
    /// What it asks, the best first.
    pub(crate) asks: Vec<Level>,
}

impl Depth {
    /// So many levels a side of a pool whose amounts can be computed; else why not.
    pub(crate) fn new(pair: &Pair, venue: &Venue, levels: u32) -> Result<Self, Problem> {
        let unknown = |why: String| Problem::not_found("ORDERBOOK_UNKNOWN", why);
        if venue.is_taxed() {
            return Err(unknown(
                "a token of this pool takes a part of what is transferred".to_owned(),
            ));
        }
        if let Liquidity::Unsupported(why) = &venue.liquidity {
            return Err(unknown(format!("this pool's amounts are not computed: {why}")));
        }
        let curve = Curve { venue, is_base0: !pair.inverted };
        Ok(Self {
            bids: slices(pair, &curve, levels, Side::Bid),
            asks: slices(pair, &curve, levels, Side::Ask),
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// The base goes in.
    Bid,
    /// The base comes out.
    Ask,
}

/// What a pool charges.
struct Curve<'a> {
    venue: &'a Venue,
    is_base0: bool,
}

impl Curve<'_> {
    /// Whether token0 goes in.
    const fn zero_for_one(&self, side: Side) -> bool {
        matches!(side, Side::Bid) == self.is_base0
    }

    /// The base that changes the price by the reach.
    fn reach(&self, side: Side) -> Option<U256> {
        match &self.venue.liquidity {
            Liquidity::Reserves { reserves: [reserve0, reserve1], .. } => {
                let base = if self.is_base0 { reserve0 } else { reserve1 };
                Some(base / U256::from(1_000 / REACH))
            }
            Liquidity::Concentrated { .. } => {
                let (pool, _) = self.venue.concentrated()?;
                let zero_for_one = self.zero_for_one(side);
                let part = pool.sqrt_price_x96 / U256::from(1_000) * U256::from(REACH);
                let limit = if zero_for_one {
                    (pool.sqrt_price_x96 - part).max(MIN_SQRT_RATIO + U256::ONE)
                } else {
                    (pool.sqrt_price_x96 + part).min(MAX_SQRT_RATIO - U256::ONE)
                };
                let bits = if self.venue.protocol == Protocol::V4 { V4_AMOUNT } else { V3_AMOUNT };
                let all = Amount::ExactIn(U256::ONE << bits);
                let swapped = swap::swap(&pool, zero_for_one, all, Some(limit)).ok()?;
                Some(if side == Side::Bid { swapped.amount_in } else { swapped.amount_out })
            }
            Liquidity::Unsupported(_) => None,
        }
    }

    /// The quote tokens for so much of the base.
    fn quote(&self, side: Side, base: U256) -> Option<U256> {
        match &self.venue.liquidity {
            Liquidity::Reserves { reserves: [reserve0, reserve1], fee_pips } => {
                let (of_base, of_quote) =
                    if self.is_base0 { (*reserve0, *reserve1) } else { (*reserve1, *reserve0) };
                let amount = match side {
                    Side::Bid => v2::amount_out(base, of_base, of_quote, *fee_pips),
                    Side::Ask => v2::amount_in(base, of_quote, of_base, *fee_pips),
                };
                amount.ok()
            }
            Liquidity::Concentrated { .. } => {
                let amount =
                    if side == Side::Bid { Amount::ExactIn(base) } else { Amount::ExactOut(base) };
                let (pool, ladder) = self.venue.concentrated()?;
                let quoted = swap::quote(&pool, ladder, self.zero_for_one(side), amount).ok()?;
                let whole = quoted.remaining.is_zero();
                whole.then_some(match side {
                    Side::Bid => quoted.amount_out,
                    Side::Ask => quoted.amount_in,
                })
            }
            Liquidity::Unsupported(_) => None,
        }
    }
}

/// The slices of a side, the best first; prices do not get better, though the last unit of a small slice is rounded.
fn slices(pair: &Pair, curve: &Curve<'_>, levels: u32, side: Side) -> Vec<Level> {
    let mut found: Vec<Level> = Vec::new();
    let Some(reach) = curve.reach(side) else { return found };
    let (mut before, mut paid) = (U256::ZERO, U256::ZERO);
    for level in 1..=levels {
        let Some(base) = reach.checked_mul(U256::from(level)) else { break };
        let base = base / U256::from(levels);
        let Some(quote) = curve.quote(side, base).filter(|_| base > before) else { continue };
        let (of_base, of_quote) = (base - before, quote.saturating_sub(paid));
        let whole = Decimal::from_units;
        let price =
            whole(of_quote, pair.quote.decimals).safe_div(whole(of_base, pair.base.decimals));
        if price.is_zero() {
            continue;
        }
        (before, paid) = (base, quote);
        let bound = found.last().map_or(price, |(last, _)| *last);
        let price = if side == Side::Bid { price.min(bound) } else { price.max(bound) };
        found.push((price, price::whole(of_base, pair.base.decimals)));
    }
    found
}
