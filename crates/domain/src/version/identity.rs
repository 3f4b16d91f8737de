//! What never changes about a pool: the part that its versions leave out.

use alloy_primitives::{Address, B256};

use super::PoolVersion;
use crate::{
    entity::{Created, Pool, PoolState, Protocol},
    ids::PoolId,
    record::record,
};

record! {
    /// A pool's rules and creation.
    pub struct PoolIdentity {
        /// Configured name of the DEX.
        pub dex: String => "dex",
        /// 2, 3 or 4.
        pub protocol: u32 => "protocol",
        /// Factory (V2, V3) or `PoolManager` (V4).
        pub factory: Address => "factory",
        /// Lower token by address.
        pub token0: Address => "token0",
        /// Higher token by address.
        pub token1: Address => "token1",
        /// Fee in pips.
        pub fee_pips: u32 => "feeTier",
        /// Distance between usable ticks; 0 for V2.
        pub tick_spacing: i32 => "tickSpacing",
        /// V4 hooks contract.
        pub hooks: Address => "hooks",
        /// Block of its creation.
        pub created_block: u64 => "createdAtBlockNumber",
        /// Time of its creation in Unix seconds.
        pub created_timestamp: u64 => "createdAtTimestamp",
        /// Transaction that created it.
        pub transaction: B256 => "transaction",
        /// Log index of its creation.
        pub log_index: u32 => "logIndex",
    }
}

impl PoolIdentity {
    /// What of a pool never changes.
    #[must_use]
    pub fn of(pool: &Pool) -> Self {
        Self {
            dex: pool.dex.clone(),
            protocol: match pool.protocol {
                Protocol::V2 => 2,
                Protocol::V3 => 3,
                Protocol::V4 => 4,
            },
            factory: pool.factory,
            token0: pool.token0,
            token1: pool.token1,
            fee_pips: pool.fee_pips,
            tick_spacing: pool.tick_spacing,
            hooks: pool.hooks,
            created_block: pool.created.block,
            created_timestamp: pool.created.timestamp,
            transaction: pool.created.tx_hash,
            log_index: pool.created.log_index,
        }
    }

    /// The pool of this id, as it was at a version; `None` when the protocol is none.
    #[must_use]
    pub fn pool(self, id: PoolId, version: PoolVersion) -> Option<Pool> {
        let (core, figures) = (version.first, version.second);
        let (protocol, state) = match self.protocol {
            2 => {
                let (reserve0, reserve1) = (core.reserve0, core.reserve1);
                (Protocol::V2, PoolState::Reserves { reserve0, reserve1 })
            }
            number @ (3 | 4) => {
                let protocol = if number == 3 { Protocol::V3 } else { Protocol::V4 };
                let (sqrt_price_x96, tick, liquidity) =
                    (core.sqrt_price_x96, core.tick, core.liquidity);
                (protocol, PoolState::Concentrated { sqrt_price_x96, tick, liquidity })
            }
            _ => return None,
        };
        Some(Pool {
            id,
            dex: self.dex,
            protocol,
            factory: self.factory,
            token0: self.token0,
            token1: self.token1,
            fee_pips: self.fee_pips,
            tick_spacing: self.tick_spacing,
            hooks: self.hooks,
            created: Created {
                block: self.created_block,
                timestamp: self.created_timestamp,
                tx_hash: self.transaction,
                log_index: self.log_index,
            },
            state,
            swap_count: core.swap_count,
            liquidity_event_count: core.liquidity_event_count,
            updated_block: core.updated_block,
            figures,
        })
    }
}
