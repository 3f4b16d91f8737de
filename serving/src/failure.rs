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

/// 404 for a DEX that is not configured.
pub(crate) fn unknown_dex(name: &str) -> Problem {
    let name: String = name.chars().take(80).collect();
    Problem::not_found("DEX_UNKNOWN", format!("no DEX is configured under the name `{name}`"))
}

/// 404 for positions of a DEX whose manager is not configured.
pub(crate) fn no_positions(dex: &str) -> Problem {
    let detail = format!("positions of {dex} are not followed: it has no `position_manager`");
    Problem::not_found("POSITIONS_UNKNOWN", detail)
}

/// 404 for a position that no event told of.
pub(crate) fn unknown_position(id: &str) -> Problem {
    Problem::not_found("POSITION_UNKNOWN", format!("no indexed position has the id {id}"))
}

/// 404 for an account that sent no transaction to a DEX.
pub(crate) fn unknown_account(address: Address) -> Problem {
    let detail = format!("{} sent no indexed transaction", view::address(address));
    Problem::not_found("ACCOUNT_UNKNOWN", detail)
}

/// 404 for a DEX that made no pool.
pub(crate) fn quiet_dex(name: &str) -> Problem {
    let name: String = name.chars().take(80).collect();
    Problem::not_found("DEX_UNKNOWN", format!("the DEX `{name}` made no pool yet"))
}
