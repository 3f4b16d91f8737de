//! `GET /v1/liquidity-events`: liquidity events, newest first, perhaps of one pool or account.

use std::sync::Arc;

use api_kit::{extract::Query, problem::Problem};
use axum::{extract::State, response::Response};

use super::{
    export::{Asked, tables},
    rows::Params,
};
use crate::{deps::Deps, read::liquidity, view::liquidity::LiquidityEvent};

/// Liquidity events, newest first.
///
/// Perhaps of one pool, or of one account.
#[utoipa::path(
    get,
    path = "/v1/liquidity-events",
    operation_id = "liquidityEvents",
    tag = "events",
    params(Params),
    responses(
        (status = 200, description = "A page of liquidity events.", body = api_kit::answer::Page<LiquidityEvent>),
    ),
)]
pub(super) async fn get(
    State(deps): State<Arc<Deps>>,
    asked: Asked,
    Query(params): Query<Params>,
) -> Result<Response, Problem> {
    let filter = params.filter()?;
    let list = asked.list(params.first.as_deref(), params.after.as_deref())?;
    let (chain, at) = params.open(&deps).await?;
    list.answer(tables::LIQUIDITY_EVENTS, at, move |at, part| async move {
        let rows = liquidity::page(&at, filter, part.slice()).await?;
        Ok(rows.map(|event| LiquidityEvent::new(chain, &event)))
    })
    .await
}
