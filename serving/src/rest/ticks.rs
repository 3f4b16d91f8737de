//! `GET /v1/pools/{id}/ticks` and `GET /v1/pools/{id}/tick-days`: ticks of a pool by index, and their days.

use std::sync::Arc;

use api_kit::{
    answer::Page,
    extract::{Path, Query},
    page::Slice,
    parse,
    problem::Problem,
};
use axum::{Json, extract::State};
use serde::Deserialize;

use super::as_of;
use crate::{
    deps::Deps,
    read::ticks,
    view::tick::{Tick, TickDay},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    chain: Option<String>,
    /// The lowest tick.
    from: Option<String>,
    /// The highest tick.
    to: Option<String>,
    first: Option<String>,
    after: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DayParams {
    chain: Option<String>,
    tick: Option<String>,
    first: Option<String>,
    after: Option<String>,
}

pub(super) async fn all(
    State(deps): State<Arc<Deps>>,
    Path(id): Path<String>,
    Query(params): Query<Params>,
) -> Result<Json<Page<Tick>>, Problem> {
    let pool = parse::pool_id("id", &id)?;
    let range = (tick("from", params.from.as_deref())?, tick("to", params.to.as_deref())?);
    let slice = Slice::parse(params.first.as_deref(), params.after.as_deref())?;
    let (_, at) = as_of::open(&deps, params.chain.as_deref(), None, None).await?;
    let rows = ticks::page(&at, pool, range, slice).await?;
    Ok(Json(Page::new(at.block(), rows, |tick| Tick::from(&tick))))
}

pub(super) async fn days(
    State(deps): State<Arc<Deps>>,
    Path(id): Path<String>,
    Query(params): Query<DayParams>,
) -> Result<Json<Page<TickDay>>, Problem> {
    let pool = parse::pool_id("id", &id)?;
    let of = tick("tick", params.tick.as_deref())?;
    let slice = Slice::parse(params.first.as_deref(), params.after.as_deref())?;
    let (_, at) = as_of::open(&deps, params.chain.as_deref(), None, None).await?;
    let rows = ticks::days(&at, pool, of, slice).await?;
    Ok(Json(Page::new(at.block(), rows, |day| TickDay::new(&day))))
}

/// A tick as text.
fn tick(field: &str, text: Option<&str>) -> Result<Option<i32>, Problem> {
    let invalid = || {
        let detail = format!("`{field}`: give the index of a tick, a whole number");
        Problem::bad_request("TICK_INVALID", detail)
    };
    text.map(|text| text.parse().map_err(|_| invalid())).transpose()
}
