//! What a failing node means to a client.

use api_kit::problem::Problem;
use chain::ChainError;

/// 503, whatever it is: the question was not answered.
pub(crate) fn of_chain(error: &ChainError) -> Problem {
    tracing::warn!(error = error as &dyn std::error::Error, "a live call failed");
    Problem::unavailable(
        "CHAIN_UNAVAILABLE",
        "the chain's node did not answer the live check; nothing is known, try again in a moment",
    )
}
