//! How much an endpoint bears: requests under way and calls per second, halved when it complains, grown slowly while it
//! does not.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};

#[cfg(test)]
mod tests;

const FIRST_LIMIT: f64 = 32.0;
const MOST: f64 = 128.0;
/// Complaints about requests that were sent before the last cut do not cut again.
const SAME_COMPLAINT: Duration = Duration::from_millis(200);
/// Pause when the endpoint does not say how long.
const PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A rate beyond which it is no limit any more (calls per second).
const NO_RATE: f64 = 20_000.0;
/// Part of itself that the rate grows by in a second of success.
const GROWTH: f64 = 0.05;

/// The gate of one endpoint.
#[derive(Debug)]
pub(crate) struct Limiter {
    state: Mutex<State>,
    freed: Notify,
}

#[derive(Debug)]
struct State {
    limit: f64,
    under_way: usize,
    /// Calls per second; unlimited until the first complaint.
    rate: Option<f64>,
    /// When the next request may start by the rate.
    next: Instant,
    paused_until: Instant,
    last_cut: Option<Instant>,
    /// Calls started within the last second.
    started: VecDeque<(Instant, usize)>,
}

/// A place among the requests under way.
#[derive(Debug)]
pub(crate) struct Permit<'a>(&'a Limiter);

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.0.lock().under_way -= 1;
        self.0.freed.notify_one();
    }
}

/// What the limiter allows now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Limits {
    pub(crate) concurrency: f64,
    pub(crate) rate: Option<f64>,
    pub(crate) under_way: usize,
}

impl Limiter {
    pub(crate) fn new() -> Self {
        Self { state: Mutex::new(State::new(Instant::now())), freed: Notify::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a request of so many calls may start.
    pub(crate) async fn acquire(&self, calls: usize) -> Permit<'_> {
        loop {
            let freed = self.freed.notified();
            let wait = match self.lock().try_start(Instant::now(), calls) {
                Ok(()) => return Permit(self),
                Err(wait) => wait,
            };
            match wait {
                Some(wait) => tokio::time::sleep(wait).await,
                None => freed.await,
            }
        }
    }

    /// The endpoint complained of too many requests.
    pub(crate) fn complained(&self, wait: Option<Duration>) {
        self.lock().complained(Instant::now(), wait);
    }

    /// A request of so many calls went well.
    pub(crate) fn went_well(&self, calls: usize) {
        self.lock().went_well(calls);
        // the limit may have grown by one
        self.freed.notify_one();
    }

    pub(crate) fn limits(&self) -> Limits {
        let state = self.lock();
        Limits { concurrency: state.limit, rate: state.rate, under_way: state.under_way }
    }

    /// Requests under way relative to what is allowed; above 1 while paused.
    pub(crate) fn load(&self) -> f64 {
        let state = self.lock();
        let pause = state.paused_until.saturating_duration_since(Instant::now());
        as_float(state.under_way) / state.limit + pause.as_secs_f64()
    }
}

impl State {
    const fn new(now: Instant) -> Self {
        Self {
            limit: FIRST_LIMIT,
            under_way: 0,
            rate: None,
            next: now,
            paused_until: now,
            last_cut: None,
            started: VecDeque::new(),
        }
    }

    fn complained(&mut self, now: Instant, wait: Option<Duration>) {
        let pause = wait.unwrap_or(PAUSE).min(LONGEST_PAUSE);
        self.paused_until = self.paused_until.max(now + pause);
        if self.last_cut.is_some_and(|cut| now < cut + SAME_COMPLAINT) {
            return;
        }
        self.last_cut = Some(now);
        self.limit = (self.limit / 2.0).max(1.0);
        let seen = self.calls_in_last_second(now);
        let rate = self.rate.map_or(seen, |rate| rate.min(seen));
        self.rate = Some((rate / 2.0).max(1.0));
    }

    fn went_well(&mut self, calls: usize) {
        self.limit = (self.limit + 1.0 / self.limit).min(MOST);
        let grown = self.rate.map(|rate| rate + GROWTH * as_float(calls));
        self.rate = grown.filter(|rate| *rate < NO_RATE);
    }

    /// Starts, or says how long to wait: until somebody ends when nothing is said.
    fn try_start(&mut self, now: Instant, calls: usize) -> Result<(), Option<Duration>> {
        if self.paused_until > now {
            return Err(Some(self.paused_until - now));
        }
        if as_float(self.under_way + 1) > self.limit.max(1.0) {
            return Err(None);
        }
        if let Some(rate) = self.rate {
            if self.next > now {
                return Err(Some(self.next - now));
            }
            self.next = now + Duration::from_secs_f64(as_float(calls) / rate);
        }
        self.under_way += 1;
        self.started.push_back((now, calls));
        self.forget(now);
        Ok(())
    }

    fn forget(&mut self, now: Instant) {
        while self.started.front().is_some_and(|(at, _)| *at + Duration::from_secs(1) < now) {
            self.started.pop_front();
        }
    }

    fn calls_in_last_second(&mut self, now: Instant) -> f64 {
        self.forget(now);
        as_float(self.started.iter().map(|(_, calls)| calls).sum::<usize>()).max(1.0)
    }
}

/// Counts of requests are small.
fn as_float(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}
