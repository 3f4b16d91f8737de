//! What is stored of pools is looked through beside the follower: a pool whose ticks are not whole cannot be quoted, and the next
//! event of a lost tick could not be folded. Such a pool is rebuilt from its history, without the chain.

use std::collections::BTreeSet;

use domain::ids::{ChainId, PoolId};
use store::{Reader, Writer, reindex::ReindexError};
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use crate::{
    error::IndexerError,
    metrics::{MendMetrics, gauge_value},
};

mod findings;
mod look;
mod pauses;

use self::{findings::Findings, pauses::Pauses};

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
    findings: Findings,
    /// What its history does not mend either.
    hopeless: BTreeSet<PoolId>,
    _looking: AbortOnDropHandle<()>,
}

impl Mender {
    /// Looks now and then until it is dropped.
    pub(crate) fn start(reader: Reader, chain: ChainId, name: &str, metrics: MendMetrics) -> Self {
        let (sender, findings) = Findings::new();
        // none is known before the first look, which is no reason to say nothing
        metrics.incomplete(name).set(0);
        let looking = tokio::spawn(look(reader.clone(), chain, name.to_owned(), sender));
        let (_looking, hopeless) = (AbortOnDropHandle::new(looking), BTreeSet::new());
        Self { reader, chain, name: name.to_owned(), metrics, findings, hopeless, _looking }
    }

    /// Returns when a look told what it found.
    pub(crate) async fn wait(&mut self) {
        self.findings.wait().await;
    }

    /// Mends what the looks found since the last time; whether something was written. Nobody else writes meanwhile.
    pub(crate) async fn mend(&mut self, writer: &Writer) -> Result<bool, IndexerError> {
        let Some(found) = self.findings.take() else { return Ok(false) };
        let outcome = self.mend_these(writer, found).await;
        if outcome.is_err() {
            self.findings.put_back();
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
    let mut pauses = Pauses::default();
    loop {
        let found = async {
            let Some(snapshot) = reader.snapshot(chain).await? else { return Ok(BTreeSet::new()) };
            look::lacking(&snapshot).await
        };
        let pause = match found.await {
            Ok(found) => {
                sender.send_replace(found);
                let (pause, is_again) = pauses.looked();
                if is_again {
                    tracing::info!(chain = name, "pools are looked through again");
                }
                pause
            }
            Err(error) => {
                let (pause, is_first) = pauses.failed();
                if is_first {
                    tracing::warn!(chain = name, %error, "pools could not be looked through for ticks that are not whole; it is \
                        tried again, less and less often: if that goes on while the store answers, raise \
                        minSnapshotHistoryWindowInSeconds of the server");
                }
                pause
            }
        };
        tokio::select! {
            () = sender.closed() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}
