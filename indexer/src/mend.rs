//! What is stored of pools is looked through beside the follower: a pool whose ticks are not whole cannot be quoted, and the next
//! event of a lost tick could not be folded. Such a pool is rebuilt from its history, without the chain.

use std::{collections::BTreeSet, time::Duration};

use domain::ids::{ChainId, PoolId};
use store::{Reader, Writer, reindex::ReindexError};
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use crate::{
    error::IndexerError,
    metrics::{MendMetrics, gauge_value},
};

mod look;

/// Between two looks at all pools.
const EVERY: Duration = Duration::from_secs(3_600);
/// After a look that did not come about.
const REST: Duration = Duration::from_secs(60);
/// Pools that a message names.
const NAMED: usize = 5;

/// Looks, and mends between two commits.
#[derive(Debug)]
pub(crate) struct Mender {
    reader: Reader,
    chain: ChainId,
    name: String,
    metrics: MendMetrics,
    /// What the looks beside find.
    found: watch::Receiver<BTreeSet<PoolId>>,
    /// What its history does not mend either.
    hopeless: BTreeSet<PoolId>,
    _looking: AbortOnDropHandle<()>,
}

impl Mender {
    /// Looks now and then until it is dropped.
    pub(crate) fn start(reader: Reader, chain: ChainId, name: &str, metrics: MendMetrics) -> Self {
        let (sender, found) = watch::channel(BTreeSet::new());
        let looking = tokio::spawn(look(reader.clone(), chain, name.to_owned(), sender));
        let (_looking, hopeless) = (AbortOnDropHandle::new(looking), BTreeSet::new());
        Self { reader, chain, name: name.to_owned(), metrics, found, hopeless, _looking }
    }

    /// Returns when a look found something.
    pub(crate) async fn wait(&mut self) {
        if self.found.changed().await.is_err() {
            // nobody looks any more, and the process ends
            std::future::pending::<()>().await;
        }
        self.found.mark_changed();
    }

    /// Mends what the looks found since the last time; whether something was written. Nobody else writes meanwhile.
    pub(crate) async fn mend(&mut self, writer: &Writer) -> Result<bool, IndexerError> {
        if !self.found.has_changed().unwrap_or_default() {
            return Ok(false);
        }
        let found = self.found.borrow().clone();
        let outcome = self.mend_these(writer, found).await;
        if outcome.is_ok() {
            self.found.mark_unchanged();
        }
        outcome
    }

    /// Looks through everything at once, and mends it: what cannot be folded may be the fault of what is stored.
    pub(crate) async fn look_and_mend(&mut self, writer: &Writer) -> Result<bool, IndexerError> {
        let Some(snapshot) = self.reader.snapshot(self.chain).await? else { return Ok(false) };
        let found = look::lacking(&snapshot).await?;
        self.mend_these(writer, found).await
    }

    async fn mend_these(
        &mut self,
        writer: &Writer,
        found: BTreeSet<PoolId>,
    ) -> Result<bool, IndexerError> {
        let (chain, mut mended, mut wrote) = (self.name.as_str(), Vec::new(), false);
        self.hopeless.retain(|pool| found.contains(pool));
        let fresh: Vec<PoolId> = found.difference(&self.hopeless).copied().collect();
        for pool in fresh {
            let done = match writer.mend_pool(pool).await {
                Ok(done) => done,
                Err(ReindexError::Store(error)) => return Err(error.into()),
                Err(error) => {
                    tracing::warn!(chain, %pool, %error, "a pool cannot be rebuilt");
                    self.hopeless.insert(pool);
                    continue;
                }
            };
            wrote |= done.altered + done.missing + done.foreign > 0;
            let Some(snapshot) = self.reader.snapshot(self.chain).await? else { continue };
            if look::lacks(&snapshot, pool).await? {
                self.hopeless.insert(pool);
            } else {
                mended.push(pool);
            }
        }
        self.metrics.incomplete(chain).set(gauge_value(self.hopeless.len() as u64));
        self.metrics.mended(chain).inc_by(mended.len() as u64);
        if !mended.is_empty() {
            let (count, pools) = (mended.len(), named(mended.iter()));
            tracing::warn!(
                chain,
                count,
                pools,
                "pools whose ticks were not whole are rebuilt from their history"
            );
        }
        if !self.hopeless.is_empty() && !found.is_empty() {
            let (count, pools) = (self.hopeless.len(), named(self.hopeless.iter()));
            tracing::warn!(
                chain,
                count,
                pools,
                "pools whose ticks are not whole, and whose history is not either: they are not quoted; set start_block at or \
                 below their creation, then `sooho rewind --drop` and index anew"
            );
        }
        Ok(wrote)
    }
}

fn named<'a>(pools: impl Iterator<Item = &'a PoolId>) -> String {
    pools.take(NAMED).map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Looks, again and again.
async fn look(
    reader: Reader,
    chain: ChainId,
    name: String,
    sender: watch::Sender<BTreeSet<PoolId>>,
) {
    loop {
        let found = async {
            let Some(snapshot) = reader.snapshot(chain).await? else { return Ok(BTreeSet::new()) };
            look::lacking(&snapshot).await
        };
        let pause = match found.await {
            Ok(found) => {
                if !found.is_empty() {
                    sender.send_replace(found);
                }
                EVERY
            }
            Err(error) => {
                tracing::debug!(chain = name, %error, "pools were not looked through");
                REST
            }
        };
        tokio::select! {
            () = sender.closed() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}
