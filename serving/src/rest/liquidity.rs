//! `GET /v1/liquidity-events`: liquidity events, newest first, perhaps of one pool.

use std::sync::Arc;

use api_kit::{answer::Page, extract::Query, page::Slice, parse, problem::Problem, scope::Scope};
use axum::{Json, extract::State};
use serde::Deserialize;

use crate::{deps::Deps, read::liquidity, view::liquidity::LiquidityEvent};

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
) -> Result<Json<Page<LiquidityEvent>>, Problem> {
    let (chain, _) = deps.chains.parse(params.chain.as_deref())?;
    let pool = params.pool.map(|pool| parse::pool_id("pool", &pool)).transpose()?;
    let slice = Slice::parse(params.first.as_deref(), params.after.as_deref())?;
    let snapshot = Scope::new(deps.reader.clone()).at(chain).await?;
    let page = liquidity::page(&snapshot, pool, slice).await?;
    Ok(Json(Page::new(snapshot.block(), page, |event| LiquidityEvent::new(chain, &event))))
}
