//! The entities an indexer keeps in memory from one batch to the next, so that it reads a hot pool once, not per batch.
//!
//! It is a cache of what is stored, nothing more: it speaks of one block, and whoever is not sure that the store still
//! stands at that block drops it.

use domain::{block::BlockRef, fold::State};
use store::Watermark;

/// Entities above which those not used lately are forgotten.
const ROOM: usize = 60_000;
/// Blocks an unused entity stays when room is short.
const KEEP_STEPS: u64 = 2_000;

/// Folded state and the block it is of.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    state: State,
    at: Option<BlockRef>,
}

impl Memory {
    /// The state as of the watermark: what is in memory if it is of that block, else an empty one.
    pub(crate) fn at(&mut self, watermark: Option<&Watermark>) -> &mut State {
        let block = watermark.map(|watermark| watermark.block);
        let counters = watermark.map(|watermark| watermark.counters).unwrap_or_default();
        if self.at != block || self.state.counters() != counters {
            self.state = State::new(counters);
            self.at = block;
        }
        &mut self.state
    }

    /// The state is as of this block now.
    pub(crate) fn moved(&mut self, block: BlockRef) {
        self.at = Some(block);
    }

    /// Whether it is time to [`Memory::trim`].
    pub(crate) fn is_full(&self) -> bool {
        self.state.len() > ROOM
    }

    /// Forgets what was not used lately. What is not committed yet must not be forgotten: call it when nothing is under
    /// way.
    pub(crate) fn trim(&mut self) {
        let steps = self.state.steps();
        self.state.forget_unused_since(steps.saturating_sub(KEEP_STEPS));
        if self.is_full() {
            self.state.forget_unused_since(steps);
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}
