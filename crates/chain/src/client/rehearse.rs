//! One transaction as anybody may want to see it before it is sent: on the state after a block, with all that it would
//! log, transfers of native coins among it where the node tells them.

use alloy_primitives::{Address, B256, Bytes, LogData};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Client,
    exchange::Ask,
    simulate::{TrialCall, Tried, WireCall},
};
use crate::error::ChainError;

/// A call with the gas that it may use at most; `None`: as much as the node lets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rehearsal {
    /// The call.
    #[serde(flatten)]
    pub call: TrialCall,
    /// Gas.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "quantity")]
    pub gas: Option<u64>,
}

/// What became of it, and what it logged: emitter and log, in order. Transfers of native coins are told as if they were
/// tokens of one made-up address, which nodes agree on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rehearsed {
    /// Outcome.
    pub tried: Tried,
    /// Logs.
    pub logs: Vec<(Address, LogData)>,
}

#[derive(Debug, Deserialize)]
struct WireBlock {
    calls: Vec<WireTold>,
}

#[derive(Debug, Deserialize)]
struct WireTold {
    #[serde(flatten)]
    call: WireCall,
    #[serde(default)]
    logs: Vec<WireSaid>,
}

/// A log of a block that never is: it has no place.
#[derive(Debug, Deserialize)]
struct WireSaid {
    address: Address,
    topics: Vec<B256>,
    data: Bytes,
}

impl Client {
    /// Tries a transaction out on the state after the block with this hash (`eth_simulateV1`).
    ///
    /// # Errors
    /// [`ChainError::Refused`] of nodes that cannot do this, [`ChainError::Reverted`] for what never begins to run (the
    /// sender has too little), or any other [`ChainError`].
    pub async fn rehearse(&self, what: &Rehearsal, block: B256) -> Result<Rehearsed, ChainError> {
        let params = json!([
            { "blockStateCalls": [{ "calls": [what] }], "validation": false, "traceTransfers": true },
            { "blockHash": block },
        ]);
        let (blocks, _) =
            self.one_of::<Vec<WireBlock>>(&Ask::new("eth_simulateV1"), params).await?;
        let told = blocks.into_iter().flat_map(|block| block.calls).next();
        let told = told.ok_or_else(|| ChainError::Inconsistent("a call without outcome".into()))?;
        let logs = told.logs.into_iter().map(|said| {
            let log = LogData::new(said.topics, said.data);
            let odd = || ChainError::Inconsistent("a log has more than four topics".into());
            Ok((said.address, log.ok_or_else(odd)?))
        });
        let logs = logs.collect::<Result<_, ChainError>>()?;
        Ok(Rehearsed { tried: told.call.into(), logs })
    }

    /// The same for nodes that cannot tell logs (`eth_call`): what it returns.
    ///
    /// # Errors
    /// [`ChainError::Reverted`] with the revert data, or any other [`ChainError`].
    pub async fn rehearse_plainly(
        &self,
        what: &Rehearsal,
        block: B256,
    ) -> Result<Bytes, ChainError> {
        let params = json!([what, { "blockHash": block }]);
        Ok(self.one_of(&Ask::new("eth_call"), params).await?.0)
    }
}

fn quantity<S: serde::Serializer>(gas: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
    gas.map(alloy_primitives::U64::from).serialize(serializer)
}
