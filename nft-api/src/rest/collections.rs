//! `GET /v1/collections`: the collections that are indexed.

use std::sync::Arc;

use api_kit::{extract::Query, problem::Problem};
use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};

use crate::{deps::Deps, view::collection::Collection};

/// The chain meant; all chains if left out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    chain: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Collections {
    collections: Vec<Collection>,
}

pub(super) async fn get(
    State(deps): State<Arc<Deps>>,
    Query(params): Query<Params>,
) -> Result<Json<Collections>, Problem> {
    let only = params.chain.as_deref().map(|chain| deps.chains.parse(Some(chain))).transpose()?;
    let collections =
        deps.chains.iter().filter(|(id, _)| only.is_none_or(|(only, _)| only == *id)).flat_map(
            |(id, chain)| {
                chain.collections.iter().map(move |collection| Collection::new(id, collection))
            },
        );
    Ok(Json(Collections { collections: collections.collect() }))
}
