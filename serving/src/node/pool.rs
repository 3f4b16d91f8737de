//! The state of pools at the chain's newest block.

use abis::state;
use alloy_primitives::Bytes;
use api_kit::problem::Problem;
use domain::{
    block::BlockRef,
    entity::{Pool, PoolState},
};

use super::{
    Ask, Head, LiveNode,
    view::{LivePool, LiveProblem},
};

/// What the chain says of a pool now, beside what an answer as of a block says. Never fails: the reason is in it.
pub(crate) async fn pool(
    node: &LiveNode,
    pool: &Pool,
    (head, stored_at): (&Head, BlockRef),
    decimals: [Option<u8>; 2],
) -> LivePool {
    match state(node, pool, head).await {
        Ok((block, state)) => LivePool::new(block, &state, &pool.state, decimals),
        Err(problem) => LivePool::unknown(LiveProblem::new(&problem, Some(stored_at))),
    }
}

async fn state(
    node: &LiveNode,
    pool: &Pool,
    head: &Head,
) -> Result<(BlockRef, PoolState), Problem> {
    let asks: Vec<_> =
        state::pool_calls(pool).into_iter().map(|(to, data)| Ask::Pool(to, data)).collect();
    let (block, told) = node.ask_head(head, &asks, LiveNode::deadline()).await?;
    let answers: Option<Vec<Bytes>> = told.into_iter().collect();
    let state = answers.and_then(|answers| state::pool_state(pool, &answers));
    let none = || {
        let detail = "the contract does not answer as a pool of its protocol does";
        Problem::unprocessable("NOT_A_POOL", detail)
    };
    Ok((block, state.ok_or_else(none)?))
}
