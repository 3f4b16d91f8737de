//! Plain counters of what was asked of whom and how it went, for whoever shows metrics.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// An answer, a revert included.
    Answered,
    /// Too many blocks or results.
    TooLarge,
    /// Too many requests.
    TooOften,
    /// The block or its state was not there.
    Missing,
    /// Refused for good.
    Refused,
    /// No answer, or none in time, or with a passing fault.
    Failed,
    /// Self-contradicting or unreadable.
    Inconsistent,
    /// Not waited for, because another endpoint was faster.
    Overtaken,
}

impl Outcome {
    /// A word for labels.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::TooLarge => "too_large",
            Self::TooOften => "too_often",
            Self::Missing => "missing",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Inconsistent => "inconsistent",
            Self::Overtaken => "overtaken",
        }
    }
}

/// Requests of one method that ended in one way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// HTTP requests, or WebSocket messages.
    pub requests: u64,
    /// Calls in them; more than requests where they were batched.
    pub calls: u64,
    /// Time from sending to the end of the answer, added up.
    pub time: Duration,
}

/// An endpoint as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct EndpointStats {
    /// Scheme, host and port.
    pub name: String,
    /// Whether it answers, as far as is known.
    pub is_healthy: bool,
    /// Failures since its last answer.
    pub failures_in_a_row: u32,
    /// Its newest block, as last heard.
    pub head: Option<u64>,
    /// Moving average of its latency.
    pub latency: Option<Duration>,
    /// Requests under way.
    pub under_way: usize,
    /// The most requests under way that it is asked to bear now.
    pub concurrency_limit: f64,
    /// Calls per second that it is asked to bear now; `None`: it never complained.
    pub rate_limit: Option<f64>,
    /// By method and outcome.
    pub counts: BTreeMap<(&'static str, Outcome), Count>,
}

/// Counts of one endpoint.
#[derive(Debug, Default)]
pub(crate) struct Counters(Mutex<BTreeMap<(&'static str, Outcome), Count>>);

impl Counters {
    pub(crate) fn add(&self, method: &'static str, outcome: Outcome, calls: usize, time: Duration) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry((method, outcome)).or_default();
        count.requests += 1;
        count.calls += u64::try_from(calls).unwrap_or(u64::MAX);
        count.time += time;
    }

    pub(crate) fn read(&self) -> BTreeMap<(&'static str, Outcome), Count> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
