//! A changed configuration on a running database: what is stored goes on being followed and served, while everything is
//! indexed anew beside it; then the new generation takes its place, and the old one is removed.
//!
//! What was done stands in the store (`store::Generations`), so a process may die anywhere and the next one goes on.

use std::{sync::Arc, time::Duration};

use futures::{FutureExt as _, future::BoxFuture};
use observe::Shutdown;
use serde::{Deserialize, Serialize};
use store::{Generation, Generations, Lease, StoreError, Writer};
use tokio::{sync::Notify, time::sleep};

use crate::{
    config::{IndexerConfig, Target},
    error::IndexerError,
    follow::Follower,
    lease::Indexer,
    mend::Mender,
    metrics::Metrics,
    progress::Reporter,
};

mod plan;
mod rebuild;
mod rivals;
pub(crate) mod sources;

use plan::Plan;
pub(crate) use rivals::Rival;

const FIRST_RETRY: Duration = Duration::from_millis(200);
const LONGEST_RETRY: Duration = Duration::from_secs(5);

/// What is done when the configuration asks for other data than what is stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnChange {
    /// Everything is indexed anew beside what is stored, which is served until then.
    #[default]
    Rebuild,
    /// Nothing is indexed; the error says what differs.
    Refuse,
}

/// How the time of an indexer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// At its target or the shutdown.
    Done,
    /// For another process, whose configuration counts.
    GivesWay,
}

/// The time for which an indexer holds the lease of its chain.
#[derive(Debug)]
pub(crate) struct Term<'a> {
    indexer: &'a Indexer,
    lease: &'a Lease,
    /// Whether another process held it when this one asked.
    stood_by: bool,
    generations: Generations,
    /// Something is there to be removed.
    retired: Notify,
}

impl<'a> Term<'a> {
    pub(crate) fn new(indexer: &'a Indexer, lease: &'a Lease, stood_by: bool) -> Self {
        let generations = indexer.store.generations(lease);
        Self { indexer, lease, stood_by, generations, retired: Notify::new() }
    }

    /// Indexes until the target or the shutdown, by whatever generations that takes.
    pub(crate) async fn run(
        &self,
        target: Target,
        shutdown: &Shutdown,
    ) -> Result<Ended, IndexerError> {
        let ended = tokio::select! {
            // boxed: who indexes nests futures deep as it is
            outcome = Box::pin(self.index(target, shutdown)) => outcome?,
            fault = Box::pin(self.sweep(shutdown)) => return Err(fault),
        };
        // a command ends when nothing is left of what it replaced
        if target != Target::Follow {
            self.remove_retired(shutdown).await?;
        }
        Ok(ended)
    }

    async fn index(&self, target: Target, shutdown: &Shutdown) -> Result<Ended, IndexerError> {
        if let Some(ended) = Box::pin(self.quiet(target, shutdown)).await? {
            return Ok(ended);
        }
        let Some(plan) = self.patiently(shutdown, || self.plan().boxed()).await? else {
            return Ok(Ended::Done);
        };
        if let Plan::Rebuild { old, generation } = plan
            && !Box::pin(self.rebuild(*old, generation, target, shutdown)).await?
        {
            return Ok(Ended::Done);
        }
        let Indexer { config, metrics, reporter, .. } = self.indexer;
        let mender = Mender::start(
            self.indexer.store.reader(),
            config.chain_id,
            &config.name,
            metrics.mend.clone(),
        );
        let follower = self.follower(config.clone(), self.writer(), metrics, reporter);
        let follower = follower.mending(mender);
        Box::pin(follower.run(target, shutdown.clone())).await?;
        Ok(Ended::Done)
    }

    /// Writes what readers see.
    fn writer(&self) -> Writer {
        let writer = self.indexer.store.writer(self.lease);
        self.indexer.writing.send_replace(Some(writer.clone()));
        writer
    }

    fn follower(
        &self,
        config: IndexerConfig,
        writer: Writer,
        metrics: &Arc<Metrics>,
        reporter: &Reporter,
    ) -> Follower {
        let client = self.indexer.client.clone();
        let retention = self.indexer.retention;
        Follower::new(config, client, writer, Arc::clone(metrics), reporter.clone(), retention)
    }

    /// Removes what was replaced, now and whenever something was.
    async fn sweep(&self, shutdown: &Shutdown) -> IndexerError {
        loop {
            if let Err(fault) = self.remove_retired(shutdown).await {
                return fault;
            }
            self.retired.notified().await;
        }
    }

    async fn remove_retired(&self, shutdown: &Shutdown) -> Result<(), IndexerError> {
        let chain = &self.indexer.config.name;
        let removed = || async { Ok(self.generations.remove_retired(&|_| ()).await?) }.boxed();
        while let Some(Some(generation)) = self.patiently(shutdown, removed).await? {
            tracing::info!(chain, %generation, "a generation that nobody reads any more is removed");
        }
        Ok(())
    }

    /// Takes the lease of the generation that is being built: a writer that died may have it still.
    async fn lease_of(
        &self,
        generation: Generation,
        shutdown: &Shutdown,
    ) -> Result<Option<Lease>, IndexerError> {
        let ttl = self.indexer.standby.ttl;
        let mut look = tokio::time::interval((ttl / 5).min(Duration::from_secs(1)));
        let held = || {
            let held = self.indexer.store.acquire_generation(self.lease, generation, ttl);
            held.map(|outcome| match outcome {
                Err(StoreError::LeaseHeld { .. }) => Ok(None),
                outcome => Ok(outcome.map(Some)?),
            })
            .boxed()
        };
        loop {
            look.tick().await;
            match self.patiently(shutdown, held).await? {
                None => return Ok(None),
                Some(Some(lease)) => return Ok(Some(lease)),
                Some(None) => {}
            }
        }
    }

    /// Does it, again and again while the trouble is a passing one; `None` at the shutdown.
    async fn patiently<'w, T>(
        &self,
        shutdown: &Shutdown,
        work: impl Fn() -> BoxFuture<'w, Result<T, IndexerError>>,
    ) -> Result<Option<T>, IndexerError> {
        let chain = self.indexer.config.name.as_str();
        let mut delay = FIRST_RETRY;
        loop {
            let outcome = tokio::select! {
                () = shutdown.cancelled() => return Ok(None),
                outcome = work() => outcome,
            };
            match outcome {
                Ok(done) => return Ok(Some(done)),
                Err(error) if error.is_transient() => {
                    self.indexer.metrics.retries.with_label_values(&[chain, "store"]).inc();
                    tracing::warn!(chain, %error, retry_in = ?delay, "will try again");
                }
                Err(error) => return Err(error),
            }
            tokio::select! {
                () = shutdown.cancelled() => return Ok(None),
                () = sleep(delay) => {}
            }
            delay = (delay * 2).min(LONGEST_RETRY);
        }
    }
}
