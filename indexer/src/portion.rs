//! Storing a batch in portions that the server can take.
//!
//! How much fits into a transaction depends on the server's cache and on what is in the blocks, which nobody can know
//! beforehand. What does not fit is stored in halves, each with its watermark like any batch; and batches are made smaller
//! from then on.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use domain::fold::BlockChanges;
use store::{Batch, Packed, StoreError, Writer};

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

    /// A transaction was too large.
    fn halve(&self) -> usize {
        let events = (self.events() / 2).max(1);
        self.events.store(events, Ordering::Relaxed);
        events
    }

    /// Stores the batch, in as many transactions as it takes.
    ///
    /// # Errors
    /// [`IndexerError::BlockTooLarge`] when one block alone does not fit; else like [`Writer::commit`]. What was stored
    /// before stays: the watermark says how far that is.
    pub(crate) async fn commit(
        &self,
        writer: &Writer,
        batch: &Batch<'_>,
        packed: Packed,
    ) -> Result<(), IndexerError> {
        let mut parent = batch.parent;
        let mut rest: Vec<(&[BlockChanges], Option<Packed>)> = vec![(batch.blocks, Some(packed))];
        while let Some((blocks, packed)) = rest.pop() {
            let packed = match packed {
                Some(packed) => packed,
                None => writer.pack(blocks, batch.undo_from)?,
            };
            match writer.commit_packed(&Batch { parent, blocks, ..*batch }, packed).await {
                Ok(()) => parent = blocks.last().map(|last| last.block.number).or(parent),
                Err(source @ StoreError::TooLarge { .. }) => {
                    let (Some(first), true) = (blocks.first(), blocks.len() > 1) else {
                        let block = blocks.first().map_or(0, |block| block.block.number);
                        return Err(IndexerError::BlockTooLarge { block, source });
                    };
                    let (block, blocks_each) = (first.block.number, blocks.len() / 2);
                    let events = self.halve();
                    tracing::warn!(
                        chain = writer.chain(), block, blocks = blocks.len(), events, error = %source,
                        "a batch is stored in halves, and those to come are smaller; raise store.cache_mb for larger ones"
                    );
                    let (below, above) = blocks.split_at(blocks_each);
                    rest.push((above, None));
                    rest.push((below, None));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}
