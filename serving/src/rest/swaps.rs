//! `GET /v1/swaps`: swaps, newest first, perhaps of one pool.

use std::sync::Arc;

use api_kit::{answer::Page, extract::Query, page::Slice, parse, problem::Problem, scope::Scope};
use axum::{Json, extract::State};
use serde::Deserialize;

use crate::{deps::Deps, read::swaps, view::swap::Swap};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    chain: Option<String>,
    pool: Option<String>,
    first: Option<String>,
    after: Option<String>,
}

pub(super) async fn get(
    State(deps): State<Arc<Deps>>,
    Query(params): Query<Params>,
) -> Result<Json<Page<Swap>>, Problem> {
    let (chain, _) = deps.chains.parse(params.chain.as_deref())?;
    let pool = params.pool.map(|pool| parse::pool_id("pool", &pool)).transpose()?;
    let slice = Slice::parse(params.first.as_deref(), params.after.as_deref())?;
    let snapshot = Scope::new(deps.reader.clone()).at(chain).await?;
    let page = swaps::page(&snapshot, pool, slice).await?;
    Ok(Json(Page::new(snapshot.block(), page, |swap| Swap::new(chain, &swap))))
}
