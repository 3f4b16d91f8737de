//! The stored sheets of a span, moment by moment.

use std::collections::VecDeque;

use alloy_primitives::Address;
use domain::market::{Millis, Price};
use store::{StoreError, market::SheetRuns};

/// A stored moment.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) time: Millis,
    pub(super) prices: Vec<(Address, Price)>,
    /// Of the first one of a document: the time of its last one.
    pub(super) until: Option<Millis>,
}

#[derive(Debug)]
pub(super) struct Known {
    runs: SheetRuns,
    next: VecDeque<Stored>,
}

impl Known {
    pub(super) const fn new(runs: SheetRuns) -> Self {
        Self { runs, next: VecDeque::new() }
    }

    /// The time of the next one.
    pub(super) async fn peek(&mut self) -> Result<Option<Millis>, StoreError> {
        if self.next.is_empty()
            && let Some(run) = self.runs.next().await?
        {
            let mut until = run.moments.last().map(|(time, _)| *time);
            let stored = |(time, prices)| Stored { time, prices, until: until.take() };
            self.next = run.moments.into_iter().map(stored).collect();
        }
        Ok(self.next.front().map(|stored| stored.time))
    }

    /// Takes it.
    pub(super) fn take(&mut self) -> Option<Stored> {
        self.next.pop_front()
    }
}
