//! The highest block that was announced. It never goes back, whatever the chain does.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::{block::BlockRef, ids::ChainId};

#[cfg(test)]
mod tests;

/// A block that was announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Announced {
    /// The block.
    pub(super) block: BlockRef,
    /// When: whoever looked later and finds another chain finds that it was taken back. Whoever looked earlier may merely
    /// not have it yet.
    turn: u64,
}

/// How an announced block looks to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// The chain is as high.
    Reached,
    /// The request looked at the chain before the block was announced, and may look again.
    Earlier,
    /// The chain was taken back and has not grown there again.
    Gone,
}

impl Announced {
    /// How it looks to a request that found the chain at this height.
    pub(super) const fn seen(&self, height: u64, turn: u64) -> Seen {
        if self.block.number <= height {
            Seen::Reached
        } else if self.is_known(turn) {
            Seen::Gone
        } else {
            Seen::Earlier
        }
    }

    /// Whether it was announced before a request looked.
    pub(super) const fn is_known(&self, turn: u64) -> bool {
        self.turn < turn
    }
}

/// By chain; clones are the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Highest(Arc<Mutex<BTreeMap<ChainId, Announced>>>);

impl Highest {
    fn blocks(&self) -> MutexGuard<'_, BTreeMap<ChainId, Announced>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, chain: ChainId) -> Option<Announced> {
        self.blocks().get(&chain).copied()
    }

    /// Announces a block now: the higher one of it and what was announced before.
    pub(super) fn raise(&self, chain: ChainId, block: BlockRef, turn: u64) -> BlockRef {
        let mut blocks = self.blocks();
        let highest = blocks.entry(chain).or_insert(Announced { block, turn });
        if highest.block.number < block.number {
            *highest = Announced { block, turn };
        }
        highest.block
    }

    /// At the height that was announced there is another block now: the chain was taken back deeper than was thought.
    pub(super) fn replace(&self, chain: ChainId, announced: &Announced, by: BlockRef, turn: u64) {
        if let Some(highest) = self.blocks().get_mut(&chain).filter(|known| *known == announced) {
            *highest = Announced { block: by, turn };
        }
    }
}
