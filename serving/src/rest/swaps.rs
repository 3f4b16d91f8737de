//! `GET /v1/swaps`: swaps, newest first, perhaps of one pool or account.

use std::sync::Arc;

use api_kit::{extract::Query, problem::Problem};
use axum::{extract::State, response::Response};

use super::{
    export::{Asked, tables},
    rows::Params,
};
use crate::{deps::Deps, read::swaps, view::swap::Swap};

/// Swaps, newest first.
///
/// Perhaps of one pool, or of one account.
#[utoipa::path(
    get,
    path = "/v1/swaps",
    operation_id = "swaps",
    tag = "events",
    params(Params),
    responses((status = 200, description = "A page of swaps.", body = api_kit::answer::Page<Swap>))
)]
pub(super) async fn get(
    State(deps): State<Arc<Deps>>,
    asked: Asked,
    Query(params): Query<Params>,
) -> Result<Response, Problem> {
    let filter = params.filter()?;
    let list = asked.list(params.first.as_deref(), params.after.as_deref())?;
    let (chain, at) = params.open(&deps).await?;
    list.answer(tables::SWAPS, at, move |at, part| async move {
        let rows = swaps::page(&at, filter, part.slice()).await?;
        Ok(rows.map(|swap| Swap::new(chain, &swap)))
    })
    .await
}
