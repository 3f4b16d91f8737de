//! Which of the pools that are not whole are read again, and when: they are mended without a block that tells of it.

use std::{
    collections::BTreeSet,
    ops::Bound,
    time::{Duration, Instant},
};

use domain::ids::PoolId;

#[cfg(test)]
mod tests;

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(2);
/// Pools of a look.
const EACH: usize = 100;

/// Looks at them, round about where there are more than one look takes.
#[derive(Debug, Default)]
pub(super) struct Rounds {
    /// When they were looked at last.
    looked: Option<Instant>,
    /// The last of those.
    last: Option<PoolId>,
}

impl Rounds {
    /// Pools that are due.
    pub(super) fn due(&self, lacking: &BTreeSet<PoolId>, now: Instant) -> Vec<PoolId> {
        if self.looked.is_some_and(|at| now.saturating_duration_since(at) < PAUSE) {
            return Vec::new();
        }
        let after = self.last.map_or(Bound::Unbounded, Bound::Excluded);
        let behind = lacking.range((after, Bound::Unbounded));
        behind.chain(lacking).take(EACH.min(lacking.len())).copied().collect()
    }

    /// These were read. None of them is no look: what blocks bring must not put off what waits.
    pub(super) fn read(&mut self, pools: &[PoolId], at: Instant) {
        if let Some(last) = pools.last() {
            (self.looked, self.last) = (Some(at), Some(*last));
        }
    }

    /// All pools were.
    pub(super) const fn read_all(&mut self, at: Instant) {
        self.looked = Some(at);
    }
}
