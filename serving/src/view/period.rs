//! Hours and days of pools, tokens and DEXes.

use async_graphql::SimpleObject;
use domain::figures::{Interval, PoolInterval, ProtocolDay, TokenInterval};
use serde::Serialize;
use utoipa::ToSchema;

/// A pool during an hour or a day (UTC). Amounts are decimals of whole tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PoolPeriod {
    /// Unix time at which it begins.
    pub start: u64,
    /// Tracked volume in USD.
    #[serde(rename = "volumeUSD")]
    #[graphql(name = "volumeUSD")]
    pub volume_usd: String,
    /// Volume of token0.
    pub volume_token0: String,
    /// Volume of token1.
    pub volume_token1: String,
    /// Fees in USD (V3, V4).
    #[serde(rename = "feesUSD")]
    #[graphql(name = "feesUSD")]
    pub fees_usd: String,
    /// Locked value in USD after the last event.
    #[serde(rename = "tvlUSD")]
    #[graphql(name = "tvlUSD")]
    pub tvl_usd: String,
    /// Transactions.
    pub tx_count: u64,
    /// First token0 price (V3, V4).
    pub open: String,
    /// Highest.
    pub high: String,
    /// Lowest.
    pub low: String,
    /// Last.
    pub close: String,
    /// token0 per token1 after the last event.
    pub token0_price: String,
    /// token1 per token0.
    pub token1_price: String,
    /// Liquidity in range after the last event (V3, V4).
    pub liquidity: String,
    /// Price as Q64.96 square root (V3, V4).
    pub sqrt_price: String,
    /// Tick (V3, V4); null before the first price.
    pub tick: Option<i32>,
    /// Reserve of token0 (V2).
    pub reserve0: String,
    /// Reserve of token1 (V2).
    pub reserve1: String,
    /// Supply of the pair's own token (V2).
    pub total_supply: String,
}

impl PoolPeriod {
    /// The wire form of a stored row.
    #[must_use]
    pub fn new(kind: Interval, number: u32, row: &PoolInterval) -> Self {
        Self {
            start: kind.start(number),
            volume_usd: row.volume_usd.to_string(),
            volume_token0: row.volume_token0.to_string(),
            volume_token1: row.volume_token1.to_string(),
            fees_usd: row.fees_usd.to_string(),
            tvl_usd: row.tvl_usd.to_string(),
            tx_count: row.tx_count,
            open: row.open.to_string(),
            high: row.high.to_string(),
            low: row.low.to_string(),
            close: row.close.to_string(),
            token0_price: row.token0_price.to_string(),
            token1_price: row.token1_price.to_string(),
            liquidity: row.liquidity.to_string(),
            sqrt_price: row.sqrt_price.to_string(),
            tick: row.tick,
            reserve0: row.reserve0.to_string(),
            reserve1: row.reserve1.to_string(),
            total_supply: row.total_supply.to_string(),
        }
    }
}

/// A token on one DEX during an hour or a day (UTC). Amounts are decimals of whole tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenPeriod {
    /// Unix time at which it begins.
    pub start: u64,
    /// Volume.
    pub volume: String,
    /// Volume in the DEX's reference token (V2).
    #[serde(rename = "volumeETH")]
    #[graphql(name = "volumeETH")]
    pub volume_eth: String,
    /// Tracked volume in USD.
    #[serde(rename = "volumeUSD")]
    #[graphql(name = "volumeUSD")]
    pub volume_usd: String,
    /// Volume in USD by derived prices alone.
    #[serde(rename = "untrackedVolumeUSD")]
    #[graphql(name = "untrackedVolumeUSD")]
    pub untracked_volume_usd: String,
    /// Locked amount.
    pub total_value_locked: String,
    /// The same in the reference token (V2).
    #[serde(rename = "totalValueLockedETH")]
    #[graphql(name = "totalValueLockedETH")]
    pub total_value_locked_eth: String,
    /// The same in USD.
    #[serde(rename = "totalValueLockedUSD")]
    #[graphql(name = "totalValueLockedUSD")]
    pub total_value_locked_usd: String,
    /// Price in USD after the last event.
    #[serde(rename = "priceUSD")]
    #[graphql(name = "priceUSD")]
    pub price_usd: String,
    /// Fees in USD (V3, V4).
    #[serde(rename = "feesUSD")]
    #[graphql(name = "feesUSD")]
    pub fees_usd: String,
    /// Transactions (V2).
    pub tx_count: u64,
    /// First price in USD (V3, V4).
    pub open: String,
    /// Highest.
    pub high: String,
    /// Lowest.
    pub low: String,
    /// Last.
    pub close: String,
}

impl TokenPeriod {
    /// The wire form of a stored row.
    #[must_use]
    pub fn new(kind: Interval, number: u32, row: &TokenInterval) -> Self {
        Self {
            start: kind.start(number),
            volume: row.volume.to_string(),
            volume_eth: row.volume_eth.to_string(),
            volume_usd: row.volume_usd.to_string(),
            untracked_volume_usd: row.untracked_volume_usd.to_string(),
            total_value_locked: row.total_value_locked.to_string(),
            total_value_locked_eth: row.total_value_locked_eth.to_string(),
            total_value_locked_usd: row.total_value_locked_usd.to_string(),
            price_usd: row.price_usd.to_string(),
            fees_usd: row.fees_usd.to_string(),
            tx_count: row.tx_count,
            open: row.open.to_string(),
            high: row.high.to_string(),
            low: row.low.to_string(),
            close: row.close.to_string(),
        }
    }
}

/// A DEX during a day (UTC).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DexDay {
    /// Unix time at which it begins.
    pub start: u64,
    /// Tracked volume in USD.
    #[serde(rename = "volumeUSD")]
    #[graphql(name = "volumeUSD")]
    pub volume_usd: String,
    /// Tracked volume in the DEX's reference token.
    #[serde(rename = "volumeETH")]
    #[graphql(name = "volumeETH")]
    pub volume_eth: String,
    /// Volume in USD by derived prices alone (V2).
    #[serde(rename = "volumeUSDUntracked")]
    #[graphql(name = "volumeUSDUntracked")]
    pub volume_usd_untracked: String,
    /// Fees in USD.
    #[serde(rename = "feesUSD")]
    #[graphql(name = "feesUSD")]
    pub fees_usd: String,
    /// Locked value in USD.
    #[serde(rename = "tvlUSD")]
    #[graphql(name = "tvlUSD")]
    pub tvl_usd: String,
    /// Locked value in the reference token.
    #[serde(rename = "tvlETH")]
    #[graphql(name = "tvlETH")]
    pub tvl_eth: String,
    /// Transactions of the DEX in all, after the day's last one.
    pub tx_count: u64,
}

impl DexDay {
    /// The wire form of a stored row.
    #[must_use]
    pub fn new(number: u32, row: &ProtocolDay) -> Self {
        Self {
            start: Interval::Day.start(number),
            volume_usd: row.volume_usd.to_string(),
            volume_eth: row.volume_eth.to_string(),
            volume_usd_untracked: row.volume_usd_untracked.to_string(),
            fees_usd: row.fees_usd.to_string(),
            tvl_usd: row.tvl_usd.to_string(),
            tvl_eth: row.tvl_eth.to_string(),
            tx_count: row.tx_count,
        }
    }
}
