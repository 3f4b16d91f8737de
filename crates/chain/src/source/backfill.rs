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
    raw::RawBlock,
    source::{Range, Source, assemble::check_links},
};

/// Logs of finished ranges that wait for their turn; beyond them nothing new is begun.
const MOST_LOGS_WAITING: usize = 60_000;

/// A range on its way; given up when dropped.
struct Task(JoinHandle<Result<Range, ChainError>>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

struct State {
    source: Source,
    next: u64,
    to: u64,
    under_way: VecDeque<Task>,
    /// Logs fetched and not handed on yet.
    waiting: Arc<AtomicUsize>,
    last: Option<BlockRef>,
}

pub(super) fn stream(
    source: Source,
    from: u64,
    to: u64,
) -> impl Stream<Item = Result<Range, ChainError>> {
    let state = State {
        source,
        next: from,
        to,
        under_way: VecDeque::new(),
        waiting: Arc::default(),
        last: None,
    };
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
        let mut task = self.under_way.pop_front()?;
        let range = match (&mut task.0).await {
            Ok(range) => range,
            Err(ended) => Err(ChainError::Unavailable(format!("a fetch ended early: {ended}"))),
        };
        let checked = range.and_then(|range| {
            self.waiting.fetch_sub(logs(&range.blocks), Ordering::Relaxed);
            self.link(&range)?;
            Ok(range)
        });
        // the consumer takes its time with this one: the next ones are under way meanwhile
        self.begin();
        Some(checked)
    }

    /// Starts as many fetches as may run.
    fn begin(&mut self) {
        while self.under_way.len() < self.source.concurrency && self.next <= self.to {
            let waiting = self.waiting.load(Ordering::Relaxed);
            if waiting > MOST_LOGS_WAITING && !self.under_way.is_empty() {
                return;
            }
            let blocks = self.source.steer.blocks();
            let (from, to) = (self.next, self.next.saturating_add(blocks - 1).min(self.to));
            self.next = to.saturating_add(1);
            let (source, waiting) = (self.source.clone(), Arc::clone(&self.waiting));
            self.under_way.push_back(Task(tokio::spawn(async move {
                let range = source.range(from, to).await?;
                waiting.fetch_add(logs(&range.blocks), Ordering::Relaxed);
                Ok(range)
            })));
            if to == u64::MAX {
                return;
            }
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

fn logs(blocks: &[RawBlock]) -> usize {
    blocks.iter().map(|block| block.logs.len()).sum()
}
