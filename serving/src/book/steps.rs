//! What each version brought, for who tells others of it. It is read from the store once for all of them, and only if
//! somebody wants it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex as StdMutex, PoisonError},
};

use domain::{
    block::BlockRef,
    candle::{Candle, Resolution, Subject},
    entity::Pool,
    ids::PoolId,
    row::Swap,
};
use store::{BlockTrading, CandleQuery, Snapshot, StoreError};
use tokio::sync::{Mutex, OnceCell, broadcast};

/// Steps that a slow listener may be behind.
const BEHIND: usize = 64;
/// Swaps that one step tells of; more are no news but history.
const MOST: u32 = 20_000;

/// What was read by key, or is being read; that there is none, too.
type Memo<K, V> = Mutex<BTreeMap<K, Arc<OnceCell<Option<V>>>>>;

/// From one version to the next.
#[derive(Debug)]
pub struct Step {
    /// Of all since the start: ascending.
    pub number: u64,
    /// The store as of the newer one. It serves for minutes.
    pub snapshot: Arc<Snapshot>,
    /// Blocks that left the chain, the newest first.
    pub retracted: Vec<BlockRef>,
    /// Blocks that came, ascending, with the pools that each changed.
    pub blocks: Vec<BlockTrading>,
    /// What lies between the two is not known: everything was read anew.
    pub is_gap: bool,
    swaps: OnceCell<Arc<BTreeMap<PoolId, Vec<Swap>>>>,
    pools: OnceCell<Arc<BTreeMap<PoolId, Pool>>>,
    others: Memo<PoolId, Pool>,
    candles: Memo<(Subject, Resolution), Candle>,
}

impl Step {
    pub(super) fn new(
        snapshot: Snapshot,
        retracted: Vec<BlockRef>,
        blocks: Vec<BlockTrading>,
    ) -> Self {
        Self {
            number: 0,
            snapshot: Arc::new(snapshot),
            retracted,
            blocks,
            is_gap: false,
            swaps: OnceCell::new(),
            pools: OnceCell::new(),
            others: Mutex::default(),
            candles: Mutex::default(),
        }
    }

    pub(super) fn gap(snapshot: Snapshot) -> Self {
        Self { is_gap: true, ..Self::new(snapshot, Vec::new(), Vec::new()) }
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

    /// The swaps of its blocks, by pool, ascending.
    ///
    /// # Errors
    /// As the store says.
    pub async fn swaps(&self) -> Result<Arc<BTreeMap<PoolId, Vec<Swap>>>, StoreError> {
        let read = || async {
            let mut found: BTreeMap<PoolId, Vec<Swap>> = BTreeMap::new();
            if let (Some(first), Some(last)) = (self.blocks.first(), self.blocks.last()) {
                let blocks = first.block.number..=last.block.number;
                for swap in self.snapshot.swaps_in(blocks, MOST).await? {
                    found.entry(swap.pool).or_default().push(swap);
                }
            }
            Ok(Arc::new(found))
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

    /// The newest candle of a subject.
    ///
    /// # Errors
    /// As the store says.
    pub async fn candle(
        &self,
        subject: Subject,
        resolution: Resolution,
    ) -> Result<Option<Candle>, StoreError> {
        let which = (subject, resolution);
        let cell = Arc::clone(self.candles.lock().await.entry(which).or_default());
        let read = || async {
            let to = self.block().timestamp.saturating_add(1);
            let query = CandleQuery { subject, resolution, from: 0, to, limit: 1 };
            Ok(self.snapshot.candles(&query).await?.pop())
        };
        cell.get_or_try_init(read).await.cloned()
    }
}

/// Where steps are told.
#[derive(Debug, Clone)]
pub(super) struct Steps {
    sender: broadcast::Sender<Arc<Step>>,
    newest: Arc<StdMutex<Option<Told>>>,
}

/// The newest step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    /// Its number: 1 and ascending.
    pub(crate) number: u64,
    /// What it led to.
    pub(crate) block: BlockRef,
}

impl Default for Steps {
    fn default() -> Self {
        Self { sender: broadcast::Sender::new(BEHIND), newest: Arc::default() }
    }
}

impl Steps {
    pub(super) fn listen(&self) -> broadcast::Receiver<Arc<Step>> {
        self.sender.subscribe()
    }

    /// The newest step; `None` before there is one.
    pub(super) fn newest(&self) -> Option<Told> {
        *self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells it to whoever listens.
    pub(super) fn tell(&self, block: BlockRef, step: impl FnOnce() -> Step) {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        let number = newest.map_or(0, |told| told.number) + 1;
        *newest = Some(Told { number, block });
        if self.sender.receiver_count() > 0 {
            // nobody may listen any more meanwhile, which is none of our business
            drop(self.sender.send(Arc::new(Step { number, ..step() })));
        }
    }
}
