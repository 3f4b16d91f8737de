//! Whether a block is in the store.

use alloy_primitives::B256;
use api_kit::problem::Problem;
use store::Snapshot;

use super::answer::Indexed;
use crate::{deps::ChainDeps, read::as_of::start, view};

/// What the store has at this height; `None` above the newest stored block, and below the first one.
pub(super) async fn at(
    snapshot: &Snapshot,
    chain: &ChainDeps,
    (number, hash): (u64, B256),
) -> Result<Option<Indexed>, Problem> {
    if number > snapshot.block().number || number < start(snapshot, chain).await? {
        return Ok(None);
    }
    let stored = snapshot.mark_at(number).await?.map(|(block, _)| block.hash);
    Ok(Some(Indexed {
        number,
        hash: stored.map(view::hash),
        is_final: stored.is_none(),
        reorged: stored.is_some_and(|stored| stored != hash),
    }))
}
