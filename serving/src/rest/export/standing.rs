//! Whether a block is still part of its chain.

use domain::{block::BlockRef, ids::ChainId};
use store::{Reader, StoreError};

/// Whether the chain as it is stored now does not have this block any more: a reorg, or an operator, took it back.
pub(super) async fn taken_back(
    reader: &Reader,
    chain: ChainId,
    block: BlockRef,
) -> Result<bool, StoreError> {
    let Some(now) = reader.snapshot(chain).await? else { return Ok(true) };
    let newest = now.block();
    if newest.number <= block.number {
        return Ok(newest.hash != block.hash);
    }
    // a block that is not known by its hash any more cannot be taken back
    let known = now.mark_at(block.number).await?;
    Ok(known.is_some_and(|(known, _)| known.hash != block.hash))
}
