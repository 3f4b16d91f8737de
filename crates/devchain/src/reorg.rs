//! Reorgs on the live chain.

use serde_json::{Value, json};

use crate::deployment::Deployment;
use crate::error::DevchainError;
use crate::rpc::Rpc;
use crate::traffic::{Traffic, TrafficReport};

/// Replaces the newest `depth` blocks. With `replacement` the same number of empty blocks takes their place, so the
/// head keeps its height; without, the chain is only rolled back and is `depth` blocks shorter.
///
/// # Errors
/// When the chain is shorter than `depth`, or the state that far back is not kept any more.
pub async fn reorg(url: &str, depth: u64, replacement: bool) -> Result<(), DevchainError> {
    let rpc = Rpc::new(url)?;
    let head: u64 = rpc.head().await?.number.to();
    if depth >= head {
        return Err(DevchainError::TooDeep { depth, head, possible: head.saturating_sub(1) });
    }
    if depth == 0 {
        return Ok(());
    }
    let _: Value = if replacement {
        rpc.request("anvil_reorg", json!([depth, []])).await?
    } else {
        rpc.request("anvil_rollback", json!([depth])).await?
    };
    Ok(())
}

/// Replaces the newest `depth` blocks by `blocks` others that carry other traffic (another seed gives other events).
///
/// # Errors
/// When the reorg would reach into the deployment, or the endpoint fails.
pub async fn reorg_with_traffic(
    url: &str,
    deployment: &Deployment,
    depth: u64,
    blocks: u64,
    seed: u64,
) -> Result<TrafficReport, DevchainError> {
    let head: u64 = Rpc::new(url)?.head().await?.number.to();
    let possible = head.saturating_sub(deployment.end_block);
    if depth > possible {
        return Err(DevchainError::TooDeep { depth, head, possible });
    }
    reorg(url, depth, false).await?;
    Traffic::new(url, deployment, seed).run(blocks).await
}
