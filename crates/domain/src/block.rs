//! Blocks as the pipeline sees them.

use alloy_primitives::{Address, B256};
use serde::{Deserialize, Serialize};

use crate::event::Event;

/// What identifies a block and links it to its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockRef {
    /// Height.
    pub number: u64,
    /// Hash of the header.
    pub hash: B256,
    /// Hash of the block below.
    pub parent_hash: B256,
    /// Seconds since the Unix epoch, as the header says.
    pub timestamp: u64,
}

/// A block with those of its events that concern us, in log order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The header.
    pub header: BlockRef,
    /// Senders of the transactions that have events, ascending by index; empty where transactions are not indexed.
    pub senders: Vec<Sender>,
    /// Decoded events, ascending by log index.
    pub events: Vec<Event>,
}

impl Block {
    /// The sender of a transaction, if it is known.
    #[must_use]
    pub fn sender(&self, tx_index: u32) -> Option<&Sender> {
        let found = self.senders.binary_search_by_key(&tx_index, |sender| sender.tx_index).ok()?;
        self.senders.get(found)
    }
}

/// Who sent a transaction, and at what price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sender {
    /// Index of the transaction in the block.
    pub tx_index: u32,
    /// The account.
    pub from: Address,
    /// Price per unit of gas in wei.
    pub gas_price: u128,
}

/// What a source of blocks says: a reorg is a value, not an exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockUpdate<B> {
    /// The chain grew by these blocks, ascending and linked.
    Applied(Vec<B>),
    /// The chain lost every block above this height.
    Reverted {
        /// The highest block that is still canonical.
        to: u64,
    },
}
