//! Canonical blocks with their logs: ranges far below the head, single verified blocks near it.

mod assemble;
mod backfill;
mod block;
mod bloom;
mod emitters;
mod fetch;
mod filter;
mod head;
mod plan;
mod steer;
mod tally;

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use futures::Stream;

pub use emitters::{Announces, Emitters};
pub use filter::LogFilter;
pub use plan::Asking;

use crate::{
    client::Client,
    error::ChainError,
    heads::Heads,
    raw::RawBlock,
    source::{
        bloom::Trust,
        plan::{Plan, Planner},
    },
};

/// Blocks `from..=to` that were fetched as one. Holds the blocks with logs, and the last one in any case.
#[derive(Debug, Clone)]
pub struct Range {
    /// First height covered.
    pub from: u64,
    /// Last height covered.
    pub to: u64,
    /// Blocks, ascending; the last has height `to`.
    pub blocks: Vec<RawBlock>,
}

/// Reads blocks of one chain. Clones share what they learn of the endpoints.
#[derive(Debug, Clone)]
pub struct Source {
    client: Client,
    filter: Arc<LogFilter>,
    /// Ranges fetched at the same time.
    concurrency: usize,
    transactions: bool,
    planner: Arc<Planner>,
    /// Whether headers tell the truth about their logs.
    trust: Arc<Trust>,
}

impl Source {
    /// A source. `range` is the number of blocks per request to begin with; it grows and shrinks with what the endpoint
    /// bears. `range` and `concurrency` below 1 count as 1.
    #[must_use]
    pub fn new(client: Client, filter: LogFilter, range: u64, concurrency: usize) -> Self {
        let trust = Arc::new(Trust::new(client.chain_id()));
        Self {
            client,
            filter: Arc::new(filter),
            concurrency: concurrency.max(1),
            transactions: false,
            planner: Arc::new(Planner::new(range)),
            trust,
        }
    }

    /// The same with the way of asking chosen beforehand, ranges beginning at `range` blocks. What comes out is the same.
    #[must_use]
    pub fn with_asking(mut self, asking: Asking, range: u64) -> Self {
        self.planner = Arc::new(Planner::new(range).only(asking, range));
        self
    }

    /// Whether the transactions of the logs are read, too. Off by default: it makes blocks much larger.
    #[must_use]
    pub const fn with_transactions(mut self, transactions: bool) -> Self {
        self.transactions = transactions;
        self
    }

    /// The client underneath.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// The contracts whose logs are read besides those known beforehand.
    #[must_use]
    pub fn emitters(&self) -> Option<&Emitters> {
        self.filter.emitters.as_ref()
    }

    /// Something to wait on for new blocks: subscriptions where an endpoint is a WebSocket, else looks every `poll`.
    /// Needs a runtime.
    #[must_use]
    pub fn heads(&self, poll: Duration) -> Heads {
        Heads::new(self.client.clone(), poll)
    }

    /// Blocks `from..=to`, which must be final: fetched in parallel also while nobody polls, handed on in order, no more
    /// of them held than a bounded number of logs. Ends after the first error.
    pub fn backfill(
        &self,
        from: u64,
        to: u64,
    ) -> impl Stream<Item = Result<Range, ChainError>> + use<> {
        backfill::stream(self.clone(), from, to)
    }

    /// Blocks `from..=to` near the head, each with its logs asked by the block's hash, so that no reorg in between goes
    /// unseen. The blocks link to each other; whether the first links to what is known is the caller's to check.
    ///
    /// # Errors
    /// [`ChainError::Inconsistent`] when the chain moved meanwhile: ask again. Any other [`ChainError`].
    pub async fn head_blocks(&self, from: u64, to: u64) -> Result<Vec<RawBlock>, ChainError> {
        let wanted = (from..=to).map(|number| (number, self.transactions)).collect::<Vec<_>>();
        self.head(self.client.wire_blocks(&wanted).await?).await
    }

    /// How the next range of a backfill is asked for, and how many blocks it has.
    fn next(&self) -> (Plan, u64) {
        let emitters = self.filter.emitters.as_ref();
        // of nobody in particular: by topics, at the pace that was set
        self.planner.next(emitters.map_or(0, Emitters::count))
    }
}
