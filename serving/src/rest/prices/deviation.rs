//! `GET /v1/prices/{token}/deviation`: how far the price of a token in our pools was from the market, ascending.

use std::sync::Arc;

use api_kit::{
    extract::{Path, Query},
    parse,
    problem::Problem,
};
use axum::{Json, extract::State};
use domain::market::{Millis, deviation::of_token};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::openapi::shapes::{AddressText, ChainNumber, Moment};
use crate::{deps::Deps, read::prices::now, view::price::PriceDeviation};

/// Points of an answer.
const MOST: u32 = 1_000;
/// How far back it goes if nothing is said, in milliseconds.
const DAY: Millis = 86_400_000;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Params {
    #[param(value_type = Option<ChainNumber>)]
    chain: Option<String>,
    /// At or after this; a day before `to` unless said.
    #[param(value_type = Option<Moment>)]
    from: Option<String>,
    /// Before this; now unless said.
    #[param(value_type = Option<Moment>)]
    to: Option<String>,
}

/// A page of the series.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Deviations {
    chain_id: u64,
    token: String,
    items: Vec<PriceDeviation>,
    /// The `from` of the next page; null when this is the last.
    #[schema(value_type = Option<u64>)]
    next: Option<Millis>,
}

/// How far the price of a token in our pools was from the market, ascending.
#[utoipa::path(
    get,
    path = "/v1/prices/{token}/deviation",
    operation_id = "priceDeviation",
    tag = "prices",
    params(("token" = AddressText, Path), Params),
    responses(
        (status = 200, description = "A page of the series; 1,000 points at most.", body = Deviations),
    ),
)]
pub(super) async fn get(
    State(deps): State<Arc<Deps>>,
    Path(token): Path<String>,
    Query(params): Query<Params>,
) -> Result<Json<Deviations>, Problem> {
    let (chain_id, _) = deps.chains.parse(params.chain.as_deref())?;
    let token = parse::address("token", &token)?;
    let moment =
        |field, text: Option<&str>| text.map(|text| parse::moment(field, text)).transpose();
    // what is of this very moment is in it
    let end = now().saturating_add(1);
    let to = moment("to", params.to.as_deref())?.map_or(end, |to| to.min(end));
    let from = moment("from", params.from.as_deref())?;
    let from = from.unwrap_or_else(|| to.saturating_sub(DAY));
    let market = deps.reader.market();
    let points = market.deviations(chain_id, &of_token(token), (from, to), MOST + 1).await?;
    let mut points = points.into_iter();
    let items = points.by_ref().take(MOST as usize).map(Into::into).collect();
    Ok(Json(Deviations {
        chain_id,
        token: crate::view::address(token),
        items,
        next: points.next().map(|point| point.time),
    }))
}
