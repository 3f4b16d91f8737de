//! What a pool's events add up to.

use async_graphql::SimpleObject;
use domain::decimal::Decimal;
use domain::figures::PoolFigures as Entity;
use serde::Serialize;
use utoipa::ToSchema;

use super::text::Digits;

/// What a pool's events add up to, by the rules of the reference subgraphs. Amounts are decimals of whole tokens, values
/// decimals of US dollars or of the DEX's reference token; a figure that a protocol does not have is "0".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PoolFigures {
    /// Whether the figures are kept; not for pools on the skip list or with a token without decimals.
    pub counted: bool,
    /// token0 per token1.
    #[schema(value_type = String)]
    pub token0_price: Digits<Decimal>,
    /// token1 per token0.
    #[schema(value_type = String)]
    pub token1_price: Digits<Decimal>,
    /// Volume of token0.
    #[schema(value_type = String)]
    pub volume_token0: Digits<Decimal>,
    /// Volume of token1.
    #[schema(value_type = String)]
    pub volume_token1: Digits<Decimal>,
    /// Tracked volume in USD.
    #[serde(rename = "volumeUSD")]
    #[graphql(name = "volumeUSD")]
    #[schema(value_type = String)]
    pub volume_usd: Digits<Decimal>,
    /// Volume in USD by derived prices alone, whitelisted tokens or not.
    #[serde(rename = "untrackedVolumeUSD")]
    #[graphql(name = "untrackedVolumeUSD")]
    #[schema(value_type = String)]
    pub untracked_volume_usd: Digits<Decimal>,
    /// Fees in USD.
    #[serde(rename = "feesUSD")]
    #[graphql(name = "feesUSD")]
    #[schema(value_type = String)]
    pub fees_usd: Digits<Decimal>,
    /// Transactions: mints, burns, collects and swaps.
    pub tx_count: u64,
    /// Collected amount of token0, principal included (V3).
    #[schema(value_type = String)]
    pub collected_fees_token0: Digits<Decimal>,
    /// Collected amount of token1, principal included (V3).
    #[schema(value_type = String)]
    pub collected_fees_token1: Digits<Decimal>,
    /// The same in USD.
    #[serde(rename = "collectedFeesUSD")]
    #[graphql(name = "collectedFeesUSD")]
    #[schema(value_type = String)]
    pub collected_fees_usd: Digits<Decimal>,
    /// Locked amount of token0 by the sum of events.
    #[schema(value_type = String)]
    pub total_value_locked_token0: Digits<Decimal>,
    /// Locked amount of token1 by the sum of events.
    #[schema(value_type = String)]
    pub total_value_locked_token1: Digits<Decimal>,
    /// Locked value in the DEX's reference token.
    #[serde(rename = "totalValueLockedETH")]
    #[graphql(name = "totalValueLockedETH")]
    #[schema(value_type = String)]
    pub total_value_locked_eth: Digits<Decimal>,
    /// Locked value in USD.
    #[serde(rename = "totalValueLockedUSD")]
    #[graphql(name = "totalValueLockedUSD")]
    #[schema(value_type = String)]
    pub total_value_locked_usd: Digits<Decimal>,
    /// The part of the reserves that whitelisted tokens price, in the reference token (V2).
    #[serde(rename = "trackedReserveETH")]
    #[graphql(name = "trackedReserveETH")]
    #[schema(value_type = String)]
    pub tracked_reserve_eth: Digits<Decimal>,
    /// Supply of the pair's own token as the reference counts it, in whole tokens (V2).
    #[schema(value_type = String)]
    pub total_supply: Digits<Decimal>,
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
            token0_price: Digits(of.token0_price),
            token1_price: Digits(of.token1_price),
            volume_token0: Digits(of.volume_token0),
            volume_token1: Digits(of.volume_token1),
            volume_usd: Digits(of.volume_usd),
            untracked_volume_usd: Digits(of.untracked_volume_usd),
            fees_usd: Digits(of.fees_usd),
            tx_count: of.tx_count,
            collected_fees_token0: Digits(of.collected_fees_token0),
            collected_fees_token1: Digits(of.collected_fees_token1),
            collected_fees_usd: Digits(of.collected_fees_usd),
            total_value_locked_token0: Digits(of.total_value_locked_token0),
            total_value_locked_token1: Digits(of.total_value_locked_token1),
            total_value_locked_eth: Digits(of.total_value_locked_eth),
            total_value_locked_usd: Digits(of.total_value_locked_usd),
            tracked_reserve_eth: Digits(of.tracked_reserve_eth),
            total_supply: Digits(of.total_supply),
            holder_count: of.holder_count,
            fee_tier: of.fee_tier,
            fee_growth_global0_x128: of.fee_growth_global0.map(|growth| growth.to_string()),
            fee_growth_global1_x128: of.fee_growth_global1.map(|growth| growth.to_string()),
        }
    }
}
