//! A swap.

use alloy_primitives::{I256, U256};
use async_graphql::SimpleObject;
use domain::{block::BlockRef, ids::PoolId, row::Swap as Row};
use serde::Serialize;
use utoipa::ToSchema;

use super::{address, hash};

/// A swap. Amounts are the pool's changes: positive went into the pool, negative came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[graphql(complex)]
#[serde(rename_all = "camelCase")]
pub struct Swap {
    /// `block-logIndex`, unique on the chain.
    pub id: String,
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
    /// Caller of the pool.
    pub sender: String,
    /// Receiver of the output; for V4, whose event names none, the sender.
    pub recipient: String,
    /// Change of token0 in smallest units.
    pub amount0: String,
    /// Change of token1 in smallest units.
    pub amount1: String,
    /// Price after the swap as Q64.96 square root (V3, V4).
    pub sqrt_price_x96: Option<String>,
    /// Tick after the swap (V3, V4).
    pub tick: Option<i32>,
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
    /// What moved of token0 and token1, in smallest units.
    #[graphql(skip)]
    #[serde(skip)]
    pub moved: [U256; 2],
}

impl Swap {
    /// The wire form of a stored row.
    #[must_use]
    pub fn new(chain_id: u64, row: &Row) -> Self {
        let position = row.meta.position;
        Self {
            id: format!("{}-{}", position.block, position.log_index),
            block_number: position.block,
            timestamp: row.meta.timestamp,
            tx_hash: hash(row.meta.tx_hash),
            log_index: position.log_index,
            origin: row.meta.origin.map(address),
            pool_id: row.pool.to_string(),
            sender: address(row.sender),
            recipient: address(row.recipient),
            amount0: row.amount0.to_string(),
            amount1: row.amount1.to_string(),
            sqrt_price_x96: row.sqrt_price_x96.map(|price| price.to_string()),
            tick: row.tick,
            amount_usd: row.amount_usd.to_string(),
            pool_key: (chain_id, row.pool),
            older: None,
            moved: [row.amount0, row.amount1].map(I256::unsigned_abs),
        }
    }

    /// The same for an answer as of a block; `None`: the newest.
    #[must_use]
    pub fn as_of(self, older: Option<BlockRef>) -> Self {
        Self { older, ..self }
    }
}
