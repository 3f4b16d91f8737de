//! Failures of this service, as the client sees them.

use alloy_primitives::Address;
use api_kit::problem::Problem;
use chain::ChainError;
use domain::ids::PoolId;

use crate::view;

/// What a failing node means to a client.
pub(crate) fn of_chain(error: ChainError) -> Problem {
    tracing::warn!(error = &error as &dyn std::error::Error, "a live call failed");
    match error {
        ChainError::Missing(_) => Problem::unavailable(
            "CHAIN_LAGS",
            "the node does not have the state of the indexed block (yet, or any more); try again in a moment",
        ),
        _ => Problem::unavailable(
            "CHAIN_UNAVAILABLE",
            "the chain's node does not answer; try again in a moment",
        ),
    }
}

/// 404 for a pool that is not indexed.
pub(crate) fn unknown_pool(id: PoolId) -> Problem {
    Problem::not_found("POOL_UNKNOWN", format!("no indexed pool has the id {id}"))
}

/// 404 for a token that no pool holds.
pub(crate) fn unknown_token(address: Address) -> Problem {
    Problem::not_found(
        "TOKEN_UNKNOWN",
        format!("no indexed pool holds token {}", view::address(address)),
    )
}
