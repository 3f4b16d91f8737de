//! Hours and days of pools and tokens. Rows exist only for periods in which something happened.

use alloy_primitives::U256;
use serde::{Deserialize, Serialize};

use crate::{decimal::Decimal, record::record};

/// Length of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Interval {
    /// An hour.
    Hour,
    /// A day (UTC).
    Day,
}

impl Interval {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Hour, Self::Day];

    /// Length in seconds.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        match self {
            Self::Hour => 3_600,
            Self::Day => 86_400,
        }
    }

    /// Number of the period that holds a Unix time.
    #[must_use]
    pub fn period(self, timestamp: u64) -> u32 {
        // periods of an hour reach 2^32 in the year 491,000
        u32::try_from(timestamp / self.seconds()).unwrap_or(u32::MAX)
    }

    /// Unix time at which a period begins.
    #[must_use]
    pub fn start(self, period: u32) -> u64 {
        u64::from(period) * self.seconds()
    }
}

record! {
    /// A pool during a period.
    pub struct PoolInterval {
        /// Liquidity in range as the reference read it last (V3, V4).
        pub liquidity: u128 => "liquidity",
        /// Price as Q64.96 (V3, V4).
        pub sqrt_price: U256 => "sqrtPrice",
        /// Tick; none before the first price.
        pub tick: Option<i32> => "tick",
        /// token0 per token1.
        pub token0_price: Decimal => "token0Price",
        /// token1 per token0.
        pub token1_price: Decimal => "token1Price",
        /// Locked value in USD; V2: `reserveUSD`.
        pub tvl_usd: Decimal => "tvlUSD",
        /// Volume of token0.
        pub volume_token0: Decimal => "volumeToken0",
        /// Volume of token1.
        pub volume_token1: Decimal => "volumeToken1",
        /// Tracked volume in USD.
        pub volume_usd: Decimal => "volumeUSD",
        /// Fees in USD (V3, V4).
        pub fees_usd: Decimal => "feesUSD",
        /// Transactions during the period; V2: `hourlyTxns`, `dailyTxns`.
        pub tx_count: u64 => "txCount",
        /// First token0 price (V3, V4).
        pub open: Decimal => "open",
        /// Highest.
        pub high: Decimal => "high",
        /// Lowest.
        pub low: Decimal => "low",
        /// Last.
        pub close: Decimal => "close",
        /// V2: reserve of token0.
        pub reserve0: Decimal => "reserve0",
        /// V2: reserve of token1.
        pub reserve1: Decimal => "reserve1",
        /// V2: supply of the pair's own token.
        pub total_supply: Decimal => "totalSupply",
        /// V3, V4: growth of token0's fees after the last event of the row; none where it is not known.
        pub fee_growth_global0: Option<U256> => "feeGrowthGlobal0X128",
        /// V3, V4: growth of token1's fees.
        pub fee_growth_global1: Option<U256> => "feeGrowthGlobal1X128",
    }
}

record! {
    /// A token during a period.
    pub struct TokenInterval {
        /// Volume in whole tokens; V2: `dailyVolumeToken`.
        pub volume: Decimal => "volume",
        /// V2: `dailyVolumeETH`.
        pub volume_eth: Decimal => "volumeETH",
        /// Volume in USD; V2: `dailyVolumeUSD`.
        pub volume_usd: Decimal => "volumeUSD",
        /// What the reference adds up under this name.
        pub untracked_volume_usd: Decimal => "untrackedVolumeUSD",
        /// Locked amount; V2: `totalLiquidityToken`.
        pub total_value_locked: Decimal => "totalValueLocked",
        /// V2: `totalLiquidityETH`.
        pub total_value_locked_eth: Decimal => "totalValueLockedETH",
        /// Locked amount in USD; V2: `totalLiquidityUSD`.
        pub total_value_locked_usd: Decimal => "totalValueLockedUSD",
        /// Price in USD.
        pub price_usd: Decimal => "priceUSD",
        /// Fees in USD (V3, V4).
        pub fees_usd: Decimal => "feesUSD",
        /// V2: `dailyTxns`.
        pub tx_count: u64 => "txCount",
        /// First price in USD (V3, V4).
        pub open: Decimal => "open",
        /// Highest.
        pub high: Decimal => "high",
        /// Lowest.
        pub low: Decimal => "low",
        /// Last.
        pub close: Decimal => "close",
    }
}
