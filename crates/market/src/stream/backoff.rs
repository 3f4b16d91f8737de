//! Waiting before connecting again.

use std::time::Duration;

use rand::Rng;
use tokio::time::Instant;

use super::StreamRules;

/// Waits that double, with a random part, until a connection has lived long enough.
#[derive(Debug)]
pub(crate) struct Backoff {
    rules: StreamRules,
    next: Duration,
    since: Instant,
}

impl Backoff {
    /// Before the first attempt.
    pub(crate) fn new(rules: StreamRules) -> Self {
        Self { rules, next: rules.first_wait, since: Instant::now() }
    }

    /// An attempt begins now.
    pub(crate) fn start(&mut self) {
        self.since = Instant::now();
    }

    /// The attempt failed, or what it led to has ended: how long to wait.
    pub(crate) fn wait(&mut self) -> Duration {
        if self.since.elapsed() >= self.rules.longest_wait {
            self.next = self.rules.first_wait;
        }
        let longest = self.next;
        self.next = longest.saturating_mul(2).min(self.rules.longest_wait);
        let half = longest / 2;
        // many replicas must not come back in the same moment
        half + half.mul_f64(rand::rng().random_range(0.0..=1.0))
    }
}
