//! `GET /v1/prices` and `GET /v1/prices/{token}`: what tokens cost on the market, now or at a time, with where that comes
//! from and how old it is.

use std::sync::Arc;

use api_kit::{
    extract::{Path, Query},
    parse,
    problem::Problem,
};
use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::openapi::shapes::{AddressText, ChainNumber, Moment as MomentText};
use crate::{
    deps::Deps,
    read::prices::{self, Moment, now},
    view::price::MarketPrice,
};

mod candles;
mod deviation;
mod observations;

pub(super) fn routes() -> OpenApiRouter<Arc<Deps>> {
    OpenApiRouter::new()
        .routes(routes!(all))
        .routes(routes!(one))
        .routes(routes!(candles::get))
        .routes(routes!(deviation::get))
        .routes(routes!(observations::get))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Many {
    /// Addresses of tokens, separated by commas; 500 at most.
    #[param(
        pattern = "^0x[0-9a-fA-F]{40}(,0x[0-9a-fA-F]{40})*$",
        example = "0x792e1b5ec2cc9c40126fe4a219d480dc594886dc"
    )]
    tokens: String,
    #[param(value_type = Option<ChainNumber>)]
    chain: Option<String>,
    /// Prices of this time; now unless said.
    #[param(value_type = Option<MomentText>)]
    at: Option<String>,
    /// As they were known at this time; with all later corrections unless said.
    #[param(value_type = Option<MomentText>)]
    known_at: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct One {
    #[param(value_type = Option<ChainNumber>)]
    chain: Option<String>,
    /// Prices of this time; now unless said.
    #[param(value_type = Option<MomentText>)]
    at: Option<String>,
    /// As they were known at this time; with all later corrections unless said.
    #[param(value_type = Option<MomentText>)]
    known_at: Option<String>,
}

/// Prices in the order of the request.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MarketPrices)]
struct Prices {
    chain_id: u64,
    items: Vec<MarketPrice>,
}

/// A price.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MarketPriceItem)]
struct Price {
    chain_id: u64,
    item: MarketPrice,
}

/// What tokens cost on the market, now or at a time.
///
/// Each with its sources, its age, and how far it is to be trusted; a token without a price says why.
#[utoipa::path(
    get,
    path = "/v1/prices",
    operation_id = "prices",
    tag = "prices",
    params(Many),
    responses((status = 200, description = "Prices in the order of the question.", body = Prices))
)]
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

/// What a token costs on the market, now or at a time.
#[utoipa::path(
    get,
    path = "/v1/prices/{token}",
    operation_id = "price",
    tag = "prices",
    params(("token" = AddressText, Path), One),
    responses((status = 200, description = "The price.", body = Price))
)]
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
