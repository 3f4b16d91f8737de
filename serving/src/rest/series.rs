//! `GET /v1/pools/{id}/hours` and `/days`, `GET /v1/tokens/{address}/hours` and `/days`, `GET /v1/dexes/{name}/days`: what
//! happened in periods, newest first. A period without events has no row.

use std::sync::Arc;

use api_kit::{
    answer::Page,
    extract::{Path, Query},
    page::Slice,
    parse,
    problem::Problem,
};
use axum::{Json, extract::State};
use domain::{figures::Interval, ids::ChainId};
use serde::Deserialize;

use super::as_of;
use crate::{
    deps::Deps,
    read::{
        as_of::At,
        dexes,
        series::{OfDex, OfPool, OfToken, Span, page},
    },
    view::period::{DexDay, PoolPeriod, TokenPeriod},
};

/// Which periods.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Params {
    chain: Option<String>,
    /// They begin at or after this Unix time in seconds.
    from: Option<String>,
    /// They begin before this Unix time in seconds.
    to: Option<String>,
    /// Tokens: configured name of the DEX, or its factory's address.
    dex: Option<String>,
    first: Option<String>,
    after: Option<String>,
    as_of_block: Option<String>,
    as_of_timestamp: Option<String>,
}

impl Params {
    fn span(&self) -> Result<Span, Problem> {
        let time = |name, text: &Option<String>| {
            text.as_deref().map(|text| parse::uint64("TIME_INVALID", name, text)).transpose()
        };
        Ok(Span { from: time("from", &self.from)?, to: time("to", &self.to)? })
    }

    fn slice(&self) -> Result<Slice<'_>, Problem> {
        Slice::parse(self.first.as_deref(), self.after.as_deref())
    }

    async fn open(&self, deps: &Deps) -> Result<(ChainId, At), Problem> {
        let (block, timestamp) = (self.as_of_block.as_deref(), self.as_of_timestamp.as_deref());
        as_of::open(deps, self.chain.as_deref(), block, timestamp).await
    }

    fn no_dex(&self) -> Result<(), Problem> {
        let detail = "`dex` is no parameter of this endpoint";
        self.dex.as_ref().map_or(Ok(()), |_| Err(Problem::bad_request("QUERY_INVALID", detail)))
    }
}

pub(super) async fn pool_hours(
    State(deps): State<Arc<Deps>>,
    Path(id): Path<String>,
    Query(params): Query<Params>,
) -> Result<Json<Page<PoolPeriod>>, Problem> {
    of_pool(&deps, &id, Interval::Hour, &params).await
}

pub(super) async fn pool_days(
    State(deps): State<Arc<Deps>>,
    Path(id): Path<String>,
    Query(params): Query<Params>,
) -> Result<Json<Page<PoolPeriod>>, Problem> {
    of_pool(&deps, &id, Interval::Day, &params).await
}

pub(super) async fn token_hours(
    State(deps): State<Arc<Deps>>,
    Path(address): Path<String>,
    Query(params): Query<Params>,
) -> Result<Json<Page<TokenPeriod>>, Problem> {
    of_token(&deps, &address, Interval::Hour, &params).await
}

pub(super) async fn token_days(
    State(deps): State<Arc<Deps>>,
    Path(address): Path<String>,
    Query(params): Query<Params>,
) -> Result<Json<Page<TokenPeriod>>, Problem> {
    of_token(&deps, &address, Interval::Day, &params).await
}

pub(super) async fn dex_days(
    State(deps): State<Arc<Deps>>,
    Path(name): Path<String>,
    Query(params): Query<Params>,
) -> Result<Json<Page<DexDay>>, Problem> {
    params.no_dex()?;
    let (span, slice) = (params.span()?, params.slice()?);
    let (chain, at) = params.open(&deps).await?;
    let factory = dexes::named(deps.chains.resolve(Some(chain))?.1, &name)?;
    let rows = page(&at, &OfDex(factory), span, slice).await?;
    Ok(Json(Page::new(at.block(), rows, |(number, row)| DexDay::new(number, &row))))
}

async fn of_pool(
    deps: &Deps,
    id: &str,
    kind: Interval,
    params: &Params,
) -> Result<Json<Page<PoolPeriod>>, Problem> {
    let pool = parse::pool_id("id", id)?;
    params.no_dex()?;
    let (span, slice) = (params.span()?, params.slice()?);
    let (_, at) = params.open(deps).await?;
    let rows = page(&at, &OfPool(pool, kind), span, slice).await?;
    Ok(Json(Page::new(at.block(), rows, |(number, row)| PoolPeriod::new(kind, number, &row))))
}

async fn of_token(
    deps: &Deps,
    address: &str,
    kind: Interval,
    params: &Params,
) -> Result<Json<Page<TokenPeriod>>, Problem> {
    let token = parse::address("address", address)?;
    let (span, slice) = (params.span()?, params.slice()?);
    let (chain, at) = params.open(deps).await?;
    let (_, settings) = deps.chains.resolve(Some(chain))?;
    let factory = dexes::of_series(&at, settings, params.dex.as_deref(), token).await?;
    let rows = page(&at, &OfToken { factory, token, kind }, span, slice).await?;
    Ok(Json(Page::new(at.block(), rows, |(number, row)| TokenPeriod::new(kind, number, &row))))
}
