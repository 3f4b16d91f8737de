//! How fast a chain's blocks come, by those that requests have seen.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use domain::{block::BlockRef, ids::ChainId};

/// Nobody is told to keep an answer longer, in seconds.
const LONGEST: u64 = 60;
/// Nor shorter: many who ask at once are served by one answer between us and them.
const SHORTEST: u64 = 1;

/// Height and time of the first and the newest block seen, by chain.
#[derive(Debug, Default)]
pub(crate) struct Pace(Mutex<BTreeMap<ChainId, [(u64, u64); 2]>>);

impl Pace {
    /// Seconds from `now` (Unix) to when a block after this one is due.
    pub(crate) fn until_next(&self, chain: ChainId, block: &BlockRef, now: u64) -> u64 {
        let at = (block.number, block.timestamp);
        let [first, newest] = {
            let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let span = seen.entry(chain).or_insert([at, at]);
            *span = [span[0].min(at), span[1].max(at)];
            *span
        };
        let (blocks, seconds) = (newest.0 - first.0, newest.1.saturating_sub(first.1));
        let due = seconds.checked_div(blocks).map(|each| block.timestamp.saturating_add(each));
        due.map_or(SHORTEST, |due| due.saturating_sub(now).clamp(SHORTEST, LONGEST))
    }
}
