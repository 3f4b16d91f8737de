//! What changes about the entities that are no records themselves: the part of which history is kept. Their identity is
//! in the key, or never changes.

use alloy_primitives::U256;

use crate::{
    entity::{NftBalance, NftStandard, Pool, PoolState, Tick, Token},
    figures::PoolFigures,
    ids::PoolId,
    record::{Both, record},
};

mod identity;
#[cfg(test)]
mod tests;

pub use self::identity::PoolIdentity;

record! {
    /// A pool's price, liquidity and counts.
    pub struct PoolCore {
        /// V2: reserve of token0 in smallest units.
        pub reserve0: U256 => "reserve0Raw",
        /// V2: reserve of token1 in smallest units.
        pub reserve1: U256 => "reserve1Raw",
        /// V3, V4: price as Q64.96.
        pub sqrt_price_x96: U256 => "sqrtPrice",
        /// V3, V4: current tick.
        pub tick: i32 => "tick",
        /// V3, V4: liquidity in range.
        pub liquidity: u128 => "liquidity",
        /// Swaps so far.
        pub swap_count: u64 => "swapCount",
        /// Liquidity events so far.
        pub liquidity_event_count: u64 => "liquidityEventCount",
        /// Block of the last event.
        pub updated_block: u64 => "updatedBlock",
    }
}

record! {
    /// A tick.
    pub struct TickVersion {
        /// All liquidity that references the tick.
        pub liquidity_gross: u128 => "liquidityGross",
        /// Liquidity added when the tick is crossed upwards.
        pub liquidity_net: i128 => "liquidityNet",
        /// Block of the first position that used it.
        pub created_block: u64 => "createdAtBlockNumber",
        /// Its time in Unix seconds.
        pub created_timestamp: u64 => "createdAtTimestamp",
        /// Growth of token0's fees on the other side.
        pub fee_growth_outside0: Option<U256> => "feeGrowthOutside0X128",
        /// Growth of token1's fees on the other side.
        pub fee_growth_outside1: Option<U256> => "feeGrowthOutside1X128",
    }
}

record! {
    /// A token's metadata and count of pools.
    pub struct TokenVersion {
        /// Symbol.
        pub symbol: Option<String> => "symbol",
        /// Name.
        pub name: Option<String> => "name",
        /// Decimals.
        pub decimals: Option<u32> => "decimals",
        /// Supply when first seen.
        pub total_supply: Option<U256> => "totalSupply",
        /// Pools that hold it.
        pub pool_count: u64 => "poolCount",
        /// Block of its first pool.
        pub first_block: u64 => "firstBlock",
    }
}

record! {
    /// A balance of an NFT.
    pub struct NftVersion {
        /// Whether the collection is an ERC-1155.
        pub erc1155: bool => "erc1155",
        /// Amount held.
        pub balance: U256 => "balance",
        /// Block since which some was held without a break.
        pub since_block: u64 => "sinceBlock",
    }
}

/// A pool: its core and then its figures.
pub type PoolVersion = Both<PoolCore, PoolFigures>;

impl PoolVersion {
    /// What changes about a pool.
    #[must_use]
    pub fn of(pool: &Pool) -> Self {
        let mut core = PoolCore {
            swap_count: pool.swap_count,
            liquidity_event_count: pool.liquidity_event_count,
            updated_block: pool.updated_block,
            ..PoolCore::default()
        };
        match pool.state {
            PoolState::Reserves { reserve0, reserve1 } => {
                (core.reserve0, core.reserve1) = (reserve0, reserve1);
            }
            PoolState::Concentrated { sqrt_price_x96, tick, liquidity } => {
                (core.sqrt_price_x96, core.tick, core.liquidity) =
                    (sqrt_price_x96, tick, liquidity);
            }
        }
        Self { first: core, second: pool.figures.clone() }
    }

    /// The pool as it was at this version.
    #[must_use]
    pub fn restore(self, pool: &Pool) -> Pool {
        let Self { first: core, second: figures } = self;
        let state = match pool.state {
            PoolState::Reserves { .. } => {
                PoolState::Reserves { reserve0: core.reserve0, reserve1: core.reserve1 }
            }
            PoolState::Concentrated { .. } => PoolState::Concentrated {
                sqrt_price_x96: core.sqrt_price_x96,
                tick: core.tick,
                liquidity: core.liquidity,
            },
        };
        Pool {
            state,
            swap_count: core.swap_count,
            liquidity_event_count: core.liquidity_event_count,
            updated_block: core.updated_block,
            figures,
            ..pool.clone()
        }
    }
}

impl From<&Tick> for TickVersion {
    fn from(tick: &Tick) -> Self {
        Self {
            liquidity_gross: tick.liquidity_gross,
            liquidity_net: tick.liquidity_net,
            created_block: tick.created_block,
            created_timestamp: tick.created_timestamp,
            fee_growth_outside0: tick.fee_growth_outside.map(|growth| growth[0]),
            fee_growth_outside1: tick.fee_growth_outside.map(|growth| growth[1]),
        }
    }
}

impl TickVersion {
    /// The tick as it was at this version.
    #[must_use]
    pub fn restore(self, pool: PoolId, index: i32) -> Tick {
        Tick {
            pool,
            index,
            liquidity_gross: self.liquidity_gross,
            liquidity_net: self.liquidity_net,
            created_block: self.created_block,
            created_timestamp: self.created_timestamp,
            fee_growth_outside: self
                .fee_growth_outside0
                .zip(self.fee_growth_outside1)
                .map(Into::into),
        }
    }
}

impl From<&Token> for TokenVersion {
    fn from(token: &Token) -> Self {
        Self {
            symbol: token.symbol.clone(),
            name: token.name.clone(),
            decimals: token.decimals.map(u32::from),
            total_supply: token.total_supply,
            pool_count: token.pool_count,
            first_block: token.first_block,
        }
    }
}

impl From<&NftBalance> for NftVersion {
    fn from(nft: &NftBalance) -> Self {
        Self {
            erc1155: nft.standard == NftStandard::Erc1155,
            balance: nft.balance,
            since_block: nft.since_block,
        }
    }
}
