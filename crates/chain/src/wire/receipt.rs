//! Receipts of a block, of which only what is needed is read: fee payers, roots instead of states, and whatever else a
//! chain adds are skipped.

use alloy_primitives::{Address, B256, U256};
use serde::Deserialize;

use crate::{
    error::ChainError,
    raw::RawTransaction,
    wire::{
        hex::{Quantity, or_zero, wide},
        log::{WireLog, small},
    },
};

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireReceipt {
    pub(crate) transaction_hash: B256,
    #[serde(default, deserialize_with = "or_zero")]
    transaction_index: Quantity,
    #[serde(default)]
    from: Option<Address>,
    #[serde(default, deserialize_with = "wide")]
    effective_gas_price: Option<U256>,
    #[serde(default, deserialize_with = "wide")]
    gas_price: Option<U256>,
    #[serde(default)]
    gas_used: Option<Quantity>,
    pub(crate) block_hash: B256,
    // Kaia's whole receipts and some proxies leave it out or say null when there are none
    #[serde(default)]
    pub(crate) logs: Option<Vec<WireLog>>,
}

impl WireReceipt {
    /// The transaction, as far as its receipt knows it.
    pub(crate) fn transaction(&self) -> Result<RawTransaction, ChainError> {
        Ok(RawTransaction {
            hash: self.transaction_hash,
            index: small(self.transaction_index, "a transaction index")?,
            from: self.from.unwrap_or_default(),
            gas_price: self.effective_gas_price.or(self.gas_price).unwrap_or_default(),
            gas_used: self.gas_used.map(|gas| gas.0),
        })
    }
}
