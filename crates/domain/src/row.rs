//! What happened and never changes again: one row per swap, liquidity event and NFT transfer. A row lives and dies with
//! its block.

use alloy_primitives::{Address, B256, I256, U256};
use serde::{Deserialize, Serialize};

use crate::{entity::NftStandard, ids::PoolId};

/// Position of a row; unique on a chain and ascending in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// Block height.
    pub block: u64,
    /// Log index in the block.
    pub log_index: u32,
    /// Index inside one log, for batch transfers; else 0.
    pub item: u32,
}

/// What every row carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowMeta {
    /// Where.
    pub position: Position,
    /// Block time in Unix seconds.
    pub timestamp: u64,
    /// Transaction.
    pub tx_hash: B256,
    /// Index of the transaction in the block.
    pub tx_index: u32,
}

/// A swap; amounts are the pool's deltas (positive: into the pool).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swap {
    /// Where and when.
    pub meta: RowMeta,
    /// The pool.
    pub pool: PoolId,
    /// Caller of the pool.
    pub sender: Address,
    /// Receiver of the output; for V4, whose event names none, the sender.
    pub recipient: Address,
    /// Delta of token0.
    pub amount0: I256,
    /// Delta of token1.
    pub amount1: I256,
    /// Price after the swap (V3, V4).
    pub sqrt_price_x96: Option<U256>,
    /// Tick after the swap (V3, V4).
    pub tick: Option<i32>,
}

/// Kind of a liquidity event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LiquidityKind {
    /// Liquidity added.
    Mint,
    /// Liquidity removed.
    Burn,
    /// Owed tokens paid out.
    Collect,
    /// Flash loan; amounts are the fees paid.
    Flash,
    /// Tokens given to liquidity in range.
    Donate,
}

/// A change of a pool's liquidity, or tokens moved beside swaps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiquidityEvent {
    /// Where and when.
    pub meta: RowMeta,
    /// The pool.
    pub pool: PoolId,
    /// Kind.
    pub kind: LiquidityKind,
    /// Owner of the position, or the caller where the event names no owner.
    pub owner: Address,
    /// Lower and upper tick of the range (V3, V4).
    pub range: Option<(i32, i32)>,
    /// Change of liquidity (V3, V4).
    pub liquidity_delta: Option<I256>,
    /// Amount of token0 in smallest units; `None` where the event names none (V4).
    pub amount0: Option<U256>,
    /// Amount of token1 in smallest units.
    pub amount1: Option<U256>,
}

/// An NFT moved; the zero address stands for mint and burn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NftTransfer {
    /// Where and when.
    pub meta: RowMeta,
    /// Collection contract.
    pub collection: Address,
    /// Standard.
    pub standard: NftStandard,
    /// Token id.
    pub token_id: U256,
    /// Sender.
    pub from: Address,
    /// Receiver.
    pub to: Address,
    /// Amount; 1 for ERC-721.
    pub amount: U256,
}

/// The rows of a block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    /// Swaps.
    pub swaps: Vec<Swap>,
    /// Liquidity events.
    pub liquidity: Vec<LiquidityEvent>,
    /// NFT transfers.
    pub nft_transfers: Vec<NftTransfer>,
}
