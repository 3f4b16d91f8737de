//! `GET /v1/pools/{id}/candles` and `GET /v1/tokens/{address}/candles`: the newest candles of a
//! span of time, ascending. The last one may still be open.

use std::sync::Arc;

use alloy_primitives::Address;
use api_kit::{
    answer::Block,
    extract::{Path, Query},
    parse,
    problem::Problem,
};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use domain::candle::{Candle, Subject};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    as_of,
    export::{Asked, tables},
};
use crate::openapi::shapes::{
    AddressText, AsOfBlock, AsOfTimestamp, CandleLimit, CandleResolution, ChainNumber, PoolIdText,
    UnixSeconds,
};
use crate::{
    deps::Deps,
    failure,
    read::{
        as_of::At,
        candles::{Span, SpanText, Wanted, busiest},
    },
    view::{
        address,
        candle::{PoolCandle, TokenCandle},
    },
};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Params {
    #[param(value_type = Option<ChainNumber>)]
    chain: Option<String>,
    #[param(value_type = Option<CandleResolution>)]
    resolution: Option<String>,
    /// They begin at or after this Unix time in seconds.
    #[param(value_type = Option<UnixSeconds>)]
    from: Option<String>,
    /// They begin before this Unix time in seconds.
    #[param(value_type = Option<UnixSeconds>)]
    to: Option<String>,
    #[param(value_type = Option<CandleLimit>)]
    limit: Option<String>,
    /// Whether periods in which nothing happened have a candle, too.
    #[param(value_type = Option<bool>)]
    fill: Option<String>,
    /// Pools: the token whose price is told in the other one, `token0` if left out.
    #[param(pattern = "^token[01]$")]
    base: Option<String>,
    /// Tokens: factory (V4: manager) of the DEX; that of the token's busiest pool if left out.
    #[param(value_type = Option<AddressText>)]
    factory: Option<String>,
    #[param(value_type = Option<AsOfBlock>)]
    #[serde(rename = "asOfBlock")]
    as_of_block: Option<String>,
    #[param(value_type = Option<AsOfTimestamp>)]
    #[serde(rename = "asOfTimestamp")]
    as_of_timestamp: Option<String>,
}

impl Params {
    async fn open(&self, deps: &Deps) -> Result<At, Problem> {
        let (block, timestamp) = (self.as_of_block.as_deref(), self.as_of_timestamp.as_deref());
        Ok(as_of::open(deps, self.chain.as_deref(), block, timestamp).await?.1)
    }

    fn span(&self) -> Result<Span, Problem> {
        Span::parse(SpanText {
            resolution: self.resolution.as_deref(),
            from: self.from.as_deref(),
            to: self.to.as_deref(),
            limit: self.limit.as_deref(),
            fill: self.fill.as_deref(),
        })
    }
}

impl Params {
    /// A file has all candles of the span, unless a number of them is named.
    const fn whole(&self, span: Span) -> Wanted {
        if self.limit.is_some() { Wanted::Newest(span) } else { Wanted::All(span) }
    }
}

/// Candles as of a block.
#[derive(Serialize, ToSchema)]
pub(super) struct Candles<T> {
    block: Block,
    resolution: &'static str,
    /// Tokens: factory of the DEX.
    #[serde(skip_serializing_if = "Option::is_none")]
    factory: Option<String>,
    items: Vec<T>,
}

impl<T> Candles<T> {
    fn new(at: &At, span: &Span, factory: Option<Address>, items: Vec<T>) -> Self {
        let (block, resolution) = (at.block().into(), span.resolution.name());
        Self { block, resolution, factory: factory.map(address), items }
    }
}

/// Candles of a pool, ascending.
///
/// The newest of a span of time; the last one may still be open. `factory` is no parameter here.
#[utoipa::path(
    get,
    path = "/v1/pools/{id}/candles",
    operation_id = "poolCandles",
    tag = "candles",
    params(("id" = PoolIdText, Path), Params),
    responses(
        (
            status = 200,
            description = "Candles as of the block: what one token0 costs in token1, or the other way round with `base=token1`.",
            body = Candles<PoolCandle>,
        ),
    ),
)]
pub(super) async fn of_pool(
    State(deps): State<Arc<Deps>>,
    Path(id): Path<String>,
    asked: Asked,
    Query(params): Query<Params>,
) -> Result<Response, Problem> {
    let id = parse::pool_id("id", &id)?;
    let span = params.span()?;
    let invert = match params.base.as_deref() {
        None | Some("token0") => false,
        Some("token1") => true,
        Some(_) => {
            return Err(Problem::bad_request("BASE_INVALID", "`base`: give token0 or token1"));
        }
    };
    no(params.factory.as_ref(), "factory")?;
    let at = params.open(&deps).await?;
    at.snapshot().pool(id).await?.ok_or_else(|| failure::unknown_pool(id))?;
    let view = move |candle: &Candle| {
        if invert { PoolCandle::from(&candle.inverse()) } else { candle.into() }
    };
    let subject = Subject::Pool(id);
    if asked.is_file() {
        return asked.candles(tables::POOL_CANDLES, at, params.whole(span), subject, view).await;
    }
    let candles = span.read_at(&at, subject).await?;
    let items = candles.iter().map(view).collect();
    Ok(Json(Candles::new(&at, &span, None, items)).into_response())
}

/// Candles of a token in USD on one DEX, ascending.
///
/// The newest of a span of time; the last one may still be open. `base` is no parameter here.
#[utoipa::path(
    get,
    path = "/v1/tokens/{address}/candles",
    operation_id = "tokenCandles",
    tag = "candles",
    params(("address" = AddressText, Path), Params),
    responses((status = 200, description = "Candles as of the block.", body = Candles<TokenCandle>))
)]
pub(super) async fn of_token(
    State(deps): State<Arc<Deps>>,
    Path(token): Path<String>,
    asked: Asked,
    Query(params): Query<Params>,
) -> Result<Response, Problem> {
    let token = parse::address("address", &token)?;
    let span = params.span()?;
    no(params.base.as_ref(), "base")?;
    let factory = params.factory.as_deref().map(|text| parse::address("factory", text));
    let factory = factory.transpose()?;
    let at = params.open(&deps).await?;
    if factory.is_none() {
        at.only_now("which DEX a token was traded on most is known of now; give `factory`")?;
    }
    let busiest = busiest(at.snapshot(), token).await?;
    let factory = factory.unwrap_or(busiest);
    let subject = Subject::Token { factory, token };
    if asked.is_file() {
        let (table, span) = (tables::TOKEN_CANDLES, params.whole(span));
        return asked.candles(table, at, span, subject, |candle| TokenCandle::from(candle)).await;
    }
    let candles = span.read_at(&at, subject).await?;
    let items = candles.iter().map(TokenCandle::from).collect();
    Ok(Json(Candles::new(&at, &span, Some(factory), items)).into_response())
}

/// Refuses a parameter of the other endpoint.
fn no(value: Option<&String>, name: &str) -> Result<(), Problem> {
    let detail = || format!("`{name}` is no parameter of this endpoint");
    value.map_or(Ok(()), |_| Err(Problem::bad_request("PARAMETER_INVALID", detail())))
}
