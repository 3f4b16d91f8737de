//! `GET /v1/prices/{token}/candles`: candles of the market, ascending from `from` on, the newest without it. Each says
//! whose it is: that of the source with the highest rank that has one for its period.

use std::sync::Arc;

use api_kit::{
    extract::{Path, Query},
    parse,
    problem::Problem,
};
use axum::{Json, extract::State};
use domain::{
    candle::{Resolution, UnknownResolution},
    market::{Asset, Millis, Source, UnknownSource, gaps::start_of},
};
use serde::{Deserialize, Serialize};
use store::market::BarQuery;
use utoipa::{IntoParams, ToSchema};

use crate::openapi::shapes::{AddressText, CandleLimit, CandleResolution, ChainNumber, Moment};
use crate::{deps::Deps, read::prices::now, view::price_candle::PriceCandle};

/// Most candles of an answer.
const MOST: u32 = 1_000;
/// Candles of an answer if nothing is said.
const USUAL: u32 = 300;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Params {
    #[param(value_type = Option<ChainNumber>)]
    chain: Option<String>,
    #[param(value_type = Option<CandleResolution>)]
    resolution: Option<String>,
    /// They begin at or after this; without it the newest are told.
    #[param(value_type = Option<Moment>)]
    from: Option<String>,
    /// They begin before this.
    #[param(value_type = Option<Moment>)]
    to: Option<String>,
    /// Only of this source; that with the highest rank for each period unless said.
    source: Option<String>,
    #[param(value_type = Option<CandleLimit>)]
    limit: Option<String>,
}

/// A page of candles.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MarketCandles)]
pub(super) struct Candles {
    chain_id: u64,
    token: String,
    resolution: &'static str,
    items: Vec<PriceCandle>,
    /// The `from` of the next page; null when nothing follows before `to`.
    #[schema(value_type = Option<u64>)]
    next: Option<Millis>,
}

/// Candles of a token on the market, ascending.
///
/// Each is of the source with the highest rank that has one for its period.
#[utoipa::path(
    get,
    path = "/v1/prices/{token}/candles",
    operation_id = "priceCandles",
    tag = "prices",
    params(("token" = AddressText, Path), Params),
    responses((status = 200, description = "A page of candles.", body = Candles))
)]
pub(super) async fn get(
    State(deps): State<Arc<Deps>>,
    Path(token): Path<String>,
    Query(params): Query<Params>,
) -> Result<Json<Candles>, Problem> {
    let (chain, _) = deps.chains.parse(params.chain.as_deref())?;
    let address = parse::address("token", &token)?;
    let resolution = params.resolution.as_deref().map(str::parse).transpose();
    let resolution = resolution
        .map_err(|error: UnknownResolution| {
            Problem::bad_request("RESOLUTION_INVALID", format!("`resolution`: {error}"))
        })?
        .unwrap_or(Resolution::H1);
    let source = params.source.as_deref().map(str::parse::<Source>).transpose();
    let source = source.map_err(|error: UnknownSource| {
        Problem::bad_request("SOURCE_INVALID", format!("`source`: {error}"))
    })?;
    let limit = limit(params.limit.as_deref())?;
    let moment =
        |field, text: Option<&str>| text.map(|text| parse::moment(field, text)).transpose();
    // nothing begins later, and no database has to look
    let to = moment("to", params.to.as_deref())?.unwrap_or(Millis::MAX).min(now());
    let length = u64::from(limit) * resolution.seconds() * 1_000;
    let from = moment("from", params.from.as_deref())?;
    let from = from.unwrap_or_else(|| to.saturating_sub(length));
    // a page is so many periods, whether or not there is a candle in each
    let end = start_of(resolution, from).saturating_add(length).min(to);

    let asset = Asset { chain, address };
    let query = BarQuery { asset, resolution, from, to: end, feed: None, limit };
    let market = deps.reader.market();
    let items = market.candles_of(&query, source).await?;
    let next = match items.last() {
        _ if end >= to => None,
        Some(_) => Some(end),
        // over the gap
        None => market.first_candle(&BarQuery { from: end, to, ..query }, source).await?,
    };
    Ok(Json(Candles {
        chain_id: chain,
        token: crate::view::address(address),
        resolution: resolution.name(),
        items: items.into_iter().map(Into::into).collect(),
        next,
    }))
}

fn limit(text: Option<&str>) -> Result<u32, Problem> {
    let limit = text.map(|text| parse::uint64("LIMIT_INVALID", "limit", text)).transpose()?;
    let limit = u32::try_from(limit.unwrap_or_else(|| USUAL.into()));
    limit
        .ok()
        .filter(|limit| (1..=MOST).contains(limit))
        .ok_or_else(|| Problem::bad_request("LIMIT_INVALID", format!("`limit`: give 1 to {MOST}")))
}
