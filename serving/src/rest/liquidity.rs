//! `GET /v1/liquidity-events`: liquidity events, newest first, perhaps of one pool or account.

use std::sync::Arc;

use api_kit::{answer::Page, extract::Query, page::Slice, problem::Problem};
use axum::{Json, extract::State};

use super::rows::Params;
use crate::{deps::Deps, read::liquidity, view::liquidity::LiquidityEvent};

pub(super) async fn get(
    State(deps): State<Arc<Deps>>,
    Query(params): Query<Params>,
) -> Result<Json<Page<LiquidityEvent>>, Problem> {
    let filter = params.filter()?;
    let slice = Slice::parse(params.first.as_deref(), params.after.as_deref())?;
    let (chain, at) = params.open(&deps).await?;
    let page = liquidity::page(&at, filter, slice).await?;
    Ok(Json(Page::new(at.block(), page, |event| LiquidityEvent::new(chain, &event))))
}
