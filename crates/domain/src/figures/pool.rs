//! A pool's figures.

use alloy_primitives::U256;

use crate::{decimal::Decimal, record::record};

record! {
    /// A pool's figures; its price and liquidity are in [`crate::entity::PoolState`]. Amounts are in whole tokens.
    pub struct PoolFigures {
        /// Whether the reference knows the pool. Not when it is on the skip list, or when a token of it has no decimals:
        /// then all figures stay at zero.
        pub counted: bool => "counted",
        /// token0 per token1.
        pub token0_price: Decimal => "token0Price",
        /// token1 per token0.
        pub token1_price: Decimal => "token1Price",
        /// Volume of token0.
        pub volume_token0: Decimal => "volumeToken0",
        /// Volume of token1.
        pub volume_token1: Decimal => "volumeToken1",
        /// Tracked volume in USD.
        pub volume_usd: Decimal => "volumeUSD",
        /// Untracked volume in USD.
        pub untracked_volume_usd: Decimal => "untrackedVolumeUSD",
        /// Fees in USD.
        pub fees_usd: Decimal => "feesUSD",
        /// Transactions.
        pub tx_count: u64 => "txCount",
        /// Collected amount of token0, principal included (V3).
        pub collected_fees_token0: Decimal => "collectedFeesToken0",
        /// Collected amount of token1, principal included (V3).
        pub collected_fees_token1: Decimal => "collectedFeesToken1",
        /// The same in USD.
        pub collected_fees_usd: Decimal => "collectedFeesUSD",
        /// Locked amount of token0 by the sum of events; V2: `reserve0`.
        pub total_value_locked_token0: Decimal => "totalValueLockedToken0",
        /// Locked amount of token1 by the sum of events; V2: `reserve1`.
        pub total_value_locked_token1: Decimal => "totalValueLockedToken1",
        /// Locked value in the reference token; V2: `reserveETH`.
        pub total_value_locked_eth: Decimal => "totalValueLockedETH",
        /// Locked value in USD; V2: `reserveUSD`.
        pub total_value_locked_usd: Decimal => "totalValueLockedUSD",
        /// V2: the part of the reserves that whitelisted tokens price.
        pub tracked_reserve_eth: Decimal => "trackedReserveETH",
        /// V2: supply of the pair's own token as the reference counts it: without the units locked at the first mint.
        pub total_supply: Decimal => "totalSupply",
        /// V2: accounts that ever held shares, never decreased: as the legacy reference counts. At its head the reference
        /// leaves it at 0, and its rules see 0.
        pub liquidity_provider_count: u64 => "liquidityProviderCount",
        /// Fee in pips as of the last swap (V4); else that of the creation.
        pub fee_tier: u32 => "feeTier",
        /// V2: accounts that hold shares now.
        pub holder_count: u64 => "holderCount",
        /// V2: all shares as the contract counts them, in its smallest unit (10^-18), those locked at the first mint
        /// included.
        pub chain_total_supply: U256 => "chainTotalSupply",
        /// V3, V4: fees of token0 ever earned per unit of liquidity, Q128, modulo 2^256: the pool's own number. None where
        /// it is not known: the pool was stored before it was followed, or its swaps contradict the rules of its protocol.
        pub fee_growth_global0: Option<U256> => "feeGrowthGlobal0X128",
        /// V3, V4: the same of token1; known together.
        pub fee_growth_global1: Option<U256> => "feeGrowthGlobal1X128",
        /// V3, V4: the protocol's share of fees, packed as the pool stores it (`slot0.feeProtocol`, `slot0.protocolFee`).
        pub fee_protocol: u32 => "feeProtocol",
        /// V3: token0 that came to the contract (or left it, below zero) by events which the locked amount does not count:
        /// flash fees, and what the protocol took. With the locked amount it is what the pool holds by its own rules. None
        /// where it is not known: V2 and V4, and pools that were stored before it was followed.
        pub beside_token0: Option<Decimal> => "besideToken0",
        /// V3: the same of token1; known together.
        pub beside_token1: Option<Decimal> => "besideToken1",
    }
}

impl PoolFigures {
    /// Growth of both tokens' fees, where it is known.
    #[must_use]
    pub fn fee_growth(&self) -> Option<[U256; 2]> {
        self.fee_growth_global0.zip(self.fee_growth_global1).map(Into::into)
    }

    /// What the locked amounts leave out, where it is known.
    #[must_use]
    pub fn beside(&self) -> Option<[Decimal; 2]> {
        self.beside_token0.zip(self.beside_token1).map(Into::into)
    }

    /// Adds to what the locked amounts leave out; nothing where that is not known.
    pub fn add_beside(&mut self, amounts: [Decimal; 2]) {
        for (sum, amount) in
            [&mut self.beside_token0, &mut self.beside_token1].into_iter().zip(amounts)
        {
            if let Some(sum) = sum {
                *sum += amount;
            }
        }
    }

    /// Sets both.
    pub fn set_fee_growth(&mut self, growth: Option<[U256; 2]>) {
        (self.fee_growth_global0, self.fee_growth_global1) =
            growth.map(|[growth0, growth1]| (growth0, growth1)).unzip();
    }
}
