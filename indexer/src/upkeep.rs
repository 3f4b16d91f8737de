//! Upkeep of the store beside the follower: now and then what single blocks wrote is merged, and what is older than the
//! configuration wants is forgotten. Nothing waits for it, and nothing depends on how far it comes.

use std::{str::FromStr, sync::Arc};

use chain::Client;
use serde::{Deserialize, Serialize};
use store::{StoreError, Watermark, Writer};
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use crate::{
    config::IndexerConfig,
    error::IndexerError,
    metrics::{Metrics, gauge_value},
    progress::Progress,
};

#[cfg(test)]
mod tests;

/// Rounds are at least so many blocks apart, and at most.
const NEAREST: u64 = 4;
const FARTHEST: u64 = 128;
/// The horizon moves by such a part of what is kept: each move looks at every entity.
const MOVES: u64 = 8;
const DAY_SECONDS: u64 = 86_400;

/// How long it is kept what entities were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Retention {
    /// For ever.
    #[default]
    All,
    /// For the newest blocks, at least so many.
    Blocks(u64),
    /// For the newest days by the blocks' own times, at least so many.
    Days(u32),
}

/// A setting that is none.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{0}` says not how much history is kept: write \"all\", \"1000000 blocks\" or \"90 days\""
)]
pub struct RetentionError(String);

impl FromStr for Retention {
    type Err = RetentionError;

    fn from_str(text: &str) -> Result<Self, RetentionError> {
        let error = || RetentionError(text.chars().take(80).collect());
        let (number, unit) = match text.split_once(' ') {
            None if text == "all" => return Ok(Self::All),
            Some(parts) => parts,
            None => return Err(error()),
        };
        let number: u64 = number.parse().map_err(|_| error())?;
        match (number, unit) {
            (1.., "blocks" | "block") => Ok(Self::Blocks(number)),
            (1.., "days" | "day") => Ok(Self::Days(u32::try_from(number).map_err(|_| error())?)),
            _ => Err(error()),
        }
    }
}

impl TryFrom<String> for Retention {
    type Error = RetentionError;

    fn try_from(text: String) -> Result<Self, RetentionError> {
        text.parse()
    }
}

impl From<Retention> for String {
    fn from(retention: Retention) -> Self {
        match retention {
            Retention::All => "all".to_owned(),
            Retention::Blocks(number) => format!("{number} blocks"),
            Retention::Days(number) => format!("{number} days"),
        }
    }
}

/// The upkeep of what one writer writes.
#[derive(Debug)]
pub(crate) struct Upkeep {
    writer: Writer,
    client: Client,
    metrics: Arc<Metrics>,
    chain: String,
    start_block: u64,
    retention: Retention,
    /// Blocks between two rounds.
    every: u64,
    /// Nearer to the head than this there is something to do.
    near: u64,
    /// From this time of the chain on the horizon of days is looked for again, in Unix seconds.
    look_at: u64,
}

impl Upkeep {
    pub(crate) fn new(
        config: &IndexerConfig,
        client: Client,
        writer: Writer,
        metrics: Arc<Metrics>,
        retention: Retention,
    ) -> Self {
        let every = (config.undo_window / 2).clamp(NEAREST, FARTHEST);
        Self {
            writer,
            client,
            metrics,
            chain: config.name.clone(),
            start_block: config.start_block,
            retention,
            every,
            near: config.undo_window.saturating_add(every),
            look_at: 0,
        }
    }

    /// Runs beside the follower that reports this progress, until the handle is dropped or the lease is lost.
    pub(crate) fn start(self, progress: watch::Receiver<Progress>) -> AbortOnDropHandle<()> {
        AbortOnDropHandle::new(tokio::spawn(self.run(progress)))
    }

    async fn run(mut self, mut progress: watch::Receiver<Progress>) {
        let (mut next, near, every) = (0, self.near, self.every);
        loop {
            // a backfill needs none, and is not disturbed
            let due = |progress: &Progress| {
                progress.block > 0
                    && progress.block >= next
                    && progress.block.saturating_add(near) >= progress.head
            };
            let Ok(block) = progress.wait_for(due).await.map(|progress| progress.block) else {
                return;
            };
            next = block.saturating_add(every);
            match self.round().await {
                Ok(()) => {}
                // whoever follows hears of it, too
                Err(IndexerError::Store(StoreError::LeaseLost { .. })) => return,
                Err(error) if error.is_transient() => {
                    tracing::debug!(chain = self.chain, %error, "upkeep of the store stopped, the next round goes on");
                }
                Err(error) => {
                    tracing::warn!(chain = self.chain, %error, "upkeep of the store failed; what is stored is as it was");
                }
            }
        }
    }

    /// Merges, and forgets.
    pub(crate) async fn round(&mut self) -> Result<(), IndexerError> {
        let merged = self.writer.compact().await?;
        let mut done = vec![merged];
        if let Some(horizon) = self.horizon().await? {
            done.push(self.writer.forget_below(horizon).await?);
        }
        let metrics = &self.metrics.upkeep;
        for round in done {
            metrics.removed.with_label_values(&[&self.chain]).inc_by(round.removed);
            metrics.written.with_label_values(&[&self.chain]).inc_by(round.written);
            if round.removed > 0 {
                let (chain, removed, written) = (&self.chain, round.removed, round.written);
                tracing::debug!(chain, removed, written, "chunks were merged or forgotten");
            }
        }
        let from = gauge_value(self.writer.history_from().await?);
        metrics.history_from.with_label_values(&[&self.chain]).set(from);
        Ok(())
    }

    /// The block below which history is not wanted; that of before while it would move by little.
    async fn horizon(&mut self) -> Result<Option<u64>, IndexerError> {
        if self.retention == Retention::All {
            return Ok(None);
        }
        let Some(Watermark { block: newest, .. }) = self.writer.watermark().await? else {
            return Ok(None);
        };
        let stored = self.writer.history_from().await?;
        let wanted = match self.retention {
            Retention::All => return Ok(None),
            Retention::Blocks(number) => {
                let wanted = newest.number.saturating_sub(number);
                if wanted < stored.saturating_add(number / MOVES) { stored } else { wanted }
            }
            Retention::Days(_) if newest.timestamp < self.look_at => stored,
            Retention::Days(days) => {
                let span = u64::from(days).saturating_mul(DAY_SECONDS);
                let low = stored.max(self.start_block);
                let Some(time) = newest.timestamp.checked_sub(span) else { return Ok(None) };
                let found = self.block_of(time, low, newest.number).await?;
                self.look_at = newest.timestamp.saturating_add(span / MOVES);
                found.unwrap_or(stored)
            }
        };
        Ok((wanted > 0).then_some(wanted))
    }

    /// The newest block from `low` to `high` that is not younger than this, in Unix seconds.
    async fn block_of(
        &self,
        time: u64,
        mut low: u64,
        mut high: u64,
    ) -> Result<Option<u64>, IndexerError> {
        let mut found = None;
        while low <= high {
            let middle = low + (high - low) / 2;
            // who does not know its own blocks is asked another time
            let Some(block) = self.client.block(middle).await? else { return Ok(None) };
            if block.timestamp <= time {
                (found, low) = (Some(middle), middle.saturating_add(1));
            } else if middle == 0 {
                break;
            } else {
                high = middle - 1;
            }
        }
        Ok(found)
    }
}
