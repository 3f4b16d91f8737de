//! `GET /v1/chains/{chain}/pools/{id}/candles` and `GET /v1/chains/{chain}/tokens/{address}/candles`: the newest candles of a
//! span of time, ascending. The last one may still be open.

use std::sync::Arc;

use alloy_primitives::Address;
use api_kit::{
    answer::Block,
    extract::{Path, Query},
    parse,
    problem::Problem,
};
use axum::{Json, extract::State};
use domain::candle::{Candle, Subject};
use serde::{Deserialize, Serialize};

use super::as_of;
use crate::{
    deps::Deps,
    failure,
    read::{
        as_of::At,
        candles::{Span, SpanText, busiest},
    },
    view::{
        address,
        candle::{PoolCandle, TokenCandle},
    },
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    resolution: Option<String>,
    from: Option<String>,
    to: Option<String>,
    limit: Option<String>,
    fill: Option<String>,
    /// Pools: the token whose price is told in the other one, `token0` if left out.
    base: Option<String>,
    /// Tokens: factory (V4: manager) of the DEX; that of the token's busiest pool if left out.
    factory: Option<String>,
    #[serde(rename = "asOfBlock")]
    as_of_block: Option<String>,
    #[serde(rename = "asOfTimestamp")]
    as_of_timestamp: Option<String>,
}

impl Params {
    async fn open(&self, deps: &Deps, chain: &str) -> Result<At, Problem> {
        let (block, timestamp) = (self.as_of_block.as_deref(), self.as_of_timestamp.as_deref());
        Ok(as_of::open(deps, Some(chain), block, timestamp).await?.1)
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

/// Candles as of a block.
#[derive(Serialize)]
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

pub(super) async fn of_pool(
    State(deps): State<Arc<Deps>>,
    Path((chain, id)): Path<(String, String)>,
    Query(params): Query<Params>,
) -> Result<Json<Candles<PoolCandle>>, Problem> {
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
    let at = params.open(&deps, &chain).await?;
    at.snapshot().pool(id).await?.ok_or_else(|| failure::unknown_pool(id))?;
    let candles = span.read_at(&at, Subject::Pool(id)).await?;
    let view = |candle: &Candle| {
        if invert { PoolCandle::from(&candle.inverse()) } else { candle.into() }
    };
    let items = candles.iter().map(view).collect();
    Ok(Json(Candles::new(&at, &span, None, items)))
}

pub(super) async fn of_token(
    State(deps): State<Arc<Deps>>,
    Path((chain, token)): Path<(String, String)>,
    Query(params): Query<Params>,
) -> Result<Json<Candles<TokenCandle>>, Problem> {
    let token = parse::address("address", &token)?;
    let span = params.span()?;
    no(params.base.as_ref(), "base")?;
    let factory = params.factory.as_deref().map(|text| parse::address("factory", text));
    let factory = factory.transpose()?;
    let at = params.open(&deps, &chain).await?;
    let busiest = busiest(at.snapshot(), token).await?;
    let factory = factory.unwrap_or(busiest);
    let candles = span.read_at(&at, Subject::Token { factory, token }).await?;
    let items = candles.iter().map(TokenCandle::from).collect();
    Ok(Json(Candles::new(&at, &span, Some(factory), items)))
}

/// Refuses a parameter of the other endpoint.
fn no(value: Option<&String>, name: &str) -> Result<(), Problem> {
    let detail = || format!("`{name}` is no parameter of this endpoint");
    value.map_or(Ok(()), |_| Err(Problem::bad_request("PARAMETER_INVALID", detail())))
}
