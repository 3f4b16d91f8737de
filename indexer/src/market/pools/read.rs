//! What a pool was like during the window.

use std::collections::BTreeMap;

use domain::{
    entity::Pool,
    row::{Position, Swap},
};
use store::{Snapshot, StoreError, SwapQuery};

/// Swaps of the first question.
const FIRST: u32 = 64;
/// Each further question is for so many times more.
const MORE: u32 = 4;
/// Swaps of one pool at most; of a pool that swapped more often the window is cut short.
const MOST: usize = 40_000;

/// A pool's past from the last swap before the window on; of one that never swapped nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Past {
    /// Time of a block with swaps (Unix seconds), and the pool after that block. Ascending.
    pub(super) swapped: Vec<(u64, Pool)>,
    /// The pool after every block that changed it since then, swaps or not.
    pub(super) versions: Vec<Pool>,
}

impl Past {
    /// Of the window that begins at a Unix time.
    pub(super) async fn read(
        snapshot: &Snapshot,
        pool: &Pool,
        from: u64,
    ) -> Result<Self, StoreError> {
        let times = times(snapshot, pool, from).await?;
        let Some((first, _)) = times.first_key_value() else { return Ok(Self::default()) };
        let versions = snapshot.pool_versions(pool, *first).await?;
        let swapped = versions
            .iter()
            .filter_map(|(block, version)| Some((*times.get(block)?, version.clone())))
            .collect();
        Ok(Self { swapped, versions: versions.into_iter().map(|(_, version)| version).collect() })
    }
}

/// The times of the blocks in which the pool swapped, back to the last one at or before a time.
async fn times(
    snapshot: &Snapshot,
    pool: &Pool,
    from: u64,
) -> Result<BTreeMap<u64, u64>, StoreError> {
    let mut times = BTreeMap::new();
    let (mut limit, mut read, mut after) = (FIRST, 0, None::<Position>);
    while read < MOST {
        let query = SwapQuery { pool: Some(pool.id), after, limit, ..SwapQuery::default() };
        let swaps: Vec<Swap> = snapshot.swaps(&query).await?;
        let ends = swaps.len() < limit as usize;
        read += swaps.len();
        for swap in swaps {
            let (position, time) = (swap.meta.position, swap.meta.timestamp);
            after = Some(position);
            times.insert(position.block, time);
            if time <= from {
                return Ok(times);
            }
        }
        if ends {
            break;
        }
        limit = limit.saturating_mul(MORE);
    }
    Ok(times)
}
