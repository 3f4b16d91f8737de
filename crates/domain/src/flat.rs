//! Rows as records: each kind of row as the fields all rows share and then its own, so that a store can pack them and a
//! query can name them. The pool is not among the fields: rows are kept by pool.

use alloy_primitives::{Address, B256};

use crate::{
    ids::PoolId,
    record::{Both, Record, record},
    row::{Position, RowMeta},
};

mod liquidity;
mod pair;
mod position;
mod swap;
#[cfg(test)]
mod tests;

pub use self::{
    liquidity::FlatLiquidity,
    pair::{FlatPairLiquidity, FlatSnapshot},
    position::{FlatPositionEvent, FlatPositionSnapshot},
    swap::FlatSwap,
};

record! {
    /// What every row carries.
    pub struct FlatMeta {
        /// Block height.
        pub block: u64 => "blockNumber",
        /// Log index in the block.
        pub log_index: u32 => "logIndex",
        /// Index inside one log.
        pub item: u32 => "item",
        /// Block time in Unix seconds.
        pub timestamp: u64 => "timestamp",
        /// Transaction.
        pub tx_hash: B256 => "transaction",
        /// Index of the transaction in the block.
        pub tx_index: u32 => "transactionIndex",
        /// Sender of the transaction.
        pub origin: Option<Address> => "origin",
        /// Price per unit of gas in wei.
        pub gas_price: Option<u128> => "gasPrice",
    }
}

/// A row of a pool that can be flattened and put together again.
pub trait PoolRow: Sized + Send + 'static {
    /// Its own fields.
    type Own: Record + Clone + Default + std::fmt::Debug + PartialEq + Send;

    /// What all rows carry.
    fn meta(&self) -> &RowMeta;
    /// The pool.
    fn pool(&self) -> PoolId;
    /// Its own fields.
    fn own(&self) -> Self::Own;
    /// The row again.
    fn join(meta: RowMeta, pool: PoolId, own: Self::Own) -> Self;
    /// Accounts that the row is listed under, beside the sender of the transaction.
    fn accounts(&self) -> [Option<Address>; 2];
    /// What else it is listed under, like an account: see [`token_key`](crate::row::token_key).
    fn subject(&self) -> Option<Address> {
        None
    }

    /// All fields.
    fn flat(&self) -> Both<FlatMeta, Self::Own> {
        Both { first: FlatMeta::from(self.meta()), second: self.own() }
    }

    /// The row of these fields.
    fn of(pool: PoolId, flat: Both<FlatMeta, Self::Own>) -> Self {
        Self::join(flat.first.into(), pool, flat.second)
    }
}

impl From<&RowMeta> for FlatMeta {
    fn from(meta: &RowMeta) -> Self {
        let RowMeta { position, timestamp, tx_hash, tx_index, origin, gas_price } = *meta;
        let Position { block, log_index, item } = position;
        Self { block, log_index, item, timestamp, tx_hash, tx_index, origin, gas_price }
    }
}

impl From<FlatMeta> for RowMeta {
    fn from(flat: FlatMeta) -> Self {
        let FlatMeta { block, log_index, item, timestamp, tx_hash, tx_index, origin, gas_price } =
            flat;
        let position = Position { block, log_index, item };
        Self { position, timestamp, tx_hash, tx_index, origin, gas_price }
    }
}
