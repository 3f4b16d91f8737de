//! One transaction by its hash: as it was sent, and its whole receipt.

use alloy_primitives::{Address, B256, Bytes, U256};
use serde::{Deserialize, de::IgnoredAny};

use crate::wire::{
    hex::{Quantity, or_zero, wide},
    log::WireLog,
};

/// `eth_getTransactionReceipt`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireOutcome {
    pub(crate) transaction_hash: B256,
    #[serde(default, deserialize_with = "or_zero")]
    pub(crate) transaction_index: Quantity,
    // both null where a node speaks of a transaction that is in no block yet
    #[serde(default)]
    pub(crate) block_hash: Option<B256>,
    #[serde(default)]
    pub(crate) block_number: Option<Quantity>,
    #[serde(default)]
    pub(crate) from: Option<Address>,
    #[serde(default)]
    pub(crate) to: Option<Address>,
    #[serde(default)]
    pub(crate) contract_address: Option<Address>,
    /// Absent in receipts of the first years, which have a state root instead.
    #[serde(default)]
    pub(crate) status: Option<Quantity>,
    #[serde(default)]
    pub(crate) gas_used: Option<Quantity>,
    #[serde(default, deserialize_with = "wide")]
    pub(crate) effective_gas_price: Option<U256>,
    #[serde(default, deserialize_with = "wide")]
    pub(crate) gas_price: Option<U256>,
    #[serde(default)]
    pub(crate) logs: Option<Vec<WireLog>>,
    #[serde(flatten)]
    pub(crate) extra: WireExtra,
}

/// What receipts say of fees beside that of gas.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireExtra {
    #[serde(default, rename = "type")]
    pub(crate) kind: Option<Quantity>,
    #[serde(default, deserialize_with = "wide")]
    pub(crate) blob_gas_used: Option<U256>,
    #[serde(default, deserialize_with = "wide")]
    pub(crate) blob_gas_price: Option<U256>,
    #[serde(default, deserialize_with = "wide")]
    pub(crate) l1_fee: Option<U256>,
    #[serde(default, deserialize_with = "wide")]
    pub(crate) operator_fee_scalar: Option<U256>,
    #[serde(default, deserialize_with = "wide")]
    pub(crate) operator_fee_constant: Option<U256>,
    /// There since Jovian.
    #[serde(default)]
    pub(crate) da_footprint_gas_scalar: Option<IgnoredAny>,
    /// Mantle's alone.
    #[serde(default)]
    pub(crate) token_ratio: Option<IgnoredAny>,
}

/// `eth_getTransactionByHash`, with what was sent.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireSent {
    pub(crate) hash: B256,
    #[serde(default)]
    pub(crate) block_hash: Option<B256>,
    #[serde(default)]
    pub(crate) from: Option<Address>,
    #[serde(default)]
    pub(crate) to: Option<Address>,
    #[serde(default, deserialize_with = "wide")]
    pub(crate) value: Option<U256>,
    #[serde(default, deserialize_with = "or_zero")]
    pub(crate) nonce: Quantity,
    #[serde(default, deserialize_with = "or_zero")]
    pub(crate) gas: Quantity,
    #[serde(default)]
    pub(crate) input: Bytes,
}
