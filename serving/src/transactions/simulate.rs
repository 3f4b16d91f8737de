//! A transaction tried out on the newest block: what it would do, or why it would not.

use alloy_primitives::Bytes;
use api_kit::problem::Problem;
use chain::{
    ChainError,
    client::rehearse::{Rehearsal, Rehearsed},
};
use domain::{block::BlockRef, ids::ChainId};
use tokio::time::{Instant, timeout_at};

use crate::{
    by_block::ByBlock,
    deps::{ChainDeps, Deps},
    failure,
    node::{LAGS, LiveNode, too_late},
};

mod answer;
mod told;

use self::answer::Method;
pub(crate) use self::answer::Simulation;

/// Tries a transaction out.
///
/// # Errors
/// `CHAIN_UNAVAILABLE`, `CHAIN_TIMEOUT`, `CHAIN_LAGS`; `SIMULATION_BUSY` where too many are tried out at once.
pub(crate) async fn simulate(
    deps: &Deps,
    by_block: &ByBlock,
    (chain_id, chain): (ChainId, &ChainDeps),
    what: &Rehearsal,
) -> Result<Simulation, Problem> {
    let deadline = LiveNode::deadline();
    let room = timeout_at(deadline, chain.live.rehearsals.acquire()).await;
    let Ok(Ok(room)) = room else {
        let detail = "too many transactions are tried out at once; try again in a moment";
        return Err(Problem::unavailable("SIMULATION_BUSY", detail));
    };
    let (block, method, outcome) = match at_head(&chain.live, what, deadline).await {
        Err(problem) if problem.code() == LAGS => {
            chain.live.look_again();
            at_head(&chain.live, what, deadline).await?
        }
        outcome => outcome?,
    };
    // what the store says of its events takes no room of the node
    drop(room);
    let said = Said { block, method, outcome };
    Ok(told::told(deps, by_block, (chain_id, chain), what, said).await)
}

/// What a node said, at which block, to which question.
struct Said {
    block: BlockRef,
    method: Method,
    outcome: Outcome,
}

/// What became of the transaction.
enum Outcome {
    Told(Rehearsed),
    Returned(Bytes),
    /// It never began, or the node tells nothing but this.
    Failed {
        data: Bytes,
        message: String,
    },
}

async fn at_head(
    node: &LiveNode,
    what: &Rehearsal,
    deadline: Instant,
) -> Result<(BlockRef, Method, Outcome), Problem> {
    let block = node.head(deadline).await?;
    let tried = timeout_at(deadline, node.client.rehearse(what, block.hash)).await;
    let outcome = match tried.map_err(|_| too_late())? {
        Ok(told) => return Ok((block, Method::Simulate, Outcome::Told(told))),
        Err(ChainError::Reverted { data, message }) => {
            return Ok((block, Method::Simulate, Outcome::Failed { data, message }));
        }
        // a node that cannot do that can at least call
        Err(ChainError::Refused(_)) => {
            let called = timeout_at(deadline, node.client.rehearse_plainly(what, block.hash)).await;
            called.map_err(|_| too_late())?
        }
        Err(error) => return Err(failure::of_chain(error)),
    };
    match outcome {
        Ok(data) => Ok((block, Method::Call, Outcome::Returned(data))),
        Err(ChainError::Reverted { data, message }) => {
            Ok((block, Method::Call, Outcome::Failed { data, message }))
        }
        Err(ChainError::Refused(why)) => {
            let detail = format!("the chain's node refuses to try this out: {why}");
            Err(Problem::unprocessable("SIMULATION_REFUSED", detail))
        }
        Err(error) => Err(failure::of_chain(error)),
    }
}
