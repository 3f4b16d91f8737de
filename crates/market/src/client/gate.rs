//! Who may call a source now: its wish to be left alone, its circuit and its rate, in this order.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::market::Source;

use super::{
    breaker::{Breaker, Role},
    bucket::Bucket,
    hold::Hold,
};
use crate::{clock::Clock, error::MarketError, metrics::Metrics};

#[derive(Debug)]
pub(super) struct Gate {
    source: Source,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
    state: Mutex<State>,
    /// Who waits for the rate waits in line.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct State {
    hold: Hold,
    breaker: Breaker,
    bucket: Bucket,
}

/// A call that may go. Dropped without a word, it gives its place back.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    gate: &'a Gate,
    role: Role,
    told: bool,
}

impl Gate {
    pub(super) fn new(
        source: Source,
        per_minute: u32,
        metrics: Metrics,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let bucket = Bucket::new(per_minute, clock.uptime());
        let state = State { hold: Hold::default(), breaker: Breaker::new(), bucket };
        metrics.circuit(source, state.breaker.state());
        metrics.silent_until(source, 0);
        // an alert needs a zero to rise from
        metrics.odd_items(source, 0);
        Self { source, clock, metrics, state: Mutex::new(state), turn: tokio::sync::Mutex::new(()) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a call of this weight may go, but not beyond `deadline` (uptime).
    ///
    /// # Errors
    /// [`MarketError::Wait`] at once when it may not go before.
    pub(super) async fn enter(
        &self,
        weight: u32,
        deadline: Duration,
    ) -> Result<Pass<'_>, MarketError> {
        // told before waiting in line: who waits there may wait long
        self.may_call()?;
        let _turn = self.turn.lock().await;
        let mut waited = false;
        loop {
            let now = self.clock.uptime();
            let wait = match self.try_enter(weight, now)? {
                Ok(role) => return Ok(Pass { gate: self, role, told: false }),
                Err(wait) => wait,
            };
            if !waited {
                self.metrics.rate_wait(self.source);
                waited = true;
            }
            if now + wait > deadline {
                return Err(self.wait(wait, "the configured rate is used up"));
            }
            self.clock.sleep(wait).await;
        }
    }

    fn may_call(&self) -> Result<(), MarketError> {
        match self.lock().hold.left(self.clock.uptime()) {
            Some((left, why)) => Err(self.wait(left, why)),
            None => Ok(()),
        }
    }

    fn try_enter(&self, weight: u32, now: Duration) -> Result<Result<Role, Duration>, MarketError> {
        let mut state = self.lock();
        if let Some((left, why)) = state.hold.left(now) {
            return Err(self.wait(left, why));
        }
        let role = match state.breaker.enter(now) {
            Ok(role) => role,
            Err(left) => return Err(self.wait(left, "it failed too often, the circuit is open")),
        };
        let taken = state.bucket.take(weight, now);
        if taken.is_err() {
            state.breaker.gave_up(role, now);
        }
        self.metrics.circuit(self.source, state.breaker.state());
        Ok(taken.map(|()| role))
    }

    fn wait(&self, wait: Duration, why: &str) -> MarketError {
        MarketError::Wait { source_name: self.source, wait, why: why.to_owned() }
    }

    /// The source says what was used in this minute.
    pub(super) fn used(&self, weight: u32) {
        self.lock().bucket.used(weight, self.clock.uptime());
    }

    /// Another rate.
    pub(super) fn set_rate(&self, per_minute: u32) {
        self.lock().bucket.set_rate(per_minute, self.clock.uptime());
    }
}

impl Pass<'_> {
    fn tell(&mut self, tell: impl FnOnce(&mut State, Role, Duration)) {
        self.told = true;
        let mut state = self.gate.lock();
        tell(&mut state, self.role, self.gate.clock.uptime());
        self.gate.metrics.circuit(self.gate.source, state.breaker.state());
    }

    /// The source answered: with what was asked, or by refusing it.
    pub(super) fn answered(mut self) {
        self.tell(|state, role, _| {
            state.breaker.succeeded(role);
            state.hold.answered();
        });
    }

    /// The source did not answer, or with an error of its own.
    pub(super) fn failed(mut self) {
        self.tell(|state, role, now| state.breaker.failed(role, now));
    }

    /// The source wants to be left alone.
    pub(super) fn left_alone(
        mut self,
        status: u16,
        retry_after: Option<Duration>,
        why: String,
    ) -> MarketError {
        let mut error = None;
        let gate = self.gate;
        self.tell(|state, role, now| {
            state.breaker.succeeded(role);
            let wait = state.hold.complained(status, retry_after, why.clone(), now);
            let until = gate.clock.now() / 1_000 + wait.as_secs();
            gate.metrics.silent_until(gate.source, until);
            error = Some(gate.wait(wait, &why));
        });
        error.unwrap_or_else(|| gate.wait(Duration::ZERO, &why))
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if !self.told {
            self.tell(|state, role, now| state.breaker.gave_up(role, now));
        }
    }
}
