//! A log as `eth_getLogs` and receipts give it.

use alloy_primitives::{Address, B256, Bytes, LogData};
use serde::Deserialize;

use crate::{
    error::ChainError,
    raw::RawLog,
    wire::hex::{Quantity, or_zero},
};

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireLog {
    pub(crate) address: Address,
    pub(crate) topics: Vec<B256>,
    data: Bytes,
    pub(crate) block_number: Quantity,
    pub(crate) block_hash: B256,
    pub(crate) transaction_hash: B256,
    // absent in some state-sync logs
    #[serde(default, deserialize_with = "or_zero")]
    pub(crate) transaction_index: Quantity,
    pub(crate) log_index: Quantity,
    #[serde(default)]
    pub(crate) removed: bool,
}

impl WireLog {
    /// Height and index: the order of logs.
    pub(crate) const fn place(&self) -> (u64, u64) {
        (self.block_number.0, self.log_index.0)
    }

    /// What stands behind the topics.
    pub(crate) const fn data(&self) -> &Bytes {
        &self.data
    }
}

impl TryFrom<WireLog> for RawLog {
    type Error = ChainError;

    fn try_from(wire: WireLog) -> Result<Self, ChainError> {
        let data = LogData::new(wire.topics, wire.data)
            .ok_or_else(|| ChainError::Inconsistent("a log has more than four topics".into()))?;
        Ok(Self {
            address: wire.address,
            data,
            tx_hash: wire.transaction_hash,
            tx_index: small(wire.transaction_index, "a transaction index")?,
            log_index: small(wire.log_index, "a log index")?,
        })
    }
}

/// An index that fits into 32 bits.
pub(crate) fn small(value: Quantity, what: &str) -> Result<u32, ChainError> {
    u32::try_from(value.0)
        .map_err(|_| ChainError::Inconsistent(format!("{what} of {} is absurd", value.0)))
}
