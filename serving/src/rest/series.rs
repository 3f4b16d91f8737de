//! `GET /v1/pools/{id}/hours` and `/days`, `GET /v1/tokens/{address}/hours` and `/days`, `GET /v1/dexes/{name}/days`: what
//! happened in periods, newest first. A period without events has no row.

use std::sync::Arc;

use api_kit::{
    extract::{Path, Query},
    parse,
    problem::Problem,
};
use axum::{extract::State, response::Response};
use domain::{figures::Interval, ids::ChainId};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    as_of,
    export::{Asked, Listing, tables},
};
use crate::openapi::shapes::{
    AddressText, AsOfBlock, AsOfTimestamp, ChainNumber, Cursor, DexName, PageSize, PoolIdText,
    UnixSeconds,
};
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
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Params {
    #[param(value_type = Option<ChainNumber>)]
    chain: Option<String>,
    /// They begin at or after this Unix time in seconds.
    #[param(value_type = Option<UnixSeconds>)]
    from: Option<String>,
    /// They begin before this Unix time in seconds.
    #[param(value_type = Option<UnixSeconds>)]
    to: Option<String>,
    /// Tokens: configured name of the DEX, or its factory's address.
    #[param(value_type = Option<DexName>)]
    dex: Option<String>,
    #[param(value_type = Option<PageSize>)]
    first: Option<String>,
    #[param(value_type = Option<Cursor>)]
    after: Option<String>,
    #[param(value_type = Option<AsOfBlock>)]
    as_of_block: Option<String>,
    #[param(value_type = Option<AsOfTimestamp>)]
    as_of_timestamp: Option<String>,
}

impl Params {
    fn span(&self) -> Result<Span, Problem> {
        let time = |name, text: &Option<String>| {
            text.as_deref().map(|text| parse::uint64("TIME_INVALID", name, text)).transpose()
        };
        Ok(Span { from: time("from", &self.from)?, to: time("to", &self.to)? })
    }

    fn list(&self, asked: Asked) -> Result<Listing, Problem> {
        asked.list(self.first.as_deref(), self.after.as_deref())
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

/// The hours of a pool (UTC), newest first.
///
/// One without events has no row. `dex` is no parameter here.
#[utoipa::path(
    get,
    path = "/v1/pools/{id}/hours",
    operation_id = "poolHours",
    tag = "pools",
    params(("id" = PoolIdText, Path), Params),
    responses(
        (status = 200, description = "A page of them.", body = api_kit::answer::Page<PoolPeriod>),
    ),
)]
pub(super) async fn pool_hours(
    State(deps): State<Arc<Deps>>,
    Path(id): Path<String>,
    asked: Asked,
    Query(params): Query<Params>,
) -> Result<Response, Problem> {
    of_pool(&deps, &id, Interval::Hour, &params, asked).await
}

/// The days of a pool (UTC), newest first.
///
/// One without events has no row. `dex` is no parameter here.
#[utoipa::path(
    get,
    path = "/v1/pools/{id}/days",
    operation_id = "poolDays",
    tag = "pools",
    params(("id" = PoolIdText, Path), Params),
    responses(
        (status = 200, description = "A page of them.", body = api_kit::answer::Page<PoolPeriod>),
    ),
)]
pub(super) async fn pool_days(
    State(deps): State<Arc<Deps>>,
    Path(id): Path<String>,
    asked: Asked,
    Query(params): Query<Params>,
) -> Result<Response, Problem> {
    of_pool(&deps, &id, Interval::Day, &params, asked).await
}

/// The hours of a token on one DEX (UTC), newest first.
///
/// One without events has no row.
#[utoipa::path(
    get,
    path = "/v1/tokens/{address}/hours",
    operation_id = "tokenHours",
    tag = "tokens",
    params(("address" = AddressText, Path), Params),
    responses(
        (status = 200, description = "A page of them.", body = api_kit::answer::Page<TokenPeriod>),
    ),
)]
pub(super) async fn token_hours(
    State(deps): State<Arc<Deps>>,
    Path(address): Path<String>,
    asked: Asked,
    Query(params): Query<Params>,
) -> Result<Response, Problem> {
    of_token(&deps, &address, Interval::Hour, &params, asked).await
}

/// The days of a token on one DEX (UTC), newest first.
///
/// One without events has no row.
#[utoipa::path(
    get,
    path = "/v1/tokens/{address}/days",
    operation_id = "tokenDays",
    tag = "tokens",
    params(("address" = AddressText, Path), Params),
    responses(
        (status = 200, description = "A page of them.", body = api_kit::answer::Page<TokenPeriod>),
    ),
)]
pub(super) async fn token_days(
    State(deps): State<Arc<Deps>>,
    Path(address): Path<String>,
    asked: Asked,
    Query(params): Query<Params>,
) -> Result<Response, Problem> {
    of_token(&deps, &address, Interval::Day, &params, asked).await
}

/// The days of a DEX (UTC), newest first.
///
/// One without events has no row. `dex` is no parameter here.
#[utoipa::path(
    get,
    path = "/v1/dexes/{name}/days",
    operation_id = "dexDays",
    tag = "dexes",
    params(("name" = DexName, Path), Params),
    responses((status = 200, description = "A page of them.", body = api_kit::answer::Page<DexDay>))
)]
pub(super) async fn dex_days(
    State(deps): State<Arc<Deps>>,
    Path(name): Path<String>,
    asked: Asked,
    Query(params): Query<Params>,
) -> Result<Response, Problem> {
    params.no_dex()?;
    let (span, list) = (params.span()?, params.list(asked)?);
    let (chain, at) = params.open(&deps).await?;
    let factory = dexes::named(deps.chains.resolve(Some(chain))?.1, &name)?;
    list.answer(tables::DEX_DAYS, at, move |at, part| async move {
        let rows = page(&at, &OfDex(factory), span, part.slice()).await?;
        Ok(rows.map(|(number, row)| DexDay::new(number, &row)))
    })
    .await
}

async fn of_pool(
    deps: &Deps,
    id: &str,
    kind: Interval,
    params: &Params,
    asked: Asked,
) -> Result<Response, Problem> {
    let pool = parse::pool_id("id", id)?;
    params.no_dex()?;
    let (span, list) = (params.span()?, params.list(asked)?);
    let (_, at) = params.open(deps).await?;
    let table = match kind {
        Interval::Hour => tables::POOL_HOURS,
        Interval::Day => tables::POOL_DAYS,
    };
    list.answer(table, at, move |at, part| async move {
        let rows = page(&at, &OfPool(pool, kind), span, part.slice()).await?;
        Ok(rows.map(|(number, row)| PoolPeriod::new(kind, number, &row)))
    })
    .await
}

async fn of_token(
    deps: &Deps,
    address: &str,
    kind: Interval,
    params: &Params,
    asked: Asked,
) -> Result<Response, Problem> {
    let token = parse::address("address", address)?;
    let (span, list) = (params.span()?, params.list(asked)?);
    let (chain, at) = params.open(deps).await?;
    let (_, settings) = deps.chains.resolve(Some(chain))?;
    let factory = dexes::of_series(&at, settings, params.dex.as_deref(), token).await?;
    let table = match kind {
        Interval::Hour => tables::TOKEN_HOURS,
        Interval::Day => tables::TOKEN_DAYS,
    };
    list.answer(table, at, move |at, part| async move {
        let rows = page(&at, &OfToken { factory, token, kind }, span, part.slice()).await?;
        Ok(rows.map(|(number, row)| TokenPeriod::new(kind, number, &row)))
    })
    .await
}
