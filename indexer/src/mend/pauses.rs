//! How long the looks rest.

use std::time::Duration;

#[cfg(test)]
mod tests;

/// Between two looks at all pools.
const EVERY: Duration = Duration::from_secs(3_600);
/// After a look that did not come about; twice as long after the next, since one that takes longer than the server keeps the
/// past of a snapshot never does.
const REST: Duration = Duration::from_secs(60);

/// What is known of the looks so far.
#[derive(Debug, Default)]
pub(super) struct Pauses {
    /// After the last one, if that did not come about.
    failed: Option<Duration>,
}

impl Pauses {
    /// After a look that came about; and whether the one before did not.
    pub(super) fn looked(&mut self) -> (Duration, bool) {
        (EVERY, self.failed.take().is_some())
    }

    /// After one that did not; and whether it is the first.
    pub(super) fn failed(&mut self) -> (Duration, bool) {
        let pause = self.failed.map_or(REST, |before| (before * 2).min(EVERY));
        (pause, self.failed.replace(pause).is_none())
    }
}
