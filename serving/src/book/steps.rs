//! What each version brought, for who tells others of it. It is read from the store once for all of them, and only if
//! somebody wants it.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{
    block::BlockRef,
    candle::{Candle, Resolution, Subject},
    entity::Pool,
    ids::PoolId,
    row::Swap,
};
use store::{BlockTrading, CandleQuery, Snapshot, StoreError};
use tokio::sync::{Mutex, OnceCell};

#[cfg(test)]
mod tests;

/// Swaps that one step tells of; more are no news but history.
const MOST_SWAPS: u32 = 20_000;
/// Candles of a subject, likewise.
const MOST_CANDLES: u32 = 1_000;
/// A server keeps the past of a snapshot for five minutes unless it is told otherwise; an answer takes a moment, too.
const SERVES: Duration = Duration::from_secs(240);

/// What was read by key, or is being read; that there is none, or too much, too.
type Memo<K, V> = Mutex<BTreeMap<K, Arc<OnceCell<Option<V>>>>>;

/// By pool.
type Swaps = Arc<BTreeMap<PoolId, Vec<Swap>>>;

/// From one version to the next.
#[derive(Debug)]
pub struct Step {
    /// The store as of the newer one, while [`Step::serves`]. What is read once for all is read through it; whoever reads for
    /// itself takes a [`Snapshot::sibling`], or all others wait for it.
    pub snapshot: Arc<Snapshot>,
    /// When that was opened, or before.
    pub(super) opened: Instant,
    /// Blocks that left the chain, the newest first.
    pub retracted: Vec<BlockRef>,
    /// Blocks that came, ascending, with the pools that each changed.
    pub blocks: Vec<BlockTrading>,
    /// What lies between the two is not known: everything was read anew.
    pub is_gap: bool,
    swaps: OnceCell<Option<Swaps>>,
    pools: OnceCell<Arc<BTreeMap<PoolId, Pool>>>,
    others: Memo<PoolId, Pool>,
    candles: Memo<(Subject, Resolution), Arc<[Candle]>>,
}

impl Step {
    pub(super) fn new(
        (snapshot, opened): (Arc<Snapshot>, Instant),
        retracted: Vec<BlockRef>,
        blocks: Vec<BlockTrading>,
    ) -> Self {
        Self {
            snapshot,
            opened,
            retracted,
            blocks,
            is_gap: false,
            swaps: OnceCell::new(),
            pools: OnceCell::new(),
            others: Mutex::default(),
            candles: Mutex::default(),
        }
    }

    pub(super) fn gap(opened: (Arc<Snapshot>, Instant)) -> Self {
        Self { is_gap: true, ..Self::new(opened, Vec::new(), Vec::new()) }
    }

    /// Whether it can be read still: the store forgets how it was.
    #[must_use]
    pub fn serves(&self) -> bool {
        self.opened.elapsed() < SERVES
    }

    /// The newer block.
    #[must_use]
    pub fn block(&self) -> BlockRef {
        self.snapshot.block()
    }

    /// Whether a block of it changed the pool.
    #[must_use]
    pub fn changed(&self, pool: PoolId) -> bool {
        self.blocks.iter().any(|block| block.pools.contains(&pool))
    }

    /// Unix time of the oldest block that left or came: nothing before it is another one than it was.
    #[must_use]
    pub fn since(&self) -> u64 {
        let oldest = [self.retracted.last(), self.blocks.first().map(|block| &block.block)];
        let oldest = oldest.into_iter().flatten().map(|block| block.timestamp).min();
        oldest.unwrap_or_else(|| self.block().timestamp)
    }

    /// The swaps of its blocks, by pool, ascending; `None` where they are more than a step tells of.
    ///
    /// # Errors
    /// As the store says.
    pub async fn swaps(&self) -> Result<Option<Arc<BTreeMap<PoolId, Vec<Swap>>>>, StoreError> {
        let read = || async {
            let mut found: BTreeMap<PoolId, Vec<Swap>> = BTreeMap::new();
            if let (Some(first), Some(last)) = (self.blocks.first(), self.blocks.last()) {
                let blocks = first.block.number..=last.block.number;
                let swaps = |most| self.snapshot.swaps_in(blocks, most);
                let Some(swaps) = whole(MOST_SWAPS, swaps).await? else { return Ok(None) };
                for swap in swaps {
                    found.entry(swap.pool).or_default().push(swap);
                }
            }
            Ok(Some(Arc::new(found)))
        };
        self.swaps.get_or_try_init(read).await.cloned()
    }

    /// The pools that its blocks changed, as of the newest of them.
    ///
    /// # Errors
    /// As the store says.
    pub async fn pools(&self) -> Result<Arc<BTreeMap<PoolId, Pool>>, StoreError> {
        let read = || async {
            let ids: BTreeSet<PoolId> =
                self.blocks.iter().flat_map(|block| block.pools.iter().copied()).collect();
            let ids: Vec<PoolId> = ids.into_iter().collect();
            let pools = self.snapshot.pools_by_ids(&ids).await?;
            Ok(Arc::new(pools.into_iter().map(|pool| (pool.id, pool)).collect()))
        };
        self.pools.get_or_try_init(read).await.cloned()
    }

    /// A pool as of the newer block, whether or not it changed.
    ///
    /// # Errors
    /// As the store says.
    pub async fn pool(&self, id: PoolId) -> Result<Option<Pool>, StoreError> {
        if self.changed(id) {
            return Ok(self.pools().await?.get(&id).cloned());
        }
        let cell = Arc::clone(self.others.lock().await.entry(id).or_default());
        cell.get_or_try_init(|| self.snapshot.pool(id)).await.cloned()
    }

    /// The candles of a subject from the period of [`Step::since`] on, ascending: all that can differ from what they were
    /// before; `None` where they are more than a step tells of.
    ///
    /// # Errors
    /// As the store says.
    pub async fn candles(
        &self,
        subject: Subject,
        resolution: Resolution,
    ) -> Result<Option<Arc<[Candle]>>, StoreError> {
        let which = (subject, resolution);
        let cell = Arc::clone(self.candles.lock().await.entry(which).or_default());
        let from = resolution.start(self.since());
        let to = self.block().timestamp.saturating_add(1);
        let read = |limit| async move {
            let query = CandleQuery { subject, resolution, from, to, limit };
            self.snapshot.candles(&query).await
        };
        let read = || async { Ok(whole(MOST_CANDLES, read).await?.map(Into::into)) };
        cell.get_or_try_init(read).await.cloned()
    }
}

/// What `read` gives, whose argument is how much that may be; `None` where it is more than `most`.
async fn whole<T, F, E>(most: u32, read: impl FnOnce(u32) -> F) -> Result<Option<Vec<T>>, E>
where
    F: Future<Output = Result<Vec<T>, E>>,
{
    let found = read(most.saturating_add(1)).await?;
    Ok((found.len() <= usize::try_from(most).unwrap_or(usize::MAX)).then_some(found))
}
