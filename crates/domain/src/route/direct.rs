//! One leg: the pools of the pair are asked, each once.

use super::{
    Plan, Question, Refusal, Route, RouteError, SHARES, gas,
    graph::{Aim, allowed},
    leg::Leg,
    market::{Link, Market},
    path::score,
};
use crate::amm::Amount;

/// The best pool of the pair.
pub(super) fn best(market: &Market, question: &Question) -> Result<Plan, RouteError> {
    let aim = match question.amount {
        Amount::ExactIn(_) => Aim::Most,
        Amount::ExactOut(_) => Aim::Least,
    };
    let mut best = None;
    let mut refusal = None;
    let mut computed = 0;
    for pool in market.between(question.token_in, question.token_out) {
        if !allowed(market, question, &Link { other: question.token_out, pool }) {
            continue;
        }
        computed += 1;
        let venue = market.venue(pool);
        let answer = match venue.answer(venue.tokens[0] == question.token_in, question.amount) {
            Ok(answer) => answer,
            Err(error) => {
                refusal = refusal.or(Some(error));
                continue;
            }
        };
        let leg = Leg {
            pool,
            token_in: question.token_in,
            token_out: question.token_out,
            amount_in: answer.amount_in,
            amount_out: answer.amount_out,
            crossed: answer.crossed,
            gas: venue.gas(&answer),
        };
        let amount = if aim == Aim::Most { leg.amount_out } else { leg.amount_in };
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
    let Some((_, leg)) = best else {
        return Err(refusal.map_or(RouteError::NotConnected, RouteError::Refused));
    };
    let (amount_in, amount_out) = (leg.amount_in, leg.amount_out);
    let route = Route { share: SHARES, amount_in, amount_out, legs: vec![leg] };
    let gas = gas::PER_TRANSACTION + route.gas();
    Ok(Plan { amount_in, amount_out, routes: vec![route], gas, computed, exhausted: true })
}
