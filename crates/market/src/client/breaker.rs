//! The circuit of a source: after five failures within a minute it is left alone for half a minute, then one call
//! tries whether it is back.

use std::{collections::VecDeque, time::Duration};

use crate::metrics::CircuitState;

#[cfg(test)]
mod tests;

const FAILURES: usize = 5;
const WITHIN: Duration = Duration::from_secs(60);
const OPEN_FOR: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(super) struct Breaker {
    /// When calls failed, within the last minute.
    failures: VecDeque<Duration>,
    state: State,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Closed,
    Open {
        until: Duration,
    },
    /// One call is under way to try.
    Trying,
}

/// What a call that may go is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Ordinary,
    /// The one that tries.
    Probe,
}

impl Breaker {
    pub(super) const fn new() -> Self {
        Self { failures: VecDeque::new(), state: State::Closed }
    }

    /// Whether a call may go.
    ///
    /// # Errors
    /// How long to leave the source alone.
    pub(super) fn enter(&mut self, now: Duration) -> Result<Role, Duration> {
        match self.state {
            State::Closed => Ok(Role::Ordinary),
            State::Open { until } if now < until => Err(until - now),
            State::Open { .. } => {
                self.state = State::Trying;
                Ok(Role::Probe)
            }
            // the one that tries has its deadline
            State::Trying => Err(Duration::from_secs(1)),
        }
    }

    /// A call was answered.
    pub(super) fn succeeded(&mut self, role: Role) {
        if role == Role::Probe {
            *self = Self::new();
        }
    }

    /// A call was not answered, or by a server's error.
    pub(super) fn failed(&mut self, role: Role, now: Duration) {
        let open = State::Open { until: now + OPEN_FOR };
        if role == Role::Probe {
            self.state = open;
        } else if matches!(self.state, State::Closed) {
            self.failures.push_back(now);
            while self.failures.front().is_some_and(|at| now.saturating_sub(*at) > WITHIN) {
                self.failures.pop_front();
            }
            if self.failures.len() >= FAILURES {
                self.failures.clear();
                self.state = open;
            }
        }
    }

    /// A call ended without telling anything: it was dropped.
    pub(super) fn gave_up(&mut self, role: Role, now: Duration) {
        if role == Role::Probe {
            self.state = State::Open { until: now };
        }
    }

    pub(super) const fn state(&self) -> CircuitState {
        match self.state {
            State::Closed => CircuitState::Closed,
            State::Open { .. } => CircuitState::Open,
            State::Trying => CircuitState::HalfOpen,
        }
    }
}
