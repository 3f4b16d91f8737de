//! The same trade, asked of the real quoter contracts at the same block.

use alloy_primitives::U256;
use api_kit::problem::Problem;
use async_graphql::{Enum, SimpleObject};
use chain::ChainError;
use domain::route::{Leg, Plan};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    call::Single,
    request::{Trade, TradeType},
    revert,
};
use crate::{book::Book, deps::ChainDeps, failure};

/// How the contracts' numbers compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = QuoteVerificationStatus)]
pub enum VerificationStatus {
    /// All legs are equal to the wei.
    Equal,
    /// A contract says something else.
    Different,
    /// A leg has no configured quoter: its number is ours alone.
    Unavailable,
}

/// What the quoter contracts say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = QuoteVerification)]
pub struct Verification {
    /// How they compare.
    pub status: VerificationStatus,
    /// What goes in by the contracts; null where one did not answer.
    pub amount_in: Option<String>,
    /// What comes out by the contracts; null where one did not answer.
    pub amount_out: Option<String>,
    /// Leg by leg, in the order of the routes.
    pub legs: Vec<VerifiedLeg>,
}

/// A leg by its contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = QuoteVerifiedLeg)]
pub struct VerifiedLeg {
    /// Pool.
    pub pool: String,
    /// What goes in.
    pub amount_in: Option<String>,
    /// What comes out.
    pub amount_out: Option<String>,
    /// Why there is no number.
    pub reason: Option<String>,
}

/// What a contract said of a leg.
type Said = Result<U256, String>;

pub(super) async fn verify(
    chain: &ChainDeps,
    book: &Book,
    trade: &Trade,
    plan: &Plan,
) -> Result<Verification, Problem> {
    let legs: Vec<&Leg> = plan.routes.iter().flat_map(|route| &route.legs).collect();
    let said = ask(chain, book, trade.trade_type, &legs).await?;
    let exact_in = trade.trade_type == TradeType::ExactIn;
    let ours = |leg: &Leg| if exact_in { leg.amount_out } else { leg.amount_in };
    let status = if said.iter().any(Result::is_err) {
        VerificationStatus::Unavailable
    } else if legs.iter().zip(&said).all(|(leg, said)| said.as_ref() == Ok(&ours(leg))) {
        VerificationStatus::Equal
    } else {
        VerificationStatus::Different
    };
    let sum = of_routes(plan, &said, exact_in);
    let (amount_in, amount_out) =
        if exact_in { (Some(plan.amount_in), sum) } else { (sum, Some(plan.amount_out)) };
    let verified = legs.iter().zip(said).map(|(leg, said)| {
        let pool = book.names.pool(leg.pool).map(|name| name.id.to_string()).unwrap_or_default();
        let (number, reason) = match said {
            Ok(number) => (Some(number.to_string()), None),
            Err(reason) => (None, Some(reason)),
        };
        let (amount_in, amount_out) = if exact_in {
            (Some(leg.amount_in.to_string()), number)
        } else {
            (number, Some(leg.amount_out.to_string()))
        };
        VerifiedLeg { pool, amount_in, amount_out, reason }
    });
    Ok(Verification {
        status,
        amount_in: amount_in.map(|amount| amount.to_string()),
        amount_out: amount_out.map(|amount| amount.to_string()),
        legs: verified.collect(),
    })
}

/// What the routes' last (exact in) or first (exact out) legs make together.
fn of_routes(plan: &Plan, said: &[Said], exact_in: bool) -> Option<U256> {
    let mut rest = said;
    let mut sum = U256::ZERO;
    for route in &plan.routes {
        let (of_route, others) = rest.split_at_checked(route.legs.len())?;
        let end = if exact_in { of_route.last() } else { of_route.first() };
        sum = sum.checked_add(*end?.as_ref().ok()?)?;
        rest = others;
    }
    Some(sum)
}

async fn ask(
    chain: &ChainDeps,
    book: &Book,
    trade_type: TradeType,
    legs: &[&Leg],
) -> Result<Vec<Said>, Problem> {
    let mut said: Vec<Said> = Vec::with_capacity(legs.len());
    let mut calls = Vec::new();
    let mut asked = Vec::new();
    for (place, leg) in legs.iter().enumerate() {
        let (Some(name), Some(venue)) = (book.names.pool(leg.pool), book.market.pool(leg.pool))
        else {
            return Err(Problem::internal());
        };
        let address =
            |token| book.names.token(token).map(|token| token.address).unwrap_or_default();
        let single = Single {
            name: &name,
            protocol: venue.protocol,
            tokens: venue.tokens.map(address),
            zero_for_one: venue.tokens.first() == Some(&leg.token_in),
            trade_type,
            amount: match trade_type {
                TradeType::ExactIn => leg.amount_in,
                TradeType::ExactOut => leg.amount_out,
            },
        };
        if venue.is_taxed() {
            said.push(Err("the router's own numbers leave out what a token takes".into()));
            continue;
        }
        let quoters = chain.quoters.get(&*name.dex).copied().unwrap_or_default();
        match (single.quoter(&quoters), single.data()) {
            (Some(quoter), Some(data)) => {
                said.push(Err("it was not asked".into()));
                calls.push((quoter, data));
                asked.push((place, single.protocol, single.trade_type));
            }
            _ => said.push(Err(format!("no quoter is configured for dex `{}`", name.dex))),
        }
    }
    if calls.is_empty() {
        return Ok(said);
    }
    let answers =
        chain.client.call_many(&calls, book.block.hash).await.map_err(failure::of_chain)?;
    for ((place, protocol, trade_type), answer) in asked.into_iter().zip(answers) {
        let answer = match answer {
            Ok(data) => Single::read(protocol, trade_type, &data)
                .ok_or_else(|| "the contract does not answer like a quoter".to_owned()),
            Err(ChainError::Reverted { data, message }) => {
                Err(format!("the contract reverted: {}", revert::words(&data, &message)))
            }
            Err(error) => return Err(failure::of_chain(error)),
        };
        if let Some(entry) = said.get_mut(place) {
            *entry = answer;
        }
    }
    Ok(said)
}
