//! What a pool's events add up to.

use async_graphql::SimpleObject;
use domain::figures::PoolFigures as Entity;
use serde::Serialize;
use utoipa::ToSchema;

/// What a pool's events add up to, by the rules of the reference subgraphs. Amounts are decimals of whole tokens, values
/// decimals of US dollars or of the DEX's reference token; a figure that a protocol does not have is "0".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PoolFigures {
    /// Whether the figures are kept; not for pools on the skip list or with a token without decimals.
    pub counted: bool,
    /// token0 per token1.
    pub token0_price: String,
    /// token1 per token0.
    pub token1_price: String,
    /// Volume of token0.
    pub volume_token0: String,
    /// Volume of token1.
    pub volume_token1: String,
    /// Tracked volume in USD.
    #[serde(rename = "volumeUSD")]
    #[graphql(name = "volumeUSD")]
    pub volume_usd: String,
    /// Volume in USD by derived prices alone, whitelisted tokens or not.
    #[serde(rename = "untrackedVolumeUSD")]
    #[graphql(name = "untrackedVolumeUSD")]
    pub untracked_volume_usd: String,
    /// Fees in USD.
    #[serde(rename = "feesUSD")]
    #[graphql(name = "feesUSD")]
    pub fees_usd: String,
    /// Transactions: mints, burns, collects and swaps.
    pub tx_count: u64,
    /// Collected amount of token0, principal included (V3).
    pub collected_fees_token0: String,
    /// Collected amount of token1, principal included (V3).
    pub collected_fees_token1: String,
    /// The same in USD.
    #[serde(rename = "collectedFeesUSD")]
    #[graphql(name = "collectedFeesUSD")]
    pub collected_fees_usd: String,
    /// Locked amount of token0 by the sum of events.
    pub total_value_locked_token0: String,
    /// Locked amount of token1 by the sum of events.
    pub total_value_locked_token1: String,
    /// Locked value in the DEX's reference token.
    #[serde(rename = "totalValueLockedETH")]
    #[graphql(name = "totalValueLockedETH")]
    pub total_value_locked_eth: String,
    /// Locked value in USD.
    #[serde(rename = "totalValueLockedUSD")]
    #[graphql(name = "totalValueLockedUSD")]
    pub total_value_locked_usd: String,
    /// The part of the reserves that whitelisted tokens price, in the reference token (V2).
    #[serde(rename = "trackedReserveETH")]
    #[graphql(name = "trackedReserveETH")]
    pub tracked_reserve_eth: String,
    /// Supply of the pair's own token as the reference counts it, in whole tokens (V2).
    pub total_supply: String,
    /// Accounts that hold shares now (V2).
    pub holder_count: u64,
    /// Fee in pips as of the last swap (V4); else that of the creation.
    pub fee_tier: u32,
    /// Fees of token0 ever earned per unit of liquidity as Q128, modulo 2^256 (V3, V4); null where it is not known.
    pub fee_growth_global0_x128: Option<String>,
    /// The same of token1.
    pub fee_growth_global1_x128: Option<String>,
}

impl From<&Entity> for PoolFigures {
    fn from(of: &Entity) -> Self {
        Self {
            counted: of.counted,
            token0_price: of.token0_price.to_string(),
            token1_price: of.token1_price.to_string(),
            volume_token0: of.volume_token0.to_string(),
            volume_token1: of.volume_token1.to_string(),
            volume_usd: of.volume_usd.to_string(),
            untracked_volume_usd: of.untracked_volume_usd.to_string(),
            fees_usd: of.fees_usd.to_string(),
            tx_count: of.tx_count,
            collected_fees_token0: of.collected_fees_token0.to_string(),
            collected_fees_token1: of.collected_fees_token1.to_string(),
            collected_fees_usd: of.collected_fees_usd.to_string(),
            total_value_locked_token0: of.total_value_locked_token0.to_string(),
            total_value_locked_token1: of.total_value_locked_token1.to_string(),
            total_value_locked_eth: of.total_value_locked_eth.to_string(),
            total_value_locked_usd: of.total_value_locked_usd.to_string(),
            tracked_reserve_eth: of.tracked_reserve_eth.to_string(),
            total_supply: of.total_supply.to_string(),
            holder_count: of.holder_count,
            fee_tier: of.fee_tier,
            fee_growth_global0_x128: of.fee_growth_global0.map(|growth| growth.to_string()),
            fee_growth_global1_x128: of.fee_growth_global1.map(|growth| growth.to_string()),
        }
    }
}
