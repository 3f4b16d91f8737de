//! What happened to a pair, as these feeds tell it.

use std::sync::Arc;

use alloy_primitives::{Address, B256, U256};

use super::pools::Listed;

/// An event.
#[derive(Debug, Clone)]
pub(in crate::feeds) struct Event {
    /// Block height.
    pub(in crate::feeds) block: u64,
    /// Block time in Unix seconds.
    pub(in crate::feeds) timestamp: u64,
    /// Transaction.
    pub(in crate::feeds) tx_hash: B256,
    /// Its index in the block.
    pub(in crate::feeds) tx_index: u32,
    /// Index of the log in the block.
    pub(in crate::feeds) log_index: u32,
    /// On whose behalf.
    pub(in crate::feeds) maker: Address,
    /// The pair.
    pub(in crate::feeds) pair: Arc<Listed>,
    /// What happened.
    pub(in crate::feeds) kind: Kind,
    /// What the pool holds after it, in smallest units; `None` where that is not known any more.
    pub(in crate::feeds) reserves: Option<[U256; 2]>,
}

/// What happened. Amounts are in smallest units of token0 and token1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::feeds) enum Kind {
    /// The pool came to be.
    Creation,
    /// A trade.
    Swap {
        /// Whether token0 went in and token1 came out.
        zero_in: bool,
        /// What moved; never 0.
        amounts: [U256; 2],
        /// What one token0 cost in token1 after it; above 0, in plain notation.
        price: String,
    },
    /// Liquidity came.
    Join([U256; 2]),
    /// Liquidity went.
    Exit([U256; 2]),
}
