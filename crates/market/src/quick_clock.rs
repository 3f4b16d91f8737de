//! A clock for tests on which waiting takes no time: it jumps ahead by as much.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use domain::market::Millis;
use futures::future::BoxFuture;

use crate::clock::Clock;

#[derive(Debug)]
pub(crate) struct QuickClock {
    begin: Millis,
    passed: Mutex<Duration>,
}

impl QuickClock {
    pub(crate) fn at(begin: Millis) -> Arc<Self> {
        Arc::new(Self { begin, passed: Mutex::default() })
    }

    pub(crate) fn pass(&self, time: Duration) {
        if let Ok(mut passed) = self.passed.lock() {
            *passed += time;
        }
    }
}

impl Clock for QuickClock {
    fn now(&self) -> Millis {
        self.begin + Millis::try_from(self.uptime().as_millis()).unwrap_or(Millis::MAX)
    }

    fn uptime(&self) -> Duration {
        self.passed.lock().map(|passed| *passed).unwrap_or_default()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            self.pass(duration);
            tokio::task::yield_now().await;
        })
    }
}
