//! Live quotes: the pools of the store, the amounts from the real quoter contracts, both of one block.

use std::cmp::Ordering;

use alloy_primitives::{B256, U256};
use api_kit::{problem::Problem, scope::Scope};
use domain::entity::{Pool, Token};

use self::{
    answer::Quote,
    call::{Call, Outcome},
    request::{Request, TradeType},
};
use crate::{
    deps::{ChainDeps, Deps},
    failure,
};

pub mod answer;
mod call;
mod candidates;
pub mod request;
mod revert;
#[cfg(test)]
mod tests;

/// Answers a quote: asks the quoter of each pool that can serve it, at the block of the scope, and gives the best.
///
/// # Errors
/// A problem for a request that cannot be, pools that cannot serve it, a store or node that does not answer.
pub async fn quote(deps: &Deps, scope: &Scope, request: Request<'_>) -> Result<Quote, Problem> {
    let (chain_id, chain) = deps.chains.resolve(request.chain)?;
    let wanted = request.check()?;
    let snapshot = scope.at(chain_id).await?;
    let found = candidates::find(&snapshot, &wanted).await?;
    let block = snapshot.block();
    let best = best(chain, &found, &wanted, block.hash).await?;
    Ok(Quote::new(block, &found, &wanted, best))
}

/// A trade between two known tokens and the pools that may serve it.
#[derive(Debug)]
struct Candidates {
    token_in: Token,
    token_out: Token,
    pools: Vec<Pool>,
}

/// The pool that serves the trade best, and the amounts there.
#[derive(Debug)]
struct Best<'a> {
    pool: &'a Pool,
    outcome: Outcome,
}

async fn best<'a>(
    chain: &ChainDeps,
    found: &'a Candidates,
    wanted: &request::Trade,
    block: B256,
) -> Result<Best<'a>, Problem> {
    let mut refused = Vec::new();
    let mut calls = Vec::new();
    for pool in &found.pools {
        match Call::plan(chain, pool, found.token_in.address, wanted) {
            Ok(call) => calls.push((pool, call)),
            Err(problem) => refused.push((pool, problem)),
        }
    }
    let requests: Vec<_> = calls.iter().map(|(_, call)| (call.to, call.data.clone())).collect();
    let answers = if requests.is_empty() {
        Vec::new()
    } else {
        chain.client.call_many(&requests, block).await.map_err(failure::of_chain)?
    };

    let mut best: Option<Best<'a>> = None;
    for ((pool, call), answer) in calls.into_iter().zip(answers) {
        let outcome = match answer {
            Ok(data) => call.read(pool, wanted, &data),
            Err(chain::ChainError::Reverted { data, message }) => {
                Err(revert::problem(pool, wanted, &data, &message))
            }
            Err(error) => return Err(failure::of_chain(error)),
        };
        match outcome {
            Ok(outcome) => {
                let candidate = Best { pool, outcome };
                if best.as_ref().is_none_or(|best| better(wanted.trade_type, &candidate, best)) {
                    best = Some(candidate);
                }
            }
            Err(problem) => refused.push((pool, problem)),
        }
    }
    best.ok_or_else(|| no_route(refused))
}

/// More out, or less in; then less gas; then the lower pool id, so that the same question has the same answer.
fn better(trade_type: TradeType, one: &Best<'_>, other: &Best<'_>) -> bool {
    let by_amount = match trade_type {
        TradeType::ExactIn => other.outcome.amount.cmp(&one.outcome.amount),
        TradeType::ExactOut => one.outcome.amount.cmp(&other.outcome.amount),
    };
    let gas = |best: &Best<'_>| best.outcome.gas.unwrap_or(U256::MAX);
    by_amount.then_with(|| gas(one).cmp(&gas(other))).then_with(|| one.pool.id.cmp(&other.pool.id))
        == Ordering::Less
}

/// Why no pool serves the trade: the one reason when all agree, else a summary.
fn no_route(refused: Vec<(&Pool, Problem)>) -> Problem {
    let reasons: Vec<String> = refused
        .iter()
        .take(3)
        .map(|(pool, problem)| format!("{}: {}", pool.id, problem.detail()))
        .collect();
    let mut problems = refused.into_iter().map(|(_, problem)| problem);
    match problems.next() {
        None => Problem::not_found("NO_ROUTE", "no indexed pool holds both tokens"),
        Some(first) if problems.all(|other| other.code() == first.code()) => first,
        Some(_) => Problem::not_found(
            "NO_ROUTE",
            format!("no pool serves this trade: {}", reasons.join("; ")),
        ),
    }
}
