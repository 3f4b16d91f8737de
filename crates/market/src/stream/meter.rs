//! Whether a source's connections stand, and what comes on them.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use domain::market::Source;

use crate::{
    clock::Clock,
    metrics::{Heard, Metrics, StreamMetrics},
};

#[cfg(test)]
mod tests;

/// Of all connections to what one source pushes. Clones are the same one.
#[derive(Debug, Clone)]
pub(crate) struct Meter(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    source: Source,
    metrics: StreamMetrics,
    clock: Arc<dyn Clock>,
    links: Mutex<Links>,
}

#[derive(Debug, Default)]
struct Links {
    wanted: usize,
    open: usize,
}

impl Meter {
    pub(crate) fn new(source: Source, metrics: &Metrics, clock: Arc<dyn Clock>) -> Self {
        let metrics = metrics.streams().clone();
        Self(Arc::new(Inner { source, metrics, clock, links: Mutex::default() }))
    }

    /// One connection more is wanted, until this is dropped.
    pub(crate) fn want(&self) -> Wanted {
        self.0.metrics.begin(self.0.source);
        self.0.count(|links| links.wanted += 1);
        Wanted { inner: Arc::clone(&self.0), down: AtomicBool::new(false) }
    }
}

impl Inner {
    fn count(&self, change: impl FnOnce(&mut Links)) {
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut links);
        // under the lock: the last word is the right one
        self.metrics.connected(self.source, links.wanted > 0 && links.open == links.wanted);
    }
}

/// A connection that is made again and again.
#[derive(Debug)]
pub(crate) struct Wanted {
    inner: Arc<Inner>,
    /// Whether that was said.
    down: AtomicBool,
}

impl Wanted {
    /// It stands, until this is dropped.
    pub(crate) fn open(&self) -> Open {
        self.inner.count(|links| links.open += 1);
        if self.down.swap(false, Ordering::Relaxed) {
            tracing::info!(source = %self.inner.source, "the price stream is open again");
        }
        Open(Arc::clone(&self.inner))
    }

    /// A message came.
    pub(crate) fn heard(&self, heard: Heard) {
        let Inner { source, metrics, clock, .. } = &*self.inner;
        metrics.message(*source, heard, clock.now() / 1_000);
    }

    /// It ended, or could not be made, and is made again after a while.
    pub(crate) fn ended(&self, why: &str, wait: Duration) {
        let source = self.inner.source;
        if self.down.swap(true, Ordering::Relaxed) {
            tracing::debug!(%source, why, ?wait, "the price stream cannot be opened yet");
        } else {
            tracing::warn!(%source, why, ?wait, "the price stream ended; it is opened again");
        }
    }

    /// It is made again.
    pub(crate) fn again(&self) {
        self.inner.metrics.reconnect(self.inner.source);
    }
}

impl Drop for Wanted {
    fn drop(&mut self) {
        self.inner.count(|links| links.wanted = links.wanted.saturating_sub(1));
    }
}

/// A connection that stands.
#[derive(Debug)]
pub(crate) struct Open(Arc<Inner>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.count(|links| links.open = links.open.saturating_sub(1));
    }
}
