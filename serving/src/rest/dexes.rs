//! `GET /v1/dexes` and `GET /v1/dexes/{name}`: what the events of DEXes add up to.

use std::sync::Arc;

use api_kit::{
    answer::{Block, Item},
    extract::{Path, Query},
    problem::Problem,
};
use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use super::token::One;
use crate::openapi::shapes::DexName;
use crate::{deps::Deps, failure, read::dexes, view::dex::Dex};

/// All DEXes of a chain that made a pool or more.
#[derive(Serialize, ToSchema)]
pub(super) struct Dexes {
    /// The block the answer speaks of.
    block: Block,
    /// The DEXes, by factory.
    items: Vec<Dex>,
}

/// All DEXes of a chain that made a pool or more.
///
/// What their events add up to.
#[utoipa::path(
    get,
    path = "/v1/dexes",
    operation_id = "dexes",
    tag = "dexes",
    params(One),
    responses((status = 200, description = "The DEXes, by factory.", body = Dexes))
)]
pub(super) async fn all(
    State(deps): State<Arc<Deps>>,
    Query(params): Query<One>,
) -> Result<Json<Dexes>, Problem> {
    let at = params.open(&deps).await?;
    let (_, chain) = deps.chains.resolve(Some(at.snapshot().chain()))?;
    let items = dexes::all(&at, chain).await?;
    Ok(Json(Dexes { block: at.block().into(), items }))
}

/// One DEX: what its events add up to.
#[utoipa::path(
    get,
    path = "/v1/dexes/{name}",
    operation_id = "dex",
    tag = "dexes",
    params(("name" = DexName, Path), One),
    responses((status = 200, description = "The DEX as of the block.", body = Item<Dex>))
)]
pub(super) async fn one(
    State(deps): State<Arc<Deps>>,
    Path(name): Path<String>,
    Query(params): Query<One>,
) -> Result<Json<Item<Dex>>, Problem> {
    let at = params.open(&deps).await?;
    let (_, chain) = deps.chains.resolve(Some(at.snapshot().chain()))?;
    let factory = dexes::named(chain, &name)?;
    let found = dexes::all(&at, chain).await?.into_iter().find(|dex| dex.key.1 == factory);
    let item = found.ok_or_else(|| failure::quiet_dex(&name))?;
    Ok(Json(Item { block: at.block().into(), item }))
}
