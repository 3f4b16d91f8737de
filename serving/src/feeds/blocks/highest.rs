//! The highest block that was announced. It never goes back, whatever the chain does.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::{block::BlockRef, ids::ChainId};

#[cfg(test)]
mod tests;

/// By chain; clones are the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Highest(Arc<Mutex<BTreeMap<ChainId, BlockRef>>>);

impl Highest {
    fn blocks(&self) -> MutexGuard<'_, BTreeMap<ChainId, BlockRef>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, chain: ChainId) -> Option<BlockRef> {
        self.blocks().get(&chain).copied()
    }

    /// Announces a block: the higher one of it and what was announced before.
    pub(super) fn raise(&self, chain: ChainId, block: BlockRef) -> BlockRef {
        let mut blocks = self.blocks();
        let highest = blocks.entry(chain).or_insert(block);
        if highest.number < block.number {
            *highest = block;
        }
        *highest
    }

    /// At the height that was announced there is another block now: the chain was taken back deeper than was thought.
    pub(super) fn replace(&self, chain: ChainId, announced: BlockRef, by: BlockRef) {
        if let Some(highest) = self.blocks().get_mut(&chain).filter(|known| **known == announced) {
            *highest = by;
        }
    }
}
