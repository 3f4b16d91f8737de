//! Canonical blocks with their logs: ranges far below the head, single verified blocks near it.

use alloy_primitives::{Address, B256, U64};
use domain::block::BlockRef;
use futures::{Stream, StreamExt, stream};
use serde_json::{Value, json};

use crate::{
    client::Client,
    error::ChainError,
    raw::{RawBlock, RawLog, WireLog},
};

#[cfg(test)]
mod tests;

/// Which logs to ask for: these topics from any address, and those topics from these addresses.
#[derive(Debug, Clone, Default)]
pub struct LogFilter {
    /// First topics asked of every address.
    pub any_address_topics: Vec<B256>,
    /// Contracts known beforehand.
    pub addresses: Vec<Address>,
    /// First topics asked of those contracts.
    pub topics: Vec<B256>,
}

impl LogFilter {
    fn queries(&self, span: &Value) -> Vec<Value> {
        let mut queries = Vec::new();
        if !self.any_address_topics.is_empty() {
            queries.push(merge(span, json!({ "topics": [self.any_address_topics] })));
        }
        if !self.addresses.is_empty() {
            queries
                .push(merge(span, json!({ "address": self.addresses, "topics": [self.topics] })));
        }
        queries
    }
}

fn merge(span: &Value, mut query: Value) -> Value {
    if let (Value::Object(query), Value::Object(span)) = (&mut query, span) {
        query.extend(span.clone());
    }
    query
}

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

/// Reads blocks of one chain.
#[derive(Debug, Clone)]
pub struct Source {
    client: Client,
    filter: LogFilter,
    /// Blocks per request to begin with.
    range: u64,
    /// Ranges fetched at the same time.
    concurrency: usize,
}

impl Source {
    /// A source. `range` and `concurrency` below 1 count as 1.
    #[must_use]
    pub fn new(client: Client, filter: LogFilter, range: u64, concurrency: usize) -> Self {
        Self { client, filter, range: range.max(1), concurrency: concurrency.max(1) }
    }

    /// The client underneath.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// Blocks `from..=to`, which must be final: fetched in parallel, handed on in order. Ends after the first error.
    pub fn backfill(
        &self,
        from: u64,
        to: u64,
    ) -> impl Stream<Item = Result<Range, ChainError>> + '_ {
        let starts = (from..=to).step_by(usize::try_from(self.range).unwrap_or(usize::MAX));
        let tasks = starts.map(move |start| {
            let end = start.saturating_add(self.range - 1).min(to);
            self.range(start, end)
        });
        stream::iter(tasks).buffered(self.concurrency)
    }

    /// One range; bisected where the endpoint finds it too large.
    async fn range(&self, from: u64, to: u64) -> Result<Range, ChainError> {
        let logs = self.range_logs(from, to).await?;
        let blocks = self.attach(from, to, logs).await?;
        Ok(Range { from, to, blocks })
    }

    async fn range_logs(&self, from: u64, to: u64) -> Result<Vec<WireLog>, ChainError> {
        let mut logs = Vec::new();
        // a stack instead of recursion: halves are taken in order
        let mut spans = vec![(from, to)];
        while let Some((from, to)) = spans.pop() {
            let span = json!({ "fromBlock": U64::from(from), "toBlock": U64::from(to) });
            let mut found = Vec::new();
            let mut too_large = false;
            for query in self.filter.queries(&span) {
                match self.client.logs(query).await {
                    Ok(part) => found.extend(part),
                    Err(ChainError::TooLarge(_)) if from < to => {
                        too_large = true;
                        break;
                    }
                    Err(error) => return Err(error),
                }
            }
            if too_large {
                let middle = from + (to - from) / 2;
                spans.extend([(middle + 1, to), (from, middle)]);
                continue;
            }
            for log in &found {
                check_log(log, from, to)?;
            }
            logs.extend(found);
        }
        Ok(logs)
    }

    /// Puts logs under their headers, and checks that they belong there.
    async fn attach(
        &self,
        from: u64,
        to: u64,
        logs: Vec<WireLog>,
    ) -> Result<Vec<RawBlock>, ChainError> {
        let mut numbers = logs.iter().map(|log| log.block_number.to::<u64>()).collect::<Vec<_>>();
        numbers.push(to);
        numbers.sort_unstable();
        numbers.dedup();
        let headers = self.client.blocks(&numbers).await?;
        debug_assert!(numbers.first() >= Some(&from));
        group(headers, logs)
    }

    /// Blocks `from..=to` near the head, each with its logs asked by the block's hash, so that no reorg in between goes
    /// unseen. The blocks link to each other; whether the first links to what is known is the caller's to check.
    ///
    /// # Errors
    /// [`ChainError::Inconsistent`] when the chain moved meanwhile: ask again. Any other [`ChainError`].
    pub async fn head_blocks(&self, from: u64, to: u64) -> Result<Vec<RawBlock>, ChainError> {
        let numbers = (from..=to).collect::<Vec<_>>();
        let headers = self.client.blocks(&numbers).await?;
        for pair in headers.windows(2) {
            if pair[1].parent_hash != pair[0].hash {
                return Err(ChainError::Inconsistent(format!(
                    "block {} left the chain meanwhile",
                    pair[0].number
                )));
            }
        }
        let queries = headers
            .iter()
            .flat_map(|header| self.filter.queries(&json!({ "blockHash": header.hash })))
            .collect::<Vec<_>>();
        let logs = self.client.logs_many(&queries).await?.into_iter().flatten().collect::<Vec<_>>();
        for log in &logs {
            check_log(log, from, to)?;
        }
        group(headers, logs)
    }
}

fn check_log(log: &WireLog, from: u64, to: u64) -> Result<(), ChainError> {
    let number = log.block_number.to::<u64>();
    if log.removed {
        return Err(ChainError::Inconsistent(format!(
            "a log of block {number} is marked as removed"
        )));
    }
    if !(from..=to).contains(&number) {
        return Err(ChainError::Inconsistent(format!(
            "asked for logs of {from} to {to}, got one of block {number}"
        )));
    }
    Ok(())
}

fn group(headers: Vec<BlockRef>, mut logs: Vec<WireLog>) -> Result<Vec<RawBlock>, ChainError> {
    logs.sort_by_key(|log| (log.block_number, log.log_index));
    logs.dedup_by_key(|log| (log.block_number, log.log_index));
    let mut logs = logs.into_iter().peekable();
    let mut blocks = Vec::with_capacity(headers.len());
    for header in headers {
        let mut mine = Vec::new();
        while let Some(log) = logs.next_if(|log| log.block_number.to::<u64>() == header.number) {
            if log.block_hash != header.hash {
                return Err(ChainError::Inconsistent(format!(
                    "block {} has hash {}, its log says {}",
                    header.number, header.hash, log.block_hash
                )));
            }
            mine.push(RawLog::try_from(log).map_err(ChainError::Inconsistent)?);
        }
        blocks.push(RawBlock { header, logs: mine });
    }
    match logs.next() {
        Some(log) => Err(ChainError::Inconsistent(format!(
            "a log of block {} has no header",
            log.block_number
        ))),
        None => Ok(blocks),
    }
}
