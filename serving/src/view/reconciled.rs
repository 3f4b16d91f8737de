//! What a pool holds by the word of the contracts.

use api_kit::answer::Block;
use async_graphql::SimpleObject;
use domain::reconciled::Reconciled as Entity;
use serde::Serialize;
use utoipa::ToSchema;

/// What a pool held at a block by the word of the contracts: balances (V2, V3), or what its liquidity is worth (V4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reconciled {
    /// The block of these figures, which is not the answer's: balances are read by a schedule.
    pub block: Block,
    /// Whole token0; never negative.
    #[serde(rename = "reconciledTVLToken0")]
    #[graphql(name = "reconciledTVLToken0")]
    pub tvl_token0: String,
    /// Whole token1; never negative.
    #[serde(rename = "reconciledTVLToken1")]
    #[graphql(name = "reconciledTVLToken1")]
    pub tvl_token1: String,
    /// Both in USD, by the prices derived at that block.
    #[serde(rename = "reconciledTVLUSD")]
    #[graphql(name = "reconciledTVLUSD")]
    pub tvl_usd: String,
    /// What the sum of events said of token0 at that block, less what the contracts said.
    pub drift_token0: String,
    /// The same of token1.
    pub drift_token1: String,
}

impl From<Entity> for Reconciled {
    fn from(entity: Entity) -> Self {
        let [tvl_token0, tvl_token1] = entity.locked.map(|amount| amount.to_string());
        let [drift_token0, drift_token1] = entity.drift.map(|amount| amount.to_string());
        Self {
            block: entity.block.into(),
            tvl_token0,
            tvl_token1,
            tvl_usd: entity.usd.to_string(),
            drift_token0,
            drift_token1,
        }
    }
}
