//! A clock for tests that stands where it is put. Waiting takes real time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use domain::market::Millis;
use futures::future::BoxFuture;

use crate::clock::Clock;

#[derive(Debug)]
pub(crate) struct FixedClock {
    now: AtomicU64,
    begin: Instant,
}

impl FixedClock {
    pub(crate) fn at(now: Millis) -> Arc<Self> {
        Arc::new(Self { now: AtomicU64::new(now), begin: Instant::now() })
    }

    pub(crate) fn set(&self, now: Millis) {
        self.now.store(now, Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Millis {
        self.now.load(Ordering::SeqCst)
    }

    fn uptime(&self) -> Duration {
        self.begin.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}
