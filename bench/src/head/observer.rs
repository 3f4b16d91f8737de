//! Looking as often as possible, and noting when each block was first seen.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use chain::Client;
use domain::ids::ChainId;
use store::Reader;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Between two looks.
const GLANCE: Duration = Duration::from_millis(2);

/// When each block was first seen.
pub(super) type Times = BTreeMap<u64, Instant>;

/// What the three observers saw.
#[derive(Debug)]
pub(super) struct Sightings {
    /// At the node.
    pub(super) mined: Times,
    /// In the watermark.
    pub(super) committed: Times,
    /// In a fresh snapshot.
    pub(super) visible: Times,
}

/// Where to look.
#[derive(Debug, Clone)]
pub(super) struct Observer {
    pub(super) client: Client,
    pub(super) reader: Reader,
    pub(super) chain: ChainId,
}

/// Observers under way.
#[derive(Debug)]
pub(super) struct Observing {
    // the last block to wait for, once it is known
    last: watch::Sender<Option<u64>>,
    tasks: [JoinHandle<Result<Times>>; 3],
}

impl Observer {
    async fn mined(&self) -> Result<u64> {
        Ok(self.client.latest_block().await?.number)
    }

    async fn committed(&self) -> Result<u64> {
        let watermark = self.reader.watermark(self.chain).await?;
        Ok(watermark.map_or(0, |watermark| watermark.block.number))
    }

    async fn visible(&self) -> Result<u64> {
        let snapshot = self.reader.snapshot(self.chain).await?;
        Ok(snapshot.map_or(0, |snapshot| snapshot.block().number))
    }

    /// Waits until a reader sees this block.
    pub(super) async fn wait_for(&self, number: u64, patience: Duration) -> Result<()> {
        let deadline = Instant::now() + patience;
        while self.visible().await? < number {
            ensure!(Instant::now() < deadline, "block {number} is not indexed in {patience:?}");
            tokio::time::sleep(GLANCE * 10).await;
        }
        Ok(())
    }

    /// Starts the observers, at a block that all of them see already.
    pub(super) fn start(&self, first: u64) -> Observing {
        let (last, known) = watch::channel(None);
        let (a, b, c) = (self.clone(), self.clone(), self.clone());
        Observing {
            last,
            tasks: [
                tokio::spawn(look(first, known.clone(), async move || a.mined().await)),
                tokio::spawn(look(first, known.clone(), async move || b.committed().await)),
                tokio::spawn(look(first, known, async move || c.visible().await)),
            ],
        }
    }
}

impl Observing {
    /// Waits until every observer saw this block; what they saw.
    pub(super) async fn finish(self, last: u64) -> Result<Sightings> {
        self.last.send_replace(Some(last));
        let [mined, committed, visible] = self.tasks;
        Ok(Sightings {
            mined: mined.await??,
            committed: committed.await??,
            visible: visible.await??,
        })
    }
}

/// Each block after `first` up to the last. An observer that is late sees several at once but leaves none out.
async fn look(
    first: u64,
    last: watch::Receiver<Option<u64>>,
    height: impl AsyncFn() -> Result<u64>,
) -> Result<Times> {
    let mut times = Times::new();
    let mut highest = first;
    while last.borrow().is_none_or(|last| highest < last) {
        let now = height().await?;
        let seen = Instant::now();
        times.extend((highest + 1..=now).map(|number| (number, seen)));
        highest = highest.max(now);
        tokio::time::sleep(GLANCE).await;
    }
    Ok(times)
}

#[cfg(test)]
mod tests;
