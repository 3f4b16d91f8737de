//! The few fields of blocks and logs that we read. Everything else a node adds (fee payers, state-sync data) is ignored,
//! so that chains with richer answers decode too.

use alloy_primitives::{Address, B256, Bytes, LogData, U64};
use domain::block::BlockRef;
use serde::Deserialize;

/// Header part of `eth_getBlockBy…`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RawHeader {
    number: U64,
    hash: B256,
    parent_hash: B256,
    timestamp: U64,
}

impl From<RawHeader> for BlockRef {
    fn from(raw: RawHeader) -> Self {
        Self {
            number: raw.number.to(),
            hash: raw.hash,
            parent_hash: raw.parent_hash,
            timestamp: raw.timestamp.to(),
        }
    }
}

/// A log as `eth_getLogs` gives it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireLog {
    address: Address,
    topics: Vec<B256>,
    data: Bytes,
    pub(crate) block_number: U64,
    pub(crate) block_hash: B256,
    transaction_hash: B256,
    transaction_index: U64,
    pub(crate) log_index: U64,
    #[serde(default)]
    pub(crate) removed: bool,
}

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

impl TryFrom<WireLog> for RawLog {
    type Error = String;

    fn try_from(wire: WireLog) -> Result<Self, String> {
        let small = |value: U64, what| {
            u32::try_from(value.to::<u64>())
                .map_err(|_| format!("{what} {value} of a log is absurd"))
        };
        let data = LogData::new(wire.topics, wire.data).ok_or("a log has more than four topics")?;
        Ok(Self {
            address: wire.address,
            data,
            tx_hash: wire.transaction_hash,
            tx_index: small(wire.transaction_index, "transaction index")?,
            log_index: small(wire.log_index, "index")?,
        })
    }
}

/// A block with its raw logs, ascending by index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawBlock {
    /// Header.
    pub header: BlockRef,
    /// Logs asked for.
    pub logs: Vec<RawLog>,
}
