//! Hours and days of pools, tokens and DEXes.

use alloy_primitives::U256;
use async_graphql::SimpleObject;
use domain::decimal::Decimal;
use domain::figures::{Interval, PoolInterval, ProtocolDay, TokenInterval};
use serde::Serialize;
use utoipa::ToSchema;

use super::text::Digits;

/// A pool during an hour or a day (UTC). Amounts are decimals of whole tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PoolPeriod {
    /// Unix time at which it begins.
    pub start: u64,
    /// Tracked volume in USD.
    #[serde(rename = "volumeUSD")]
    #[graphql(name = "volumeUSD")]
    #[schema(value_type = String)]
    pub volume_usd: Digits<Decimal>,
    /// Volume of token0.
    #[schema(value_type = String)]
    pub volume_token0: Digits<Decimal>,
    /// Volume of token1.
    #[schema(value_type = String)]
    pub volume_token1: Digits<Decimal>,
    /// Fees in USD (V3, V4).
    #[serde(rename = "feesUSD")]
    #[graphql(name = "feesUSD")]
    #[schema(value_type = String)]
    pub fees_usd: Digits<Decimal>,
    /// Locked value in USD after the last event.
    #[serde(rename = "tvlUSD")]
    #[graphql(name = "tvlUSD")]
    #[schema(value_type = String)]
    pub tvl_usd: Digits<Decimal>,
    /// Transactions.
    pub tx_count: u64,
    /// First token0 price (V3, V4).
    #[schema(value_type = String)]
    pub open: Digits<Decimal>,
    /// Highest.
    #[schema(value_type = String)]
    pub high: Digits<Decimal>,
    /// Lowest.
    #[schema(value_type = String)]
    pub low: Digits<Decimal>,
    /// Last.
    #[schema(value_type = String)]
    pub close: Digits<Decimal>,
    /// token0 per token1 after the last event.
    #[schema(value_type = String)]
    pub token0_price: Digits<Decimal>,
    /// token1 per token0.
    #[schema(value_type = String)]
    pub token1_price: Digits<Decimal>,
    /// Liquidity in range after the last event (V3, V4).
    #[schema(value_type = String)]
    pub liquidity: Digits<u128>,
    /// Price as Q64.96 square root (V3, V4).
    #[schema(value_type = String)]
    pub sqrt_price: Digits<U256>,
    /// Tick (V3, V4); null before the first price.
    pub tick: Option<i32>,
    /// Reserve of token0 (V2).
    #[schema(value_type = String)]
    pub reserve0: Digits<Decimal>,
    /// Reserve of token1 (V2).
    #[schema(value_type = String)]
    pub reserve1: Digits<Decimal>,
    /// Supply of the pair's own token (V2).
    #[schema(value_type = String)]
    pub total_supply: Digits<Decimal>,
}

