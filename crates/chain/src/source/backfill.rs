//! Ranges fetched in parallel and handed on in order.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use domain::block::BlockRef;
use futures::{Stream, stream};
use tokio::task::JoinHandle;

use crate::{
    error::ChainError,
    source::{Range, Source, assemble::check_links, fetch::Fetched},
};

/// Logs of finished ranges that wait for their turn; beyond them nothing new is begun.
const MOST_LOGS_WAITING: usize = 60_000;

/// A range on its way; given up when dropped.
struct Task(JoinHandle<Result<Fetched, ChainError>>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A part of the chain, in order.
enum Slot {
    /// On its way, up to a block.
    Begun(Task, u64),
    /// Not asked for yet.
    Span(u64, u64),
}

struct State {
    source: Source,
    slots: VecDeque<Slot>,
    /// Logs fetched and not handed on yet.
    waiting: Arc<AtomicUsize>,
    last: Option<BlockRef>,
}

pub(super) fn stream(
    source: Source,
    from: u64,
    to: u64,
) -> impl Stream<Item = Result<Range, ChainError>> {
    let whole = (from <= to).then_some(Slot::Span(from, to));
    let slots = whole.into_iter().collect();
    let state = State { source, slots, waiting: Arc::default(), last: None };
    stream::unfold(Some(state), |state| async move {
        let mut state = state?;
        match state.range().await? {
            Ok(range) => Some((Ok(range), Some(state))),
            Err(error) => Some((Err(error), None)),
        }
    })
}

impl State {
    async fn range(&mut self) -> Option<Result<Range, ChainError>> {
        self.begin();
        // the first is always under way
        let Slot::Begun(mut task, asked) = self.slots.pop_front()? else { return None };
        let fetched = match (&mut task.0).await {
            Ok(fetched) => fetched,
            Err(ended) => Err(ChainError::Unavailable(format!("a fetch ended early: {ended}"))),
        };
        let settled = match fetched {
            Ok(fetched) => {
                self.waiting.fetch_sub(fetched.logs(), Ordering::Relaxed);
                self.source.settle(fetched).await
            }
            Err(error) => Err(error),
        };
        let checked = settled.and_then(|range| {
            self.link(&range)?;
            if range.to < asked {
                // it got too full: what is left of it comes next
                self.slots.push_front(Slot::Span(range.to + 1, asked));
            }
            Ok(range)
        });
        // the consumer takes its time with this one: the next ones are under way meanwhile
        self.begin();
        Some(checked)
    }

    /// Starts as many fetches as may run, the first in any case.
    fn begin(&mut self) {
        let begun = |slot: &&Slot| matches!(slot, Slot::Begun(..));
        let mut running = self.slots.iter().filter(begun).count();
        let mut at = 0;
        while let Some(slot) = self.slots.get(at) {
            if let Slot::Span(from, last) = *slot {
                let waiting = self.waiting.load(Ordering::Relaxed);
                if at > 0 && (waiting > MOST_LOGS_WAITING || running >= self.source.concurrency) {
                    return;
                }
                let (plan, blocks) = self.source.next();
                let to = from.saturating_add(blocks - 1).min(last);
                let (source, waiting) = (self.source.clone(), Arc::clone(&self.waiting));
                let task = Task(tokio::spawn(async move {
                    let fetched = source.fetch(from, to, plan).await?;
                    waiting.fetch_add(fetched.logs(), Ordering::Relaxed);
                    Ok(fetched)
                }));
                if let Some(slot) = self.slots.get_mut(at) {
                    *slot = Slot::Begun(task, to);
                }
                if to < last {
                    self.slots.insert(at + 1, Slot::Span(to + 1, last));
                }
                running += 1;
            }
            at += 1;
        }
    }

    /// The first block of a range follows the last one before it.
    fn link(&mut self, range: &Range) -> Result<(), ChainError> {
        let first = range.blocks.first().map(|block| block.header);
        let joint = self.last.into_iter().chain(first).collect::<Vec<_>>();
        check_links(&joint)?;
        self.last = range.blocks.last().map(|block| block.header);
        Ok(())
    }
}
