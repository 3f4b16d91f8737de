//! Building a generation beside the one that readers see, and putting it in its place.

use std::{sync::Arc, time::Duration};

use futures::FutureExt as _;
use observe::{Registry, Shutdown};
use store::{Generation, Lease, StoreError};
use tokio::time::Instant;

use super::Term;
use crate::{
    config::{IndexerConfig, Target},
    error::IndexerError,
    lease::{Indexer, give_back},
    metrics::{Metrics, gauge_value},
    progress::Reporter,
};

/// From so few blocks on the old generation waits for the new one: a moment, but an end of the race.
const NEAR: u64 = 32;
/// How often the log says how far it is.
const SAY: Duration = Duration::from_secs(10);

/// A generation under way.
#[derive(Debug)]
struct Building<'a> {
    term: &'a Term<'a>,
    lease: Lease,
    config: IndexerConfig,
    /// Its blocks are not those that the chain's metrics speak of.
    metrics: Arc<Metrics>,
    reporter: Reporter,
}

impl Term<'_> {
    /// Follows the old configuration and builds the new one until that is as far, then puts it in place. `false` when it
    /// ends before that, at the shutdown or at a target that lies below.
    pub(super) async fn rebuild(
        &self,
        old: IndexerConfig,
        generation: Generation,
        target: Target,
        shutdown: &Shutdown,
    ) -> Result<bool, IndexerError> {
        let Some(lease) = self.lease_of(generation, shutdown).await? else { return Ok(false) };
        let Indexer { config, metrics, reporter, .. } = self.indexer;
        let name = format!("{} (new generation)", config.name);
        let building = Building {
            term: self,
            lease: lease.clone(),
            config: IndexerConfig { name, ..config.clone() },
            metrics: Metrics::new(&Registry::new()).map_or_else(|_| Arc::clone(metrics), Arc::new),
            reporter: Reporter::new(),
        };
        let outcome = tokio::select! {
            () = lease.lost() => Err(StoreError::LeaseLost {
                chain: config.chain_id,
                holder: "somebody else".into(),
            }
            .into()),
            () = building.tell() => Err(IndexerError::Cancelled),
            outcome = Box::pin(self.side_by_side(&building, old, target, shutdown)) => outcome,
        };
        metrics.building.with_label_values(&[config.name.as_str()]).set(0);
        reporter.update(|progress| progress.building = None);
        drop(building);
        give_back(lease, &config.name).await;
        outcome
    }

    async fn side_by_side(
        &self,
        building: &Building<'_>,
        old: IndexerConfig,
        target: Target,
        shutdown: &Shutdown,
    ) -> Result<bool, IndexerError> {
        let Indexer { config, metrics, reporter, .. } = self.indexer;
        {
            let active = self.follower(old, self.writer(), metrics, reporter);
            let mut active = Box::pin(active.run(target, shutdown.clone()));
            let mut near = Box::pin(building.approach(target, shutdown));
            let near = tokio::select! {
                near = &mut near => near?,
                ended = &mut active => {
                    ended.or_else(|fault| self.stands_still(fault))?;
                    near.await?
                }
            };
            if !near {
                return Ok(false);
            }
        }
        // nobody but a commit that was under way moves the old one now
        loop {
            let Some(goal) = building.goal(shutdown).await? else { return Ok(false) };
            building.run(goal, shutdown).await?;
            let switched = || async { Ok(self.generations.switch().await?) }.boxed();
            match self.patiently(shutdown, switched).await? {
                None => return Ok(false),
                Some(false) => {}
                Some(true) => break,
            }
        }
        self.retired.notify_one();
        tracing::info!(
            chain = config.name,
            "the new generation took the place of the old one, which is removed"
        );
        Ok(true)
    }

    /// Where the old configuration leads no further, its data is served as it stands: the new one may be what mends it.
    ///
    /// # Errors
    /// A fault that is not of the configuration.
    pub(super) fn stands_still(&self, fault: IndexerError) -> Result<(), IndexerError> {
        if !matches!(
            fault,
            IndexerError::Decode(_) | IndexerError::Fold(_) | IndexerError::BlockTooLarge { .. }
        ) {
            return Err(fault);
        }
        let chain = &self.indexer.config.name;
        tracing::warn!(
            chain, error = %fault,
            "what is stored cannot be followed by the old configuration any more: it is served as it stands until the \
             new generation takes its place"
        );
        Ok(())
    }
}

impl Building<'_> {
    /// Builds until the active generation is near. `false` at the shutdown, or where the target ends below it.
    async fn approach(&self, target: Target, shutdown: &Shutdown) -> Result<bool, IndexerError> {
        loop {
            let Some(goal) = self.goal(shutdown).await? else { return Ok(false) };
            let end = match target {
                Target::Block(end) => end.min(goal),
                Target::Head | Target::Follow => goal,
            };
            self.run(end, shutdown).await?;
            if end < goal {
                tracing::info!(
                    chain = self.config.name,
                    block = end,
                    goal,
                    "the new generation takes the place of the old one when it is as far"
                );
                return Ok(false);
            }
            let Some(goal) = self.goal(shutdown).await? else { return Ok(false) };
            let writer = self.term.indexer.store.writer(&self.lease);
            let stands = || async { Ok(writer.watermark().await?) }.boxed();
            let Some(stands) = self.term.patiently(shutdown, stands).await? else {
                return Ok(false);
            };
            if stands.is_some_and(|mark| mark.block.number + NEAR >= goal) {
                return Ok(true);
            }
        }
    }

    /// The block to be reached: where the active generation stands. `None` at the shutdown.
    async fn goal(&self, shutdown: &Shutdown) -> Result<Option<u64>, IndexerError> {
        let writer = self.term.writer();
        let active = || async { Ok(writer.watermark().await?) }.boxed();
        let active = self.term.patiently(shutdown, active).await?;
        // it begins at its own start, wherever the active one stands
        Ok(active.map(|mark| mark.map_or(0, |mark| mark.block.number).max(self.config.start_block)))
    }

    /// Indexes up to this block.
    async fn run(&self, goal: u64, shutdown: &Shutdown) -> Result<(), IndexerError> {
        let writer = self.term.indexer.store.writer(&self.lease);
        let follower =
            self.term.follower(self.config.clone(), writer, &self.metrics, &self.reporter);
        Box::pin(follower.run(Target::Block(goal), shutdown.clone())).await
    }

    /// Says how far it is.
    async fn tell(&self) {
        let Indexer { config, metrics, reporter, .. } = self.term.indexer;
        let mut progress = self.reporter.subscribe();
        let mut said: Option<Instant> = None;
        while progress.changed().await.is_ok() {
            let now = *progress.borrow_and_update();
            if now.goal == 0 {
                continue;
            }
            metrics.building.with_label_values(&[config.name.as_str()]).set(gauge_value(now.block));
            reporter.update(|progress| progress.building = Some(now.block));
            if said.is_none_or(|said| said.elapsed() >= SAY) {
                said = Some(Instant::now());
                let (block, goal, events) = (now.block, now.goal, now.events);
                tracing::info!(
                    chain = config.name,
                    block,
                    goal,
                    events,
                    "building the new generation"
                );
            }
        }
    }
}
