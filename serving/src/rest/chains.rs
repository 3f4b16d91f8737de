//! `GET /v1/chains`: the chains that are served.

use std::sync::Arc;

use api_kit::problem::Problem;
use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{deps::Deps, read::chains, view::chain::Chain};

#[derive(Serialize, ToSchema)]
pub(super) struct Chains {
    chains: Vec<Chain>,
}

/// The chains that are served, and how far each is indexed.
#[utoipa::path(
    get,
    path = "/v1/chains",
    operation_id = "chains",
    tag = "chains",
    responses((status = 200, description = "All of them.", body = Chains))
)]
pub(super) async fn get(State(deps): State<Arc<Deps>>) -> Result<Json<Chains>, Problem> {
    Ok(Json(Chains { chains: chains::all(&deps).await? }))
}
