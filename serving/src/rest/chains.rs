//! `GET /v1/chains`: the chains that are served.

use std::sync::Arc;

use api_kit::problem::Problem;
use axum::{Json, extract::State};
use serde::Serialize;

use crate::{deps::Deps, read::chains, view::chain::Chain};

#[derive(Serialize)]
pub(super) struct Chains {
    chains: Vec<Chain>,
}

pub(super) async fn get(State(deps): State<Arc<Deps>>) -> Result<Json<Chains>, Problem> {
    Ok(Json(Chains { chains: chains::all(&deps).await? }))
}
