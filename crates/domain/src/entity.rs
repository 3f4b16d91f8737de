//! What exists on a chain and changes: pools, ticks, tokens, NFT balances.

use alloy_primitives::{Address, B256, U256};
use serde::{Deserialize, Serialize};

use crate::{figures::PoolFigures, ids::PoolId};

/// The rules a pool follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// Constant product.
    V2,
    /// Concentrated liquidity, one contract per pool.
    V3,
    /// Concentrated liquidity in a singleton, with hooks.
    V4,
}

/// Token standard of a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NftStandard {
    /// One owner per token id.
    Erc721,
    /// A balance per token id and owner.
    Erc1155,
}

/// When and by what an entity came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Created {
    /// Block height.
    pub block: u64,
    /// Block time in Unix seconds.
    pub timestamp: u64,
    /// Transaction.
    pub tx_hash: B256,
    /// Log index in the block; with the block it orders creations.
    pub log_index: u32,
}

/// A pool and its state as of the last event that touched it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// Identity.
    pub id: PoolId,
    /// Configured name of the DEX it belongs to.
    pub dex: String,
    /// Rules.
    pub protocol: Protocol,
    /// Factory (V2, V3) or `PoolManager` (V4).
    pub factory: Address,
    /// Lower token by address; the zero address is V4's native currency.
    pub token0: Address,
    /// Higher token by address.
    pub token1: Address,
    /// Fee in pips (1/1,000,000); 0x800000 marks a dynamic fee of V4.
    pub fee_pips: u32,
    /// Distance between usable ticks; 0 for V2.
    pub tick_spacing: i32,
    /// V4 hooks contract; zero when there is none.
    pub hooks: Address,
    /// Creation.
    pub created: Created,
    /// Price and liquidity.
    pub state: PoolState,
    /// Swaps so far.
    pub swap_count: u64,
    /// Liquidity events so far (mint, burn, collect, modify, donate, flash).
    pub liquidity_event_count: u64,
    /// Block of the last event.
    pub updated_block: u64,
    /// Volumes, fees, locked value.
    pub figures: PoolFigures,
}

/// State by protocol family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PoolState {
    /// V2: reserves in smallest units, as of the last `Sync`.
    Reserves {
        /// Reserve of token0.
        reserve0: U256,
        /// Reserve of token1.
        reserve1: U256,
    },
    /// V3 and V4.
    Concentrated {
        /// Square root of the price token1/token0 as Q64.96; 0 before initialisation.
        sqrt_price_x96: U256,
        /// Current tick.
        tick: i32,
        /// Liquidity in range.
        liquidity: u128,
    },
}

/// Liquidity that starts or ends at a tick. It stays when all of its liquidity is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    /// The pool.
    pub pool: PoolId,
    /// Tick index.
    pub index: i32,
    /// All liquidity that references the tick.
    pub liquidity_gross: u128,
    /// Liquidity added when the tick is crossed upwards.
    pub liquidity_net: i128,
    /// Block of the first position that used it.
    pub created_block: u64,
    /// Its time in Unix seconds.
    pub created_timestamp: u64,
    /// Growth of both tokens' fees on the other side of the tick, seen from the current one; Q128, modulo 2^256, the pool's
    /// own number. None where it is not known; it means nothing while the pool's own growth is not known.
    pub fee_growth_outside: Option<[U256; 2]>,
}

/// A token seen in a pool. Text is sanitised before it gets here; the fold does not look at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Contract; the zero address is the native currency.
    pub address: Address,
    /// `symbol()`, or `None` when the contract gives none that can be read.
    pub symbol: Option<String>,
    /// `name()`, likewise.
    pub name: Option<String>,
    /// `decimals()`, likewise.
    pub decimals: Option<u8>,
    /// `totalSupply()` when it was first seen, in smallest units.
    pub total_supply: Option<U256>,
    /// Pools that hold it.
    pub pool_count: u64,
    /// Block of its first pool.
    pub first_block: u64,
}

/// What a token contract says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenMetadata {
    /// `symbol()`.
    pub symbol: Option<String>,
    /// `name()`.
    pub name: Option<String>,
    /// `decimals()`.
    pub decimals: Option<u8>,
    /// `totalSupply()` in smallest units.
    pub total_supply: Option<U256>,
}

/// How much of a token id an owner holds. A balance of zero does not exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NftBalance {
    /// Collection contract.
    pub collection: Address,
    /// Token id.
    pub token_id: U256,
    /// Holder.
    pub owner: Address,
    /// Standard of the collection.
    pub standard: NftStandard,
    /// Amount held; 1 for ERC-721.
    pub balance: U256,
    /// Block since which the holder has held some without a break.
    pub since_block: u64,
}

/// Running counts of a chain, kept with the watermark so that totals cost no count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Events folded.
    pub events: u64,
    /// Pools.
    pub pools: u64,
    /// Tokens.
    pub tokens: u64,
    /// Swaps.
    pub swaps: u64,
    /// Liquidity events.
    pub liquidity_events: u64,
    /// NFT transfers (one per token id of a batch).
    pub nft_transfers: u64,
}
