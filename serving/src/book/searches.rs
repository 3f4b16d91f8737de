//! How many searches for routes run at once: each keeps a core busy, and more of them than cores make all of them slow.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

#[cfg(test)]
mod tests;

/// A search that could not begin within this time is refused.
const PATIENCE: Duration = Duration::from_secs(2);

/// The searches of a process; clones are the same.
#[derive(Debug, Clone)]
pub struct Searches {
    permits: Arc<Semaphore>,
    most: usize,
    refused: Arc<AtomicU64>,
}

/// None ended in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Busy {
    /// How long it was waited.
    pub(crate) waited: Duration,
}

impl Default for Searches {
    fn default() -> Self {
        Self::at_once(std::thread::available_parallelism().map_or(1, usize::from))
    }
}

impl Searches {
    /// So many at once.
    #[must_use]
    pub fn at_once(most: usize) -> Self {
        let most = most.max(1);
        Self { permits: Arc::new(Semaphore::new(most)), most, refused: Arc::default() }
    }

    /// How many run now.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.most.saturating_sub(self.permits.available_permits())
    }

    /// How many were refused so far.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Waits for its turn.
    pub(crate) async fn permit(&self) -> Result<OwnedSemaphorePermit, Busy> {
        let permit = Arc::clone(&self.permits).acquire_owned();
        match tokio::time::timeout(PATIENCE, permit).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => {
                self.refused.fetch_add(1, Ordering::Relaxed);
                Err(Busy { waited: PATIENCE })
            }
        }
    }
}
