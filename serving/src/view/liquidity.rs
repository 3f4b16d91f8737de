//! A liquidity event.

use alloy_primitives::{Address, B256, I256, U256};
use async_graphql::{Enum, SimpleObject};
use domain::{block::BlockRef, decimal::Decimal, ids::PoolId, row::LiquidityEvent as Row};
use serde::Serialize;
use utoipa::ToSchema;

use super::text::{Digits, Hex};

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
    /// Owner of the position, or the caller where the event names no owner.
    #[schema(value_type = String)]
    pub owner: Hex<Address>,
    /// Lower tick of the range (V3, V4).
    pub tick_lower: Option<i32>,
    /// Upper tick of the range (V3, V4).
    pub tick_upper: Option<i32>,
    /// Change of liquidity (V3, V4).
    #[schema(value_type = Option<String>)]
    pub liquidity_delta: Option<Digits<I256>>,
    /// Amount of token0 in smallest units; null where the event names none (V4).
    #[schema(value_type = Option<String>)]
    pub amount0: Option<Digits<U256>>,
    /// Amount of token1 in smallest units; null likewise.
    #[schema(value_type = Option<String>)]
    pub amount1: Option<Digits<U256>>,
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
            tx_hash: Hex(row.meta.tx_hash),
            log_index: position.log_index,
            origin: row.meta.origin.map(Hex),
            pool_id: Hex(row.pool),
            owner: Hex(row.owner),
            tick_lower: row.range.map(|(lower, _)| lower),
            tick_upper: row.range.map(|(_, upper)| upper),
            liquidity_delta: row.liquidity_delta.map(Digits),
            amount0: row.amount0.map(Digits),
            amount1: row.amount1.map(Digits),
            amount_usd: Digits(row.amount_usd),
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
