//! Canonical blocks with their logs: ranges far below the head, single verified blocks near it.

mod assemble;
mod backfill;
mod fetch;
mod filter;
mod steer;

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use futures::Stream;

pub use filter::LogFilter;

use crate::{
    client::Client,
    error::ChainError,
    heads::Heads,
    raw::RawBlock,
    source::{fetch::Found, steer::Steer},
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
    steer: Arc<Steer>,
}

impl Source {
    /// A source. `range` is the number of blocks per request to begin with; it grows and shrinks with what the endpoint
    /// bears. `range` and `concurrency` below 1 count as 1.
    #[must_use]
    pub fn new(client: Client, filter: LogFilter, range: u64, concurrency: usize) -> Self {
        Self {
            client,
            filter: Arc::new(filter),
            concurrency: concurrency.max(1),
            transactions: false,
            steer: Arc::new(Steer::new(range)),
        }
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
        let blocks = self.client.wire_blocks(&wanted).await?;
        let headers = blocks.iter().map(Into::into).collect::<Vec<_>>();
        assemble::check_links(&headers)?;
        let mut found = Found::default();
        for header in self.logs_by_hash(&headers, &mut found).await? {
            // what the many could not bear is asked one by one
            let some = self.logs_of_block(header.number, Some(header.hash)).await?;
            found.add(some);
        }
        assemble::check_all(&found.logs, from, to)?;
        assemble::assemble(blocks, found, self.transactions)
    }
}
