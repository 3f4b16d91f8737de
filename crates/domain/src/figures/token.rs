//! A token within one DEX.

use crate::{decimal::Decimal, ids::PoolId, record::record};

record! {
    /// A token's figures within one DEX. Amounts are in whole tokens.
    pub struct TokenFigures {
        /// Volume; V2 calls it `tradeVolume`.
        pub volume: Decimal => "volume",
        /// Tracked volume in USD; V2: `tradeVolumeUSD`.
        pub volume_usd: Decimal => "volumeUSD",
        /// Untracked volume in USD.
        pub untracked_volume_usd: Decimal => "untrackedVolumeUSD",
        /// Fees in USD; the reference counts the full fee on both tokens.
        pub fees_usd: Decimal => "feesUSD",
        /// Transactions.
        pub tx_count: u64 => "txCount",
        /// Locked amount; V2: `totalLiquidity`.
        pub total_value_locked: Decimal => "totalValueLocked",
        /// Locked amount in USD (V3, V4).
        pub total_value_locked_usd: Decimal => "totalValueLockedUSD",
        /// Price in the reference token.
        pub derived_eth: Decimal => "derivedETH",
        /// Pools with a whitelisted token on the other side, in order of creation (V2: of the
        /// whitelist): where the price is looked for.
        pub whitelist_pools: Vec<PoolId> => "whitelistPools",
    }
}
