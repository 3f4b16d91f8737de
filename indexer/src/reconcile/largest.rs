//! Which pools are asked: those that hold most.

use std::{cmp::Reverse, collections::BTreeMap};

use domain::{decimal::Decimal, entity::Pool, ids::PoolId};
use store::{PoolCursor, PoolOrder, PoolQuery, Snapshot, StoreError};

/// Pools read at once.
const PAGE: u32 = 500;

/// By worth, then by swaps; the id makes it unique.
type Rank = (Decimal, u64, PoolId);

/// The largest pools that are counted, largest first; 0: all. No more than those, and a page, are held at a time.
pub(super) async fn pools(snapshot: &Snapshot, most: usize) -> Result<Vec<Pool>, StoreError> {
    let most = if most == 0 { usize::MAX } else { most };
    let mut largest = BTreeMap::<Reverse<Rank>, Pool>::new();
    let mut after = None;
    loop {
        let query = PoolQuery { after, limit: PAGE, ..PoolQuery::default() };
        let page = snapshot.pools(&query).await?;
        let Some(last) = page.last() else { break };
        after = Some(PoolCursor::of(last, PoolOrder::Created));
        for pool in page.into_iter().filter(|pool| pool.figures.counted) {
            let rank = (pool.figures.total_value_locked_usd, pool.swap_count, pool.id);
            largest.insert(Reverse(rank), pool);
            if largest.len() > most {
                largest.pop_last();
            }
        }
    }
    Ok(largest.into_values().collect())
}
