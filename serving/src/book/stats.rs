//! What keeping the pools took.

use std::time::Duration;

/// Counts since the start.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Stats {
    /// What the last load of all pools took.
    pub(super) load: Duration,
    /// What the newest version took that was made of the one before.
    pub(super) last: Duration,
    /// Versions.
    pub(super) versions: u64,
    /// What those took that were made of the one before.
    pub(super) refreshing: Duration,
    /// Pools that were read for them.
    pub(super) pools: u64,
    /// Times that there was none because of a fault.
    pub(super) failures: u64,
}

impl Stats {
    pub(super) fn took(&mut self, is_load: bool, pools: usize, time: Duration) {
        self.versions += 1;
        self.pools += u64::try_from(pools).unwrap_or(u64::MAX);
        if is_load {
            self.load = time;
        } else {
            self.last = time;
            self.refreshing += time;
        }
    }
}