impl PoolPeriod {
    /// The wire form of a stored row.
    #[must_use]
    pub fn new(kind: Interval, number: u32, row: &PoolInterval) -> Self {
        Self {
            start: kind.start(number),
            volume_usd: Digits(row.volume_usd),
            volume_token0: Digits(row.volume_token0),
            volume_token1: Digits(row.volume_token1),
            fees_usd: Digits(row.fees_usd),
            tvl_usd: Digits(row.tvl_usd),
            tx_count: row.tx_count,
            open: Digits(row.open),
            high: Digits(row.high),
            low: Digits(row.low),
            close: Digits(row.close),
            token0_price: Digits(row.token0_price),
            token1_price: Digits(row.token1_price),
            liquidity: Digits(row.liquidity),
            sqrt_price: Digits(row.sqrt_price),
            tick: row.tick,
            reserve0: Digits(row.reserve0),
            reserve1: Digits(row.reserve1),
            total_supply: Digits(row.total_supply),
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
    #[schema(value_type = String)]
    pub volume: Digits<Decimal>,
    /// Volume in the DEX's reference token (V2).
    #[serde(rename = "volumeETH")]
    #[graphql(name = "volumeETH")]
    #[schema(value_type = String)]
    pub volume_eth: Digits<Decimal>,
    /// Tracked volume in USD.
    #[serde(rename = "volumeUSD")]
    #[graphql(name = "volumeUSD")]
    #[schema(value_type = String)]
    pub volume_usd: Digits<Decimal>,
    /// Volume in USD by derived prices alone.
    #[serde(rename = "untrackedVolumeUSD")]
    #[graphql(name = "untrackedVolumeUSD")]
    #[schema(value_type = String)]
    pub untracked_volume_usd: Digits<Decimal>,
    /// Locked amount.
    #[schema(value_type = String)]
    pub total_value_locked: Digits<Decimal>,
    /// The same in the reference token (V2).
    #[serde(rename = "totalValueLockedETH")]
    #[graphql(name = "totalValueLockedETH")]
    #[schema(value_type = String)]
    pub total_value_locked_eth: Digits<Decimal>,
    /// The same in USD.
    #[serde(rename = "totalValueLockedUSD")]
    #[graphql(name = "totalValueLockedUSD")]
    #[schema(value_type = String)]
    pub total_value_locked_usd: Digits<Decimal>,
    /// Price in USD after the last event.
    #[serde(rename = "priceUSD")]
    #[graphql(name = "priceUSD")]
    #[schema(value_type = String)]
    pub price_usd: Digits<Decimal>,
    /// Fees in USD (V3, V4).
    #[serde(rename = "feesUSD")]
    #[graphql(name = "feesUSD")]
    #[schema(value_type = String)]
    pub fees_usd: Digits<Decimal>,
    /// Transactions (V2).
    pub tx_count: u64,
    /// First price in USD (V3, V4).
    #[schema(value_type = String)]
    pub open: Digits<Decimal>,
    /// Highest.
    #[schema(value_type = String)]
    pub high: Digits<Decimal>,
    /// Lowest.
    #[schema(value_type = String)]
    pub low: Digits<Decimal>,
    /// Last.
    #[schema(value_type = String)]
    pub close: Digits<Decimal>,
}

impl TokenPeriod {
    /// The wire form of a stored row.
    #[must_use]
    pub fn new(kind: Interval, number: u32, row: &TokenInterval) -> Self {
        Self {
            start: kind.start(number),
            volume: Digits(row.volume),
            volume_eth: Digits(row.volume_eth),
            volume_usd: Digits(row.volume_usd),
            untracked_volume_usd: Digits(row.untracked_volume_usd),
            total_value_locked: Digits(row.total_value_locked),
            total_value_locked_eth: Digits(row.total_value_locked_eth),
            total_value_locked_usd: Digits(row.total_value_locked_usd),
            price_usd: Digits(row.price_usd),
            fees_usd: Digits(row.fees_usd),
            tx_count: row.tx_count,
            open: Digits(row.open),
            high: Digits(row.high),
            low: Digits(row.low),
            close: Digits(row.close),
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
    #[schema(value_type = String)]
    pub volume_usd: Digits<Decimal>,
    /// Tracked volume in the DEX's reference token.
    #[serde(rename = "volumeETH")]
    #[graphql(name = "volumeETH")]
    #[schema(value_type = String)]
    pub volume_eth: Digits<Decimal>,
    /// Volume in USD by derived prices alone (V2).
    #[serde(rename = "volumeUSDUntracked")]
    #[graphql(name = "volumeUSDUntracked")]
    #[schema(value_type = String)]
    pub volume_usd_untracked: Digits<Decimal>,
    /// Fees in USD.
    #[serde(rename = "feesUSD")]
    #[graphql(name = "feesUSD")]
    #[schema(value_type = String)]
    pub fees_usd: Digits<Decimal>,
    /// Locked value in USD.
    #[serde(rename = "tvlUSD")]
    #[graphql(name = "tvlUSD")]
    #[schema(value_type = String)]
    pub tvl_usd: Digits<Decimal>,
    /// Locked value in the reference token.
    #[serde(rename = "tvlETH")]
    #[graphql(name = "tvlETH")]
    #[schema(value_type = String)]
    pub tvl_eth: Digits<Decimal>,
    /// Transactions of the DEX in all, after the day's last one.
    pub tx_count: u64,
}

impl DexDay {
    /// The wire form of a stored row.
    #[must_use]
    pub fn new(number: u32, row: &ProtocolDay) -> Self {
        Self {
            start: Interval::Day.start(number),
            volume_usd: Digits(row.volume_usd),
            volume_eth: Digits(row.volume_eth),
            volume_usd_untracked: Digits(row.volume_usd_untracked),
            fees_usd: Digits(row.fees_usd),
            tvl_usd: Digits(row.tvl_usd),
            tvl_eth: Digits(row.tvl_eth),
            tx_count: row.tx_count,
        }
    }
}
