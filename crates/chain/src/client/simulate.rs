//! Calls that are tried out on the state after a block, one after another, without being sent (`eth_simulateV1`).

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes, U64, U256};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Client, exchange::Ask};
use crate::error::ChainError;

/// A call that is tried out. Nobody signs it, and gas costs nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrialCall {
    /// Who calls.
    pub from: Address,
    /// Who is called.
    pub to: Address,
    /// Native coins that go with it (wei).
    pub value: U256,
    /// What is called.
    pub input: Bytes,
}

/// What is pretended of an account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pretended {
    /// Native coins (wei).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balance: Option<U256>,
    /// Code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Bytes>,
    /// Some of its storage; the rest stays.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub state_diff: BTreeMap<B256, B256>,
}

/// What became of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// Whether it went through.
    pub success: bool,
    /// What it returned, or the revert data.
    pub data: Bytes,
    /// Gas that it used.
    pub gas_used: u64,
    /// The node's message about a failure.
    pub message: String,
}

#[derive(Debug, Deserialize)]
struct WireBlock {
    calls: Vec<WireCall>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireCall {
    #[serde(default)]
    return_data: Bytes,
    gas_used: U64,
    status: U64,
    error: Option<WireError>,
}

#[derive(Debug, Deserialize)]
struct WireError {
    #[serde(default)]
    message: String,
    data: Option<Bytes>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireAccess {
    #[serde(default)]
    access_list: Vec<WireAccount>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireAccount {
    address: Address,
    #[serde(default)]
    storage_keys: Vec<B256>,
}

impl Client {
    /// Tries calls out on the state after the block with this hash; each sees what those before it did.
    ///
    /// # Errors
    /// [`ChainError::Refused`] of nodes that cannot do this, or any other [`ChainError`].
    pub async fn try_out(
        &self,
        calls: &[TrialCall],
        pretended: &BTreeMap<Address, Pretended>,
        block: B256,
    ) -> Result<Vec<Tried>, ChainError> {
        let params = json!([
            { "blockStateCalls": [{ "stateOverrides": pretended, "calls": calls }], "validation": false },
            { "blockHash": block },
        ]);
        let (blocks, _) =
            self.one_of::<Vec<WireBlock>>(&Ask::new("eth_simulateV1"), params).await?;
        let tried: Vec<Tried> =
            blocks.into_iter().flat_map(|block| block.calls).map(Tried::from).collect();
        if tried.len() == calls.len() {
            return Ok(tried);
        }
        Err(ChainError::Inconsistent(format!("{} calls, {} outcomes", calls.len(), tried.len())))
    }

    /// The storage that a call reads, after the block with this hash (`eth_createAccessList`).
    ///
    /// # Errors
    /// As [`Client::try_out`].
    pub async fn storage_read(
        &self,
        call: &TrialCall,
        block: B256,
    ) -> Result<Vec<(Address, B256)>, ChainError> {
        let params = json!([call, { "blockHash": block }]);
        let (access, _) =
            self.one_of::<WireAccess>(&Ask::new("eth_createAccessList"), params).await?;
        let slots = access.access_list.into_iter().flat_map(|account| {
            let address = account.address;
            account.storage_keys.into_iter().map(move |slot| (address, slot))
        });
        Ok(slots.collect())
    }
}

impl From<WireCall> for Tried {
    fn from(wire: WireCall) -> Self {
        let success = wire.status == U64::ONE;
        let error = wire.error.unwrap_or(WireError { message: String::new(), data: None });
        // of a failed call some nodes give the revert data here, some there
        let data = error.data.filter(|data| !data.is_empty()).unwrap_or(wire.return_data);
        Self {
            success,
            data,
            gas_used: wire.gas_used.to(),
            message: crate::error::shorten(&error.message),
        }
    }
}
