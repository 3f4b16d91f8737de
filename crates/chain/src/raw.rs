//! What of blocks, transactions and logs leaves this crate.

use alloy_primitives::{Address, B256, LogData, U256};
use domain::block::BlockRef;

/// A log that was checked against its block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawLog {
    /// Emitter.
    pub address: Address,
    /// Topics and data.
    pub data: LogData,
    /// Transaction.
    pub tx_hash: B256,
    /// Index of the transaction in the block.
    pub tx_index: u32,
    /// Index in the block.
    pub log_index: u32,
}

/// A transaction that has logs among those asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawTransaction {
    /// Hash.
    pub hash: B256,
    /// Index in the block.
    pub index: u32,
    /// Sender; zero for transactions that nobody signed (Polygon's state sync) and that stand in no block.
    pub from: Address,
    /// What was paid per gas (wei); where the node says only what was offered, that.
    pub gas_price: U256,
    /// Gas that was used, where receipts were read.
    pub gas_used: Option<u64>,
}

/// A block with its raw logs, ascending by index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawBlock {
    /// Header.
    pub header: BlockRef,
    /// Logs asked for.
    pub logs: Vec<RawLog>,
    /// The transactions of these logs, ascending by index; empty unless the source was told to read them.
    pub transactions: Vec<RawTransaction>,
}
