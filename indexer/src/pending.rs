//! A commit under way.

use std::time::Duration;

use store::{Packed, Watermark};
use tokio::{task::JoinError, time::Instant};
use tokio_util::task::AbortOnDropHandle;

use crate::{
    contracts::Undecoded, error::IndexerError, follow::Follower, metrics::gauge_value,
    progress::Phase,
};

/// A batch as it was folded.
#[derive(Debug)]
pub(crate) struct Folded {
    /// What it builds on.
    pub(crate) parent: Option<Watermark>,
    /// Where it leads.
    pub(crate) last: Watermark,
    pub(crate) packed: Packed,
    /// What it weighs, in events.
    pub(crate) weight: usize,
    pub(crate) undecoded: Undecoded,
}

/// A batch that is being written. Dropped, it is cancelled: a transaction that is not committed never happened.
#[derive(Debug)]
pub(crate) struct Pending {
    task: AbortOnDropHandle<Result<(), IndexerError>>,
    outcome: Option<Result<Result<(), IndexerError>, JoinError>>,
}

impl Pending {
    /// Begins to write a batch; `undo_from` is the lowest block that can be taken back.
    pub(crate) fn start(indexer: &Follower, batch: Folded, undo_from: u64) -> Self {
        let Folded { parent, last, packed, weight, undecoded } = batch;
        let writer = indexer.writer.clone();
        let metrics = indexer.metrics.clone();
        let reporter = indexer.reporter.clone();
        let portion = indexer.portion.clone();
        let chain = indexer.config.name.clone();
        let task = tokio::spawn(async move {
            reporter.phase(Phase::Commit);
            let started = Instant::now();
            portion.commit(&writer, parent, packed, weight, undo_from).await?;
            undecoded.count(&metrics, &chain);
            let took: Duration = started.elapsed();
            metrics.commit(&chain).observe(took.as_secs_f64());
            let labels = [chain.as_str()];
            metrics.block.with_label_values(&labels).set(gauge_value(last.block.number));
            let before = parent.map_or(0, |parent| parent.counters.events);
            let events = last.counters.events.saturating_sub(before);
            metrics.events.with_label_values(&labels).inc_by(events);
            tracing::debug!(block = last.block.number, events, "committed");
            reporter.update(|progress| {
                progress.block = last.block.number;
                progress.events = last.counters.events;
            });
            Ok(())
        });
        Self { task: AbortOnDropHandle::new(task), outcome: None }
    }

    /// Whether it is through, well or not.
    pub(crate) fn has_ended(&self) -> bool {
        self.outcome.is_some() || self.task.is_finished()
    }

    /// Waits until it is, and leaves the outcome where it is.
    pub(crate) async fn ended(&mut self) {
        if self.outcome.is_none() {
            self.outcome = Some((&mut self.task).await);
        }
    }

    /// Waits for it.
    pub(crate) async fn finish(mut self) -> Result<(), IndexerError> {
        self.ended().await;
        match self.outcome {
            Some(Ok(outcome)) => outcome,
            Some(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Some(Err(_)) | None => Err(IndexerError::Cancelled),
        }
    }
}
