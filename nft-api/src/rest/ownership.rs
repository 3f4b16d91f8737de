//! `POST /v1/ownership/check`: does this wallet hold that, now? The chain's answer is the verdict.

use alloy_primitives::U256;
use api_kit::{extract::Json as Body, parse, problem::Problem};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::entity::NftStandard;
use serde::Deserialize;

use super::App;
use crate::{
    ChainDeps,
    check::{self, Question},
};

/// Most checks of one request; they share one block and one round trip.
const MOST: usize = 50;

/// One check, or several.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Request {
    One(Check),
    Many(Many),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Check {
    chain: Option<u64>,
    wallet: String,
    collection: String,
    token_id: Option<String>,
    min_balance: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Many {
    chain: Option<u64>,
    checks: Vec<Check>,
}

pub(super) async fn post(
    State(app): State<App>,
    Body(request): Body<Request>,
) -> Result<Response, Problem> {
    let (chain, checks, single) = match request {
        Request::One(check) => (check.chain, vec![check], true),
        Request::Many(many) => (many.chain, many.checks, false),
    };
    if checks.is_empty() || checks.len() > MOST {
        return Err(Problem::bad_request(
            "CHECKS_INVALID",
            format!("give 1 to {MOST} checks, not {}", checks.len()),
        ));
    }
    if checks.iter().any(|check| check.chain.is_some_and(|id| chain != Some(id))) {
        return Err(Problem::bad_request(
            "CHECKS_INVALID",
            "all checks of a request are of one chain: name it beside `checks`",
        ));
    }
    let (id, deps) = app.deps.chains.resolve(chain)?;
    let questions =
        checks.iter().map(|check| question(deps, check)).collect::<Result<Vec<_>, _>>()?;
    let answer = check::answer(&app, id, deps, &questions).await?;
    Ok(if single {
        Json(answer.into_single()).into_response()
    } else {
        Json(answer).into_response()
    })
}

fn question(deps: &ChainDeps, check: &Check) -> Result<Question, Problem> {
    let collection = super::collection(deps, "collection", &check.collection)?;
    let wallet = parse::address("wallet", &check.wallet)?;
    let token_id = check.token_id.as_deref().map(super::token_id).transpose()?;
    let min_balance = match &check.min_balance {
        Some(text) => parse::uint256("MIN_BALANCE_INVALID", "minBalance", text)?,
        None => U256::ONE,
    };
    if min_balance.is_zero() {
        return Err(Problem::bad_request("MIN_BALANCE_INVALID", "`minBalance` must be at least 1"));
    }
    if collection.standard == NftStandard::Erc1155 && token_id.is_none() {
        return Err(Problem::bad_request(
            "TOKEN_ID_REQUIRED",
            "an ERC-1155 collection has balances per token id: give `tokenId`",
        ));
    }
    if collection.standard == NftStandard::Erc721 && token_id.is_some() && min_balance > U256::ONE {
        return Err(Problem::bad_request(
            "MIN_BALANCE_INVALID",
            "one ERC-721 token is held once at most: leave `minBalance` out",
        ));
    }
    Ok(Question {
        wallet,
        collection: collection.address,
        standard: collection.standard,
        token_id,
        min_balance,
    })
}
