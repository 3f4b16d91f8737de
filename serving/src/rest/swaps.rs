//! `GET /v1/swaps`: swaps, newest first, perhaps of one pool or account.

use std::sync::Arc;

use api_kit::{answer::Page, extract::Query, page::Slice, problem::Problem};
use axum::{Json, extract::State};

use super::rows::Params;
use crate::{deps::Deps, read::swaps, view::swap::Swap};

pub(super) async fn get(
    State(deps): State<Arc<Deps>>,
    Query(params): Query<Params>,
) -> Result<Json<Page<Swap>>, Problem> {
    let filter = params.filter()?;
    let slice = Slice::parse(params.first.as_deref(), params.after.as_deref())?;
    let (chain, at) = params.open(&deps).await?;
    let page = swaps::page(&at, filter, slice).await?;
    Ok(Json(Page::new(at.block(), page, |swap| Swap::new(chain, &swap))))
}
