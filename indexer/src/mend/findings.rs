//! What the looks found, until somebody has mended it. That nothing lacks any more is a finding, too.

use std::collections::BTreeSet;

use domain::ids::PoolId;
use tokio::sync::watch;

#[cfg(test)]
mod tests;

/// Pools that are not whole, by the newest look.
#[derive(Debug)]
pub(super) struct Findings(watch::Receiver<BTreeSet<PoolId>>);

impl Findings {
    /// Nothing yet, and where it is told.
    pub(super) fn new() -> (watch::Sender<BTreeSet<PoolId>>, Self) {
        let (sender, found) = watch::channel(BTreeSet::new());
        (sender, Self(found))
    }

    /// Returns when there is something to take.
    pub(super) async fn wait(&mut self) {
        if self.0.changed().await.is_err() {
            // nobody looks any more, and the process ends
            std::future::pending::<()>().await;
        }
        self.0.mark_changed();
    }

    /// What was found since the last time.
    pub(super) fn take(&mut self) -> Option<BTreeSet<PoolId>> {
        let is_new = self.0.has_changed().unwrap_or_default();
        // what is told from here on is taken the next time
        is_new.then(|| self.0.borrow_and_update().clone())
    }

    /// What was taken could not be mended: it, or what was found since, is taken again.
    pub(super) fn put_back(&mut self) {
        self.0.mark_changed();
    }
}
