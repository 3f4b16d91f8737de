//! `GET /v1/prices` and `GET /v1/prices/{token}`: what tokens cost on the market, now or at a time, with where that comes
//! from and how old it is.

use std::sync::Arc;

use api_kit::{
    extract::{Path, Query},
    parse,
    problem::Problem,
};
use axum::{Json, Router, extract::State, routing::get};
use serde::{Deserialize, Serialize};

use crate::{
    deps::Deps,
    read::prices::{self, Moment, now},
    view::price::MarketPrice,
};

mod candles;
mod deviation;
mod observations;

pub(super) fn routes() -> Router<Arc<Deps>> {
    Router::new()
        .route("/v1/prices", get(all))
        .route("/v1/prices/{token}", get(one))
        .route("/v1/prices/{token}/candles", get(candles::get))
        .route("/v1/prices/{token}/deviation", get(deviation::get))
        .route("/v1/prices/{token}/observations", get(observations::get))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Many {
    tokens: String,
    chain: Option<String>,
    at: Option<String>,
    known_at: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct One {
    chain: Option<String>,
    at: Option<String>,
    known_at: Option<String>,
}

/// Prices in the order of the request.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Prices {
    chain_id: u64,
    items: Vec<MarketPrice>,
}

/// A price.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Price {
    chain_id: u64,
    item: MarketPrice,
}

async fn all(
    State(deps): State<Arc<Deps>>,
    Query(params): Query<Many>,
) -> Result<Json<Prices>, Problem> {
    let (chain_id, _) = deps.chains.parse(params.chain.as_deref())?;
    let tokens = prices::tokens("tokens", params.tokens.split(','))?;
    let moment = Moment::parse(now(), params.at.as_deref(), params.known_at.as_deref())?;
    let items = prices::prices(&deps, chain_id, moment, &tokens).await?;
    Ok(Json(Prices { chain_id, items }))
}

async fn one(
    State(deps): State<Arc<Deps>>,
    Path(token): Path<String>,
    Query(params): Query<One>,
) -> Result<Json<Price>, Problem> {
    let (chain_id, _) = deps.chains.parse(params.chain.as_deref())?;
    let token = parse::address("token", &token)?;
    let moment = Moment::parse(now(), params.at.as_deref(), params.known_at.as_deref())?;
    let mut items = prices::prices(&deps, chain_id, moment, &[token]).await?;
    let item = items.pop().ok_or_else(Problem::internal)?;
    Ok(Json(Price { chain_id, item }))
}
