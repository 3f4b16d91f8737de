//! How the questions of a range went, and how far it reaches: where there are more logs than are to be held at once, it
//! ends earlier.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::wire::WireLog;

#[cfg(test)]
mod tests;

/// Notes of one range.
#[derive(Debug)]
pub(super) struct Tally {
    /// Logs to hold.
    pub(super) most: usize,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy)]
struct State {
    slowest: Duration,
    refused: bool,
    to: u64,
}

impl Tally {
    pub(super) fn new(to: u64, most: usize) -> Self {
        let state = State { slowest: Duration::ZERO, refused: false, to };
        Self { most, state: Mutex::new(state) }
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(super) fn note(&self, time: Duration, refused: bool) {
        self.change(|state| {
            state.slowest = state.slowest.max(time);
            state.refused |= refused;
        });
    }

    /// The range ends here, or where it does already.
    pub(super) fn ends_at(&self, to: u64) {
        self.change(|state| state.to = state.to.min(to));
    }

    /// The slowest answer, whether one was refused, and the last block.
    pub(super) fn read(&self) -> (Duration, bool, u64) {
        let State { slowest, refused, to } =
            *self.state.lock().unwrap_or_else(PoisonError::into_inner);
        (slowest, refused, to)
    }

    /// Ends the range before the block that makes these logs too many, but not before its first block, and drops what
    /// lies behind the end.
    pub(super) fn cut(&self, from: u64, logs: &mut Vec<WireLog>) {
        if logs.len() <= self.most {
            return;
        }
        let mut numbers = logs.iter().map(|log| log.place().0).collect::<Vec<_>>();
        let (_, first_too_many, _) = numbers.select_nth_unstable(self.most);
        self.ends_at(first_too_many.saturating_sub(1).max(from));
        let to = self.read().2;
        logs.retain(|log| log.place().0 <= to);
    }
}
