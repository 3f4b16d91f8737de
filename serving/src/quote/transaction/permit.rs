//! The allowance that a wallet may sign instead of sending an approval.

use abis::{periphery::PermitSingle, routers::permit2};
use serde_json::Value;

use crate::deps::ChainDeps;

/// As typed data of this chain.
pub(super) fn typed_data(chain: &ChainDeps, permit: &PermitSingle) -> Value {
    permit2::typed_data(chain.client.chain_id(), chain.permit2, permit)
}
