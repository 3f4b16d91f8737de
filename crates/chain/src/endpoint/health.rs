//! What an endpoint showed of itself: how fast it answers, how often it failed in a row, how far it has come.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

#[cfg(test)]
mod tests;

const FIRST_COOL_DOWN: Duration = Duration::from_millis(250);
const LONGEST_COOL_DOWN: Duration = Duration::from_secs(30);
/// Latencies remembered per method.
const REMEMBERED: usize = 64;
/// Below so many answers nothing is known of a method's latency.
const ENOUGH: usize = 8;
/// Weight of the newest latency in the average, as a shift: 1/8.
const WEIGHT: u32 = 3;
/// For so long a height that was missing is taken to be missing still.
const LACKING: Duration = Duration::from_millis(500);

/// Health of one endpoint.
#[derive(Debug, Default)]
pub(crate) struct Health(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    cools_until: Option<Instant>,
    serves_another_chain: bool,
    /// Average latency, moving.
    latency: Option<Duration>,
    latencies: HashMap<&'static str, Recent>,
    /// The height it said it has reached, last.
    head: Option<u64>,
    /// The lowest height that was missing, and when.
    lacked: Option<(u64, Instant)>,
}

impl State {
    fn failed(&mut self, now: Instant) {
        let pause = FIRST_COOL_DOWN.saturating_mul(1 << self.failures.min(10));
        self.failures = self.failures.saturating_add(1);
        self.cools_until = Some(now + pause.min(LONGEST_COOL_DOWN));
    }

    fn cools_down(&self, now: Instant) -> bool {
        self.cools_until.is_some_and(|until| until > now)
    }

    fn is_short_of(&self, height: u64, now: Instant) -> bool {
        let lacks = self.lacked.is_some_and(|(lacked, at)| lacked <= height && now < at + LACKING);
        lacks || self.head.is_some_and(|head| head < height)
    }

    fn note(&mut self, method: &'static str, latency: Duration) {
        let average = self
            .latency
            .map_or(latency, |average| average - average / (1 << WEIGHT) + latency / (1 << WEIGHT));
        self.latency = Some(average);
        self.latencies.entry(method).or_default().add(latency);
    }
}

/// The newest latencies of a method.
#[derive(Debug, Default)]
struct Recent {
    kept: Vec<Duration>,
    next: usize,
}

impl Recent {
    fn add(&mut self, latency: Duration) {
        if self.kept.len() < REMEMBERED {
            self.kept.push(latency);
        } else if let Some(place) = self.kept.get_mut(self.next) {
            *place = latency;
        }
        self.next = (self.next + 1) % REMEMBERED;
    }

    fn p95(&self) -> Option<Duration> {
        if self.kept.len() < ENOUGH {
            return None;
        }
        let mut sorted = self.kept.clone();
        sorted.sort_unstable();
        sorted.get(sorted.len() * 95 / 100).copied()
    }
}

impl Health {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn answered(&self, method: &'static str, latency: Duration) {
        let mut state = self.lock();
        state.failures = 0;
        state.cools_until = None;
        state.note(method, latency);
    }

    /// It was not waited for any longer. That it is slow has to show, or nobody would learn it.
    pub(crate) fn took_at_least(&self, method: &'static str, latency: Duration) {
        self.lock().note(method, latency);
    }

    pub(crate) fn failed(&self) {
        self.lock().failed(Instant::now());
    }

    pub(crate) fn cools_down(&self) -> bool {
        self.lock().cools_down(Instant::now())
    }

    pub(crate) fn failures(&self) -> u32 {
        self.lock().failures
    }

    pub(crate) fn serves_another_chain(&self) {
        self.lock().serves_another_chain = true;
    }

    pub(crate) fn is_of_another_chain(&self) -> bool {
        self.lock().serves_another_chain
    }

    pub(crate) fn latency(&self) -> Option<Duration> {
        self.lock().latency
    }

    /// Slower than 95 of 100 of its answers to this method; `None` while too little is known.
    pub(crate) fn p95(&self, method: &'static str) -> Option<Duration> {
        self.lock().latencies.get(method)?.p95()
    }

    /// It says that this is its newest block.
    pub(crate) fn is_at(&self, head: u64) {
        let mut state = self.lock();
        state.head = Some(head);
        if state.lacked.is_some_and(|(height, _)| height <= head) {
            state.lacked = None;
        }
    }

    /// It has shown to have this block, wherever its head is.
    pub(crate) fn has(&self, height: u64) {
        let mut state = self.lock();
        if state.head.is_none_or(|head| head < height) {
            state.head = Some(height);
        }
    }

    /// It did not have this block.
    pub(crate) fn lacked(&self, height: u64) {
        self.lock().lacked = Some((height, Instant::now()));
    }

    pub(crate) fn head(&self) -> Option<u64> {
        self.lock().head
    }

    /// Whether it is known to be short of this height. What is unknown is given a chance.
    pub(crate) fn is_short_of(&self, height: u64) -> bool {
        self.lock().is_short_of(height, Instant::now())
    }
}
