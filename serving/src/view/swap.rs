//! A swap.

use alloy_primitives::{Address, B256, I256, U256};
use async_graphql::SimpleObject;
use domain::{block::BlockRef, decimal::Decimal, ids::PoolId, row::Swap as Row};
use serde::Serialize;
use utoipa::ToSchema;

use super::text::{Digits, Hex};

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
    #[schema(value_type = String)]
    pub tx_hash: Hex<B256>,
    /// Index of the log in its block.
    pub log_index: u32,
    /// Sender of the transaction; null where transactions are not indexed.
    #[schema(value_type = Option<String>)]
    pub origin: Option<Hex<Address>>,
    /// Id of the pool.
    #[schema(value_type = String)]
    pub pool_id: Hex<PoolId>,
    /// Caller of the pool.
    #[schema(value_type = String)]
    pub sender: Hex<Address>,
    /// Receiver of the output; for V4, whose event names none, the sender.
    #[schema(value_type = String)]
    pub recipient: Hex<Address>,
    /// Change of token0 in smallest units.
    #[schema(value_type = String)]
    pub amount0: Digits<I256>,
    /// Change of token1 in smallest units.
    #[schema(value_type = String)]
    pub amount1: Digits<I256>,
    /// Price after the swap as Q64.96 square root (V3, V4).
    #[schema(value_type = Option<String>)]
    pub sqrt_price_x96: Option<Digits<U256>>,
    /// Tick after the swap (V3, V4).
    pub tick: Option<i32>,
    /// Value in USD as the reference subgraphs count it, by the prices of the pools at that time.
    #[serde(rename = "amountUSD")]
    #[graphql(name = "amountUSD")]
    #[schema(value_type = String)]
    pub amount_usd: Digits<Decimal>,
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
            tx_hash: Hex(row.meta.tx_hash),
            log_index: position.log_index,
            origin: row.meta.origin.map(Hex),
            pool_id: Hex(row.pool),
            sender: Hex(row.sender),
            recipient: Hex(row.recipient),
            amount0: Digits(row.amount0),
            amount1: Digits(row.amount1),
            sqrt_price_x96: row.sqrt_price_x96.map(Digits),
            tick: row.tick,
            amount_usd: Digits(row.amount_usd),
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
