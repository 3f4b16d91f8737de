//! Full blocks of mainnet and Kaia: every log, and the token transfers that another project found in them.

use std::path::Path;

use alloy_primitives::{Address, B256, Bytes, LogData, U256};
use anyhow::{Context, Result};
use serde_json::Value;

use super::json::{field, lines, value};

/// A log with its place on the chain.
#[derive(Debug, Clone)]
pub struct PlacedLog {
    /// Transaction.
    pub tx_hash: B256,
    /// Index in the block.
    pub log_index: u64,
    /// Emitting contract.
    pub address: Address,
    /// Topics and data.
    pub data: LogData,
}

/// A token transfer: amount of a fungible token, or id of one that is not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Transfer {
    /// Transaction.
    pub tx_hash: B256,
    /// Index of the log in the block.
    pub log_index: u64,
    /// Token contract.
    pub token: Address,
    /// Sender.
    pub from: Address,
    /// Receiver.
    pub to: Address,
    /// Amount or id.
    pub value: U256,
}

/// The logs of a file, one per line.
///
/// # Errors
/// When a line is none.
pub fn logs(path: &Path) -> Result<Vec<PlacedLog>> {
    let read = |line: &Value| {
        let topics = line["topics"].as_array().context("no topics")?;
        let topics = topics.iter().map(value::<B256>).collect::<Result<Vec<_>>>()?;
        Ok(PlacedLog {
            tx_hash: field(line, "transaction_hash")?,
            log_index: field(line, "log_index")?,
            address: field(line, "address")?,
            data: LogData::new(topics, field::<Bytes>(line, "data")?)
                .context("more than four topics")?,
        })
    };
    lines(path)?.iter().map(read).collect()
}

/// The transfers of a file, sorted.
///
/// # Errors
/// When a line is none.
pub fn transfers(path: &Path) -> Result<Vec<Transfer>> {
    let read = |line: &Value| {
        Ok(Transfer {
            tx_hash: field(line, "transaction_hash")?,
            log_index: field(line, "log_index")?,
            token: field(line, "token_address")?,
            from: field(line, "from_address")?,
            to: field(line, "to_address")?,
            value: field(line, "value")?,
        })
    };
    let mut transfers = lines(path)?.iter().map(read).collect::<Result<Vec<_>>>()?;
    transfers.sort();
    Ok(transfers)
}
