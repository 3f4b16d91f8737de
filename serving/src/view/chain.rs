//! A chain that is served.

use api_kit::answer::Block;
use async_graphql::SimpleObject;
use serde::Serialize;
use utoipa::ToSchema;

/// A chain that is served, and how far it is indexed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Chain {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// Configured name.
    pub name: String,
    /// Newest indexed block; null before the first batch.
    pub block: Option<Block>,
    /// Pools known at that block.
    pub pool_count: u64,
    /// Tokens known at that block.
    pub token_count: u64,
    /// Swaps up to that block.
    pub swap_count: u64,
    /// Liquidity events up to that block.
    pub liquidity_event_count: u64,
}
