//! The pools of a chain in memory, all of one block: what quotes are computed from.
//!
//! A [`Keeper`] loads them from the store once and then follows what is committed: of every block the store says which
//! pools it changed, and those alone are read again. A block that was taken back is undone the same way, by reading what it
//! and its successors had changed. Versions share what did not change, so an answer keeps the version it began with.

use std::{
    collections::VecDeque,
    sync::{Arc, PoisonError, RwLock, RwLockWriteGuard},
    time::{Duration, Instant},
};

use alloy_primitives::{Address, B256};
use domain::{block::BlockRef, ids::ChainId, route::Market};
use store::Snapshot;
use tokio::sync::{Semaphore, broadcast, watch};

mod gas;
mod held;
mod keeper;
pub mod metrics;
mod names;
mod node;
mod searches;
mod stats;
mod steps;
mod taxes;
mod telling;
mod trial;
mod venue;

pub use self::{
    gas::GasRates,
    keeper::{Keeper, KeeperError},
    names::{Names, PoolKind, PoolName, TokenName},
    node::Node,
    searches::Searches,
    steps::Step,
};
use crate::hot::Hot;
pub(crate) use searches::Busy;
use stats::Stats;
use taxes::Taxes;
use telling::{Steps, Told};

/// Memory for what is asked most of the newest block, unless something else is said, in bytes.
pub const ROWS: usize = 64 << 20;
/// Versions that are kept for requests that read at an older block.
const VERSIONS: usize = 32;

/// All pools at one block.
#[derive(Debug)]
pub struct Book {
    /// The block.
    pub block: BlockRef,
    /// The pools, by number.
    pub market: Market,
    /// What the numbers stand for.
    pub names: Arc<Names>,
    /// What gas costs in tokens, as far as somebody asked.
    pub gas: GasRates,
}

/// Where the versions of a chain's book stand.
#[derive(Debug, Clone)]
pub struct Shelf {
    newest: watch::Receiver<Option<Arc<Book>>>,
    inner: Arc<RwLock<Inner>>,
    searches: Searches,
    steps: Steps,
    hot: Hot,
}

/// The side of the [`Keeper`].
#[derive(Debug)]
struct Publisher {
    newest: watch::Sender<Option<Arc<Book>>>,
    inner: Arc<RwLock<Inner>>,
    steps: Steps,
    hot: Hot,
}

#[derive(Debug, Default)]
struct Inner {
    versions: VecDeque<Arc<Book>>,
    /// When the store was asked last that turned out to have the newest one.
    confirmed: Option<Instant>,
    stats: Stats,
    taxes: Taxes,
}

impl Shelf {
    fn new(rows: usize) -> (Self, Publisher) {
        let (sender, newest) = watch::channel(None);
        let inner = Arc::<RwLock<Inner>>::default();
        let (searches, steps) = (Searches::default(), Steps::default());
        let (shared, told, hot) = (Arc::clone(&inner), steps.clone(), Hot::new(rows));
        let shelf = Self { newest, inner: shared, searches, steps: told, hot: hot.clone() };
        (shelf, Publisher { newest: sender, inner, steps, hot })
    }

    /// The same, whose pools are searched beside those of others: all together so many at once.
    #[must_use]
    pub fn sharing(self, searches: Searches) -> Self {
        Self { searches, ..self }
    }

    /// What is asked most of the newest block.
    pub(crate) const fn hot(&self) -> &Hot {
        &self.hot
    }

    /// Somebody trades these tokens: what of their transfers arrives should be known soon.
    pub(crate) fn traded(&self, tokens: impl IntoIterator<Item = Address>) {
        self.stats().1.want(tokens);
    }

    /// What keeping them took so far.
    fn stats(&self) -> (Stats, Taxes) {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        (inner.stats, inner.taxes.clone())
    }

    /// What bounds the searches of these pools.
    #[must_use]
    pub const fn searches(&self) -> &Searches {
        &self.searches
    }

    /// The newest version; `None` before the pools are loaded.
    #[must_use]
    pub fn newest(&self) -> Option<Arc<Book>> {
        self.newest.borrow().clone()
    }

    /// How long ago the newest version was what the store has; `None` before the pools are loaded.
    #[must_use]
    pub fn unconfirmed_for(&self) -> Option<Duration> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        inner.confirmed.map(|at| at.elapsed())
    }

    /// The version of this block; waits for it a little, since the store may have a block a moment before.
    pub async fn at(&self, hash: B256, patience: Duration) -> Option<Arc<Book>> {
        let mut newest = self.newest.clone();
        let found = async {
            loop {
                let found = {
                    let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
                    inner.versions.iter().find(|book| book.block.hash == hash).cloned()
                };
                if found.is_some() || newest.changed().await.is_err() {
                    return found;
                }
            }
        };
        tokio::time::timeout(patience, found).await.ok().flatten()
    }

    /// The newest step from one version to the next, and who hears of each that follows. Who is too far behind misses some,
    /// and is told so.
    pub(crate) fn join(&self) -> (Option<Told>, broadcast::Receiver<Arc<Step>>) {
        self.steps.join()
    }

    /// The places of those who begin to hear of steps, and read where they begin.
    pub(crate) fn beginners(&self) -> Arc<Semaphore> {
        self.steps.beginners()
    }

    /// The store as of what that step led to, opened anew.
    pub(crate) fn renew(&self, told: &Told, snapshot: &Arc<Snapshot>, opened: Instant) {
        self.steps.renew(told, snapshot, opened);
    }

    /// Waits until there is a version, and then for each newer one.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Option<Arc<Book>>> {
        self.newest.clone()
    }
}

impl Publisher {
    /// A version; `asked` is when the store was asked for what it has, or before: that is how it was then.
    fn publish(&self, book: Book, asked: Instant) {
        let book = Arc::new(book);
        {
            let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
            inner.versions.push_front(Arc::clone(&book));
            inner.versions.truncate(VERSIONS);
            inner.confirmed = Some(asked);
        }
        self.newest.send_replace(Some(book));
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells which tokens are known to take a part of transfers.
    fn know(&self, taxes: Taxes) {
        self.write().taxes = taxes;
    }

    /// Notes what a version took.
    fn took(&self, is_load: bool, pools: usize, time: Duration) {
        self.write().stats.took(is_load, pools, time);
    }

    /// Notes that there is none.
    fn failed(&self) {
        self.write().stats.failures += 1;
    }

    /// The newest version is what the store had when it was asked.
    fn confirm(&self, asked: Instant) {
        self.write().confirmed = Some(asked);
    }
}

/// The book of a chain that nobody keeps yet.
#[must_use]
pub fn open(reader: store::Reader, chain: ChainId) -> (Shelf, Keeper) {
    open_with_rows(reader, chain, ROWS)
}

/// The same with so much memory for what is asked most of the newest block, in bytes; 0: the store is asked always.
#[must_use]
pub fn open_with_rows(reader: store::Reader, chain: ChainId, rows: usize) -> (Shelf, Keeper) {
    let (shelf, publisher) = Shelf::new(rows);
    let keeper = Keeper::new(reader, chain, shelf.clone(), publisher);
    (shelf, keeper)
}
