//! `/status`: how far each chain is indexed.

use axum::{Json, Router, routing::get};
use domain::{entity::Counters, ids::ChainId};
use serde::Serialize;
use store::Reader;
use utoipa::{OpenApi, ToSchema};

use crate::{answer::Block, chains::Chains, problem::Problem};

/// State of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChainStatus {
    /// EIP-155 chain id.
    #[schema(value_type = u64)]
    pub chain_id: ChainId,
    /// Configured name.
    pub name: String,
    /// Newest committed block; `null` before the first batch.
    pub block: Option<Block>,
    /// Totals as of that block.
    pub counters: Option<Totals>,
    /// What is built beside it, of a changed configuration; left out when nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub building: Option<Building>,
}

/// A generation that is being built, to take the place of the one that is served when it has reached its block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Building {
    /// Newest committed block; `null` before the first batch.
    pub block: Option<Block>,
}

/// Totals of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    /// Events folded.
    pub events: u64,
    /// Pools.
    pub pools: u64,
    /// Tokens.
    pub tokens: u64,
    /// Swaps.
    pub swaps: u64,
    /// Liquidity events.
    pub liquidity_events: u64,
    /// NFT transfers.
    pub nft_transfers: u64,
}

impl From<Counters> for Totals {
    fn from(counters: Counters) -> Self {
        let Counters { events, pools, tokens, swaps, liquidity_events, nft_transfers } = counters;
        Self { events, pools, tokens, swaps, liquidity_events, nft_transfers }
    }
}

/// The answer of `/status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Status {
    /// The configured chains.
    pub chains: Vec<ChainStatus>,
}

/// How far these chains are indexed.
///
/// # Errors
/// `STORE_UNAVAILABLE` when the store does not answer.
pub async fn read(reader: &Reader, names: &Chains<String>) -> Result<Status, Problem> {
    let watermarks = reader.watermarks().await?;
    let rebuilds = reader.rebuilds().await?;
    let chains = names.iter().map(|(chain_id, name)| {
        let watermark =
            watermarks.iter().find(|(id, _)| *id == chain_id).map(|(_, watermark)| watermark);
        ChainStatus {
            chain_id,
            name: name.clone(),
            block: watermark.map(|watermark| watermark.block.into()),
            counters: watermark.map(|watermark| watermark.counters.into()),
            building: rebuilds.iter().find(|(id, _)| *id == chain_id).map(|(_, watermark)| {
                Building { block: watermark.map(|watermark| watermark.block.into()) }
            }),
        }
    });
    Ok(Status { chains: chains.collect() })
}

/// The route `/status`.
pub fn routes(reader: Reader, names: Chains<String>) -> Router {
    Router::new().route("/status", get(move || answer(reader.clone(), names.clone())))
}

/// What it says of itself.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(answer))]
    struct Document;

    Document::openapi()
}

/// How far each chain is indexed.
#[utoipa::path(
    get,
    path = "/status",
    operation_id = "status",
    tag = "service",
    responses(
        (status = 200, description = "The configured chains.", body = Status),
        (status = 503, description = "The database does not answer.", body = Problem,
            content_type = "application/problem+json"),
    )
)]
async fn answer(reader: Reader, names: Chains<String>) -> Result<Json<Status>, Problem> {
    read(&reader, &names).await.map(Json)
}
