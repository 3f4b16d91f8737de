//! The largest amount that fits: what those are told who asked for more.
//!
//! Of one pool it is exact: what a swap takes or gives on its way to the end of the pool's range, or what a pair's 112 bits
//! hold. Of ways through several pools it is that of one path, found by halving, with bounded work: shares over several
//! paths may do more.

use alloy_primitives::{U256, aliases::U112};

use super::{
    GasPrice, Question, Refusal, RouteError, find,
    graph::{Aim, allowed},
    leg::Leg,
    market::{Link, Market, PoolIx},
    venue::{Liquidity, Venue},
    work::{fixed, other},
};
use crate::{
    amm::{Amount, swap, v2},
    entity::Protocol,
};

/// Pools of a pair that are asked.
const POOLS: usize = 64;
/// Steps of a swap at most.
const STEPS: u32 = 16_384;
/// Swaps of a search for a path.
const EFFORT: u32 = 200;
/// Searches between a power of two that fits and the next, which does not.
const REFINED: u32 = 3;

/// An amount, and the way that it fits into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Largest {
    /// Smallest units, of the token whose amount was given.
    pub amount: U256,
    /// In the order of the trade.
    pub pools: Vec<PoolIx>,
}

/// The largest amount that this question could ask for; `None` where that could not be found with bounded work.
#[must_use]
pub fn largest(market: &Market, question: &Question) -> Option<Largest> {
    if question.hops == 1 { of_pair(market, question) } else { of_paths(market, question) }
}

fn of_pair(market: &Market, question: &Question) -> Option<Largest> {
    let pools = market.between(question.token_in, question.token_out);
    let usable = pools
        .filter(|pool| allowed(market, question, &Link { other: question.token_out, pool: *pool }));
    let each = usable.take(POOLS).filter_map(|pool| {
        let venue = market.venue(pool);
        let zero_for_one = venue.tokens[0] == question.token_in;
        Some((venue.largest(zero_for_one, question.amount)?, pool))
    });
    let (amount, pool) = each.max_by_key(|(amount, pool)| (*amount, std::cmp::Reverse(*pool)))?;
    Some(Largest { amount, pools: vec![pool] })
}

/// Halves the powers of two first, looking for any path each time, then what is between them with the path that was found.
fn of_paths(market: &Market, question: &Question) -> Option<Largest> {
    let asked = question.amount.value();
    let mut found: Option<(U256, Vec<Leg>)> = None;
    let try_amount = |value: U256, found: &mut Option<(U256, Vec<Leg>)>| {
        let amount = question.amount.with(value);
        let probe = Question {
            amount,
            splits: 1,
            gas_price: GasPrice::FREE,
            effort: EFFORT,
            ..question.clone()
        };
        match find(market, &probe) {
            Ok(mut plan) => {
                let legs = plan.routes.pop().map(|route| route.legs);
                *found = legs.map(|legs| (value, legs));
                true
            }
            // too little is not too much
            Err(error) => error == RouteError::Refused(Refusal::NOTHING),
        }
    };
    let (mut fits, mut too_much) = (0, asked.bit_len());
    while too_much - fits > 1 {
        let middle = usize::midpoint(fits, too_much);
        if try_amount(U256::ONE << middle, &mut found) {
            fits = middle;
        } else {
            too_much = middle;
        }
    }
    let mut bound = if too_much > 255 { asked } else { asked.min(U256::ONE << too_much) };
    let mut low = found.as_ref()?.0;
    for _ in 0..REFINED {
        let middle = low + (bound - low) / U256::from(2);
        if middle == low {
            break;
        }
        if try_amount(middle, &mut found) { low = middle } else { bound = middle }
    }
    let (amount, legs) = found?;
    let aim = if question.amount.is_exact_in() { Aim::Most } else { Aim::Least };
    let amount = halve(amount, bound, |amount| passes(market, aim, &legs, amount));
    Some(Largest { amount, pools: legs.iter().map(|leg| leg.pool).collect() })
}

/// Whether an amount comes through all legs.
fn passes(market: &Market, aim: Aim, legs: &[Leg], amount: U256) -> bool {
    let through = |amount: U256, leg: &Leg| {
        let venue = market.venue(leg.pool);
        let zero_for_one = venue.tokens[0] == leg.token_in;
        let answer = venue.answer_within(zero_for_one, fixed(aim, amount), STEPS).ok()?;
        Some(other(aim, &answer)).filter(|amount| !amount.is_zero())
    };
    match aim {
        Aim::Most => legs.iter().try_fold(amount, through).is_some(),
        Aim::Least => legs.iter().rev().try_fold(amount, through).is_some(),
    }
}

/// The largest value below `too_much` for which it holds; it does for `fits`.
fn halve(mut fits: U256, mut too_much: U256, holds: impl Fn(U256) -> bool) -> U256 {
    while too_much > fits && too_much - fits > U256::ONE {
        let middle = fits + (too_much - fits) / U256::from(2);
        if holds(middle) { fits = middle } else { too_much = middle }
    }
    fits
}

impl Venue {
    /// The largest amount, fixed as this one is, that the pool takes or gives in full.
    pub(super) fn largest(&self, zero_for_one: bool, like: Amount) -> Option<U256> {
        let fits = |value: U256| {
            !value.is_zero() && self.answer_within(zero_for_one, like.with(value), STEPS).is_ok()
        };
        let most = match &self.liquidity {
            Liquidity::Unsupported(_) => return None,
            Liquidity::Reserves { reserves: [zero, one], fee_pips } => {
                let (from, to) = if zero_for_one { (*zero, *one) } else { (*one, *zero) };
                let room = U256::from(U112::MAX).checked_sub(from)?;
                match like {
                    // what a tax takes is paid beside what the pair has room for
                    Amount::ExactIn(_) if self.is_taxed() => {
                        return Some(halve(U256::ZERO, U256::ONE << 128, fits))
                            .filter(|found| !found.is_zero());
                    }
                    Amount::ExactIn(_) => room,
                    Amount::ExactOut(_) => v2::amount_out(room, from, to, *fee_pips).ok()?,
                }
            }
            Liquidity::Concentrated { .. } => {
                let bits = if self.protocol == Protocol::V4 { 127 } else { 255 };
                let end = like.with((U256::ONE << bits) - U256::ONE);
                let (pool, ladder) = self.concentrated()?;
                match swap::quote_within(&pool, ladder, zero_for_one, end, STEPS) {
                    Ok(done) if like.is_exact_in() => done.amount_in,
                    Ok(done) => done.amount_out,
                    // an amount on the way leaves its integer
                    Err(_) => end.value(),
                }
            }
        };
        if fits(most) {
            return Some(most);
        }
        // a unit less, where roundings add up, and else by halves
        let less = most.checked_sub(U256::ONE)?;
        let found = if fits(less) { less } else { halve(U256::ZERO, less, fits) };
        Some(found).filter(|found| !found.is_zero())
    }
}
