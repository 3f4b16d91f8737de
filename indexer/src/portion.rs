//! Storing a batch in portions that the server can take.
//!
//! How much fits into a transaction depends on the server's cache and on what is in the blocks, which nobody can know
//! beforehand. When a batch does not fit, the indexer goes back to the watermark and makes smaller ones from there on.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use store::{Extent, Packed, StoreError, Watermark, Writer};

use crate::error::IndexerError;

#[cfg(test)]
mod tests;

/// How many events go into a transaction. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Portion {
    events: Arc<AtomicUsize>,
}

impl Portion {
    /// As configured.
    pub(crate) fn new(events: usize) -> Self {
        Self { events: Arc::new(AtomicUsize::new(events.max(1))) }
    }

    /// As found out.
    pub(crate) fn events(&self) -> usize {
        self.events.load(Ordering::Relaxed)
    }

    /// A transaction of this weight was too large. Weights count as events do: see `contracts::weight`.
    fn halve(&self, weight: usize) -> usize {
        let events = (weight.min(self.events()) / 2).max(1);
        self.events.store(events, Ordering::Relaxed);
        events
    }

    /// Stores a batch of this weight on top of `parent`.
    ///
    /// # Errors
    /// [`IndexerError::BatchTooLarge`] when it does not fit: what comes next is smaller, from the watermark on.
    /// [`IndexerError::BlockTooLarge`] when one block alone does not fit; else like [`Writer::commit_packed`].
    pub(crate) async fn commit(
        &self,
        writer: &Writer,
        parent: Option<Watermark>,
        packed: Packed,
        weight: usize,
        prune_undo_below: u64,
    ) -> Result<(), IndexerError> {
        let extent = packed.extent();
        let below = parent.map(|parent| parent.block.number);
        match (writer.commit_packed(below, packed, prune_undo_below).await, extent) {
            (Err(source @ StoreError::TooLarge { .. }), Some(extent)) => {
                let Extent { first: block, blocks } = extent;
                if blocks <= 1 {
                    return Err(IndexerError::BlockTooLarge { block, source });
                }
                let events = self.halve(weight);
                Err(IndexerError::BatchTooLarge { block, blocks, events, source })
            }
            (outcome, _) => Ok(outcome?),
        }
    }
}
