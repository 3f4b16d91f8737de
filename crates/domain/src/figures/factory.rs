//! Totals of a DEX.

use crate::{decimal::Decimal, record::record};

record! {
    /// A DEX as a whole: the reference's factory (V4: pool manager) and its bundle.
    pub struct Factory {
        /// Pools made.
        pub pool_count: u64 => "poolCount",
        /// Events that count as transactions: mints, burns, collects, swaps.
        pub tx_count: u64 => "txCount",
        /// Tracked volume in USD.
        pub total_volume_usd: Decimal => "totalVolumeUSD",
        /// Tracked volume in the reference token.
        pub total_volume_eth: Decimal => "totalVolumeETH",
        /// Fees in USD.
        pub total_fees_usd: Decimal => "totalFeesUSD",
        /// Fees in the reference token.
        pub total_fees_eth: Decimal => "totalFeesETH",
        /// Volume in USD by derived prices alone, whitelisted or not.
        pub untracked_volume_usd: Decimal => "untrackedVolumeUSD",
        /// Locked value in USD; V2 calls it `totalLiquidityUSD`.
        pub total_value_locked_usd: Decimal => "totalValueLockedUSD",
        /// Locked value in the reference token; V2 calls it `totalLiquidityETH`.
        pub total_value_locked_eth: Decimal => "totalValueLockedETH",
        /// Price of the reference token in USD: the reference's bundle.
        pub eth_price_usd: Decimal => "ethPriceUSD",
    }
}

record! {
    /// A DEX during a day (UTC).
    pub struct ProtocolDay {
        /// Tracked volume in the reference token.
        pub volume_eth: Decimal => "volumeETH",
        /// Tracked volume in USD.
        pub volume_usd: Decimal => "volumeUSD",
        /// Untracked volume in USD (V2; the reference leaves it at 0 for V3 and V4).
        pub volume_usd_untracked: Decimal => "volumeUSDUntracked",
        /// Fees in USD.
        pub fees_usd: Decimal => "feesUSD",
        /// Locked value in USD as the reference read it last.
        pub tvl_usd: Decimal => "tvlUSD",
        /// Locked value in the reference token (V2: `totalLiquidityETH`).
        pub tvl_eth: Decimal => "tvlETH",
        /// Transactions of the DEX in all, as the reference read them last.
        pub tx_count: u64 => "txCount",
    }
}
