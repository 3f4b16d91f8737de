//! `GET /v1/pools/{id}/ticks` and `GET /v1/pools/{id}/tick-days`: ticks of a pool by index, and their days.

use std::sync::Arc;

use api_kit::{
    extract::{Path, Query},
    parse,
    problem::Problem,
};
use axum::{extract::State, response::Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    as_of,
    export::{Asked, tables},
};
use crate::openapi::shapes::{ChainNumber, Cursor, PageSize, PoolIdText, TickIndex};
use crate::{
    deps::Deps,
    read::ticks,
    view::tick::{Tick, TickDay},
};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Params {
    #[param(value_type = Option<ChainNumber>)]
    chain: Option<String>,
    /// The lowest tick.
    #[param(value_type = Option<TickIndex>)]
    from: Option<String>,
    /// The highest tick.
    #[param(value_type = Option<TickIndex>)]
    to: Option<String>,
    #[param(value_type = Option<PageSize>)]
    first: Option<String>,
    #[param(value_type = Option<Cursor>)]
    after: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DayParams {
    #[param(value_type = Option<ChainNumber>)]
    chain: Option<String>,
    /// Only of this tick.
    #[param(value_type = Option<TickIndex>)]
    tick: Option<String>,
    #[param(value_type = Option<PageSize>)]
    first: Option<String>,
    #[param(value_type = Option<Cursor>)]
    after: Option<String>,
}

/// Ticks of a pool that liquidity uses or used, by index (V3, V4).
#[utoipa::path(
    get,
    path = "/v1/pools/{id}/ticks",
    operation_id = "poolTicks",
    tag = "pools",
    params(("id" = PoolIdText, Path), Params),
    responses((status = 200, description = "A page of ticks.", body = api_kit::answer::Page<Tick>))
)]
pub(super) async fn all(
    State(deps): State<Arc<Deps>>,
    Path(id): Path<String>,
    asked: Asked,
    Query(params): Query<Params>,
) -> Result<Response, Problem> {
    let pool = parse::pool_id("id", &id)?;
    let range = (tick("from", params.from.as_deref())?, tick("to", params.to.as_deref())?);
    let list = asked.list(params.first.as_deref(), params.after.as_deref())?;
    let (_, at) = as_of::open(&deps, params.chain.as_deref(), None, None).await?;
    list.answer(tables::TICKS, at, move |at, part| async move {
        let rows = ticks::page(&at, pool, range, part.slice()).await?;
        Ok(rows.map(|tick| Tick::from(&tick)))
    })
    .await
}

/// Days of the ticks of a V3 pool.
///
/// A tick that no event of a day touched has no row for it.
#[utoipa::path(
    get,
    path = "/v1/pools/{id}/tick-days",
    operation_id = "poolTickDays",
    tag = "pools",
    params(("id" = PoolIdText, Path), DayParams),
    responses(
        (status = 200, description = "A page of days.", body = api_kit::answer::Page<TickDay>),
    ),
)]
pub(super) async fn days(
    State(deps): State<Arc<Deps>>,
    Path(id): Path<String>,
    asked: Asked,
    Query(params): Query<DayParams>,
) -> Result<Response, Problem> {
    let pool = parse::pool_id("id", &id)?;
    let of = tick("tick", params.tick.as_deref())?;
    let list = asked.list(params.first.as_deref(), params.after.as_deref())?;
    let (_, at) = as_of::open(&deps, params.chain.as_deref(), None, None).await?;
    list.answer(tables::TICK_DAYS, at, move |at, part| async move {
        let rows = ticks::days(&at, pool, of, part.slice()).await?;
        Ok(rows.map(|day| TickDay::new(&day)))
    })
    .await
}

/// A tick as text.
fn tick(field: &str, text: Option<&str>) -> Result<Option<i32>, Problem> {
    let invalid = || {
        let detail = format!("`{field}`: give the index of a tick, a whole number");
        Problem::bad_request("TICK_INVALID", detail)
    };
    text.map(|text| text.parse().map_err(|_| invalid())).transpose()
}
