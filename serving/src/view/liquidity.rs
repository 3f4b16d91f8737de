//! A liquidity event.

use async_graphql::{Enum, SimpleObject};
use domain::{block::BlockRef, ids::PoolId, row::LiquidityEvent as Row};
use serde::Serialize;
use utoipa::ToSchema;

use super::{address, hash};

/// Kind of a liquidity event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize, ToSchema)]
#[graphql(remote = "domain::row::LiquidityKind")]
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
    /// Tokens given to the liquidity in range.
    Donate,
}

/// A change of a pool's liquidity, or tokens moved beside swaps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[graphql(complex)]
#[serde(rename_all = "camelCase")]
pub struct LiquidityEvent {
    /// `block-logIndex`, unique on the chain.
    pub id: String,
    /// Kind.
    pub kind: LiquidityKind,
    /// Block height.
    pub block_number: u64,
    /// Block time in Unix seconds.
    pub timestamp: u64,
    /// Transaction.
    pub tx_hash: String,
    /// Index of the log in its block.
    pub log_index: u32,
    /// Sender of the transaction; null where transactions are not indexed.
    pub origin: Option<String>,
    /// Id of the pool.
    pub pool_id: String,
    /// Owner of the position, or the caller where the event names no owner.
    pub owner: String,
    /// Lower tick of the range (V3, V4).
    pub tick_lower: Option<i32>,
    /// Upper tick of the range (V3, V4).
    pub tick_upper: Option<i32>,
    /// Change of liquidity (V3, V4).
    pub liquidity_delta: Option<String>,
    /// Amount of token0 in smallest units; null where the event names none (V4).
    pub amount0: Option<String>,
    /// Amount of token1 in smallest units; null likewise.
    pub amount1: Option<String>,
    /// Value in USD as the reference subgraphs count it, by the prices of the pools at that time.
    #[serde(rename = "amountUSD")]
    #[graphql(name = "amountUSD")]
    pub amount_usd: String,
    /// Chain and pool, for what hangs on them.
    #[graphql(skip)]
    #[serde(skip)]
    pub pool_key: (u64, PoolId),
    /// The block the answer is as of, if that is not the newest.
    #[graphql(skip)]
    #[serde(skip)]
    pub older: Option<BlockRef>,
}

impl LiquidityEvent {
    /// The wire form of a stored row.
    #[must_use]
    pub fn new(chain_id: u64, row: &Row) -> Self {
        let position = row.meta.position;
        Self {
            id: format!("{}-{}", position.block, position.log_index),
            kind: row.kind.into(),
            block_number: position.block,
            timestamp: row.meta.timestamp,
            tx_hash: hash(row.meta.tx_hash),
            log_index: position.log_index,
            origin: row.meta.origin.map(address),
            pool_id: row.pool.to_string(),
            owner: address(row.owner),
            tick_lower: row.range.map(|(lower, _)| lower),
            tick_upper: row.range.map(|(_, upper)| upper),
            liquidity_delta: row.liquidity_delta.map(|delta| delta.to_string()),
            amount0: row.amount0.map(|amount| amount.to_string()),
            amount1: row.amount1.map(|amount| amount.to_string()),
            amount_usd: row.amount_usd.to_string(),
            pool_key: (chain_id, row.pool),
            older: None,
        }
    }

    /// The same for an answer as of a block; `None`: the newest.
    #[must_use]
    pub fn as_of(self, older: Option<BlockRef>) -> Self {
        Self { older, ..self }
    }
}
