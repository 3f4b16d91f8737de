//! How many blocks to ask for at once: more while answers are small and fast, fewer when they are large, slow or refused.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

#[cfg(test)]
mod tests;

/// An answer of so many logs is a good size: large enough to pay for the round trip, small enough to hold several.
pub(super) const GOOD_LOGS: usize = 5_000;
/// An answer in this time is fast enough to ask for more.
const FAST: Duration = Duration::from_millis(1_500);
/// An answer in this time is too slow.
const SLOW: Duration = Duration::from_secs(6);
const MOST_BLOCKS: u64 = 100_000;
/// After so many answers a size that was refused is tried again.
const TRIED_AGAIN_AFTER: u32 = 50;

/// What was learned, shared by all who fetch.
#[derive(Debug)]
pub(super) struct Steer(Mutex<State>);

#[derive(Debug)]
struct State {
    blocks: u64,
    /// A size that was refused lately, or the one that the endpoint allows.
    ceiling: u64,
    /// The size that the endpoint says it allows.
    limit: u64,
    /// Answers since the refusal.
    since: u32,
}

impl Steer {
    pub(super) fn new(blocks: u64) -> Self {
        let blocks = blocks.clamp(1, MOST_BLOCKS);
        Self(Mutex::new(State { blocks, ceiling: MOST_BLOCKS, limit: MOST_BLOCKS, since: 0 }))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Blocks to ask for next.
    pub(super) fn blocks(&self) -> u64 {
        self.lock().blocks
    }

    /// The most blocks that the endpoint takes by its own word, however few logs they have.
    pub(super) fn limit(&self) -> u64 {
        self.lock().limit
    }

    /// The endpoint said so.
    pub(super) fn is_limited_to(&self, blocks: u64) {
        let mut state = self.lock();
        state.limit = state.limit.min(blocks.max(1));
    }

    /// Blocks `blocks` were answered, whole.
    pub(super) fn answered(&self, blocks: u64, logs: usize, time: Duration) {
        let mut state = self.lock();
        state.since = state.since.saturating_add(1);
        if state.since == TRIED_AGAIN_AFTER {
            state.ceiling = MOST_BLOCKS;
        }
        if logs > 2 * GOOD_LOGS || time > SLOW {
            state.blocks = state.blocks.min((blocks / 2).max(1));
        } else if logs < GOOD_LOGS / 2 && time < FAST && blocks >= state.blocks {
            state.blocks = blocks.saturating_mul(2).min(state.ceiling).max(1);
        }
    }

    /// Blocks `blocks` were too many; `allowed` is what the endpoint says it allows.
    pub(super) fn refused(&self, blocks: u64, allowed: Option<u64>) {
        let mut state = self.lock();
        let fewer = allowed.filter(|allowed| *allowed < blocks).unwrap_or(blocks / 2).max(1);
        state.ceiling = state.ceiling.min(fewer);
        state.blocks = state.blocks.min(fewer);
        state.since = 0;
    }
}
