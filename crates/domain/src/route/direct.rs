//! One leg: the pools of the pair are asked, each once.

use super::{
    Plan, Question, Refusal, Route, RouteError, SHARES, gas,
    graph::{Aim, allowed},
    leg::{Answer, Leg},
    market::{Link, Market, PoolIx},
    path::score,
    venue::Venue,
    work::{Work, other},
};
use crate::amm::Amount;

/// The best pool of the pair.
pub(super) fn best(market: &Market, question: &Question) -> Result<Plan, RouteError> {
    let work = Work::new(question.effort);
    match among(market, question, work) {
        // perhaps there are long swaps alone: one of them is better than nothing
        Err((_, work)) if work.is_cut() => {
            among(market, question, work.deep(question.effort)).map_err(|(error, _)| error)
        }
        found => found.map_err(|(error, _)| error),
    }
}

fn among(market: &Market, question: &Question, mut work: Work) -> Result<Plan, (RouteError, Work)> {
    let aim = match question.amount {
        Amount::ExactIn(_) => Aim::Most,
        Amount::ExactOut(_) => Aim::Least,
    };
    let mut best = None;
    let mut refusal;
    loop {
        refusal = None;
        for pool in market.between(question.token_in, question.token_out) {
            if !allowed(market, question, &Link { other: question.token_out, pool }) {
                continue;
            }
            if work.is_spent() {
                refusal = refusal.or(Some(Refusal::Effort));
                break;
            }
            let venue = market.venue(pool);
            let swap = (pool, venue.tokens[0] == question.token_in);
            let answer = match work.answer(market, swap, question.amount) {
                Ok(answer) => answer,
                Err(error) => {
                    refusal = refusal.or(Some(error));
                    continue;
                }
            };
            let leg = leg(question, pool, venue, &answer);
            let amount = other(aim, &answer);
            if amount.is_zero() {
                refusal = refusal.or(Some(Refusal::NOTHING));
                continue;
            }
            let cost = question.gas_price.cost(gas::PER_ROUTE + leg.gas);
            // pools come in their order: of equal ones the first
            let worth = (score(aim, amount, cost), std::cmp::Reverse(leg.gas));
            if best.as_ref().is_none_or(|(most, _)| worth > *most) {
                best = Some((worth, leg));
            }
        }
        if !work.goes_further() {
            break;
        }
    }
    let Some((_, leg)) = best else {
        let error = refusal.map_or(RouteError::NotConnected, RouteError::Refused);
        return Err((error, work));
    };
    let (amount_in, amount_out) = (leg.amount_in, leg.amount_out);
    let route = Route { share: SHARES, amount_in, amount_out, legs: vec![leg] };
    let gas = gas::PER_TRANSACTION + route.gas();
    let (computed, steps, exhausted) = (work.computed, work.taken, !work.is_cut());
    Ok(Plan { amount_in, amount_out, routes: vec![route], gas, computed, steps, exhausted })
}

fn leg(question: &Question, pool: PoolIx, venue: &Venue, answer: &Answer) -> Leg {
    Leg {
        pool,
        token_in: question.token_in,
        token_out: question.token_out,
        amount_in: answer.amount_in,
        amount_out: answer.amount_out,
        crossed: answer.crossed,
        gas: venue.gas(answer),
    }
}
