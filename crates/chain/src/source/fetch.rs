//! Logs of a range or of single blocks, in as many parts as the endpoints want.

use alloy_primitives::B256;
use domain::block::BlockRef;
use tokio::time::Instant;

use crate::{
    error::ChainError,
    phrases::{Suggestion, suggestion},
    raw::RawTransaction,
    source::{
        Range, Source, assemble,
        filter::{Query, by_hash, span},
    },
    wire::WireLog,
};

#[cfg(test)]
mod tests;

/// What was found: logs, and the transactions of blocks whose receipts were read.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) logs: Vec<WireLog>,
    pub(super) transactions: Vec<(B256, RawTransaction)>,
}

impl Found {
    pub(super) fn add(&mut self, other: Self) {
        self.logs.extend(other.logs);
        self.transactions.extend(other.transactions);
    }
}

impl Source {
    /// One range, whole.
    pub(super) async fn range(&self, from: u64, to: u64) -> Result<Range, ChainError> {
        let found = self.range_logs(from, to).await?;
        let mut wanted =
            found.logs.iter().map(|log| (log.place().0, self.transactions)).collect::<Vec<_>>();
        wanted.dedup();
        wanted.sort_unstable();
        wanted.dedup();
        if wanted.last().is_none_or(|(number, _)| *number < to) {
            wanted.push((to, false));
        }
        let blocks = self.client.wire_blocks(&wanted).await?;
        let blocks = assemble::assemble(blocks, found, self.transactions)?;
        Ok(Range { from, to, blocks })
    }

    async fn range_logs(&self, from: u64, to: u64) -> Result<Found, ChainError> {
        let queries = self.filter.queries();
        let mut all = Found::default();
        // a stack instead of recursion: parts are taken in order
        let mut spans = vec![(from, to)];
        while let Some((from, to)) = spans.pop() {
            let started = Instant::now();
            match self.span_logs(&queries, from, to).await {
                Ok(logs) => {
                    self.steer.answered(to - from + 1, logs.len(), started.elapsed());
                    assemble::check_all(&logs, from, to)?;
                    all.logs.extend(logs);
                }
                Err(ChainError::TooLarge(message)) if from < to => {
                    let middle = first_part(from, to, &message);
                    let allowed = middle - from + 1;
                    tracing::debug!(from, to, allowed, message, "asking for less");
                    self.steer.refused(to - from + 1, Some(allowed));
                    spans.extend([(middle + 1, to), (from, middle)]);
                }
                Err(ChainError::TooLarge(message)) => {
                    tracing::debug!(block = from, message, "one block is too large");
                    all.add(self.logs_of_block(from, None).await?);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }

    async fn span_logs(
        &self,
        queries: &[Query],
        from: u64,
        to: u64,
    ) -> Result<Vec<WireLog>, ChainError> {
        let mut found = Vec::new();
        for query in queries {
            let part = self.client.logs(&query.json(&span(from, to)), to).await?;
            if found.is_empty() {
                found = part;
            } else {
                found.extend(part);
            }
        }
        Ok(found)
    }

    /// Adds the logs of these blocks, asked by hash. Gives back those blocks whose logs are too many to ask for like this.
    pub(super) async fn logs_by_hash<'a>(
        &self,
        headers: &'a [BlockRef],
        found: &mut Found,
    ) -> Result<Vec<&'a BlockRef>, ChainError> {
        let queries = self.filter.queries();
        let filters = headers
            .iter()
            .flat_map(|header| queries.iter().map(|query| query.json(&by_hash(header.hash))))
            .collect::<Vec<_>>();
        let mut answers = self.client.logs_many(&filters).await?.into_iter();
        let mut too_large = Vec::new();
        for header in headers {
            let mut logs = Vec::new();
            let mut refused = false;
            for answer in answers.by_ref().take(queries.len()) {
                match answer {
                    Ok(part) => logs.extend(part),
                    Err(ChainError::TooLarge(_)) => refused = true,
                    Err(error) => return Err(error),
                }
            }
            if refused {
                too_large.push(header);
            } else {
                found.logs.extend(logs);
            }
        }
        Ok(too_large)
    }

    /// The logs of one block that cannot be had by one query: from its receipts, or where there are none, from smaller
    /// and smaller queries.
    pub(super) async fn logs_of_block(
        &self,
        number: u64,
        hash: Option<B256>,
    ) -> Result<Found, ChainError> {
        let hash = match hash {
            Some(hash) => hash,
            None => match self.client.block(number).await? {
                Some(block) => block.hash,
                None => return Err(ChainError::Missing(format!("block {number}"))),
            },
        };
        match self.client.receipts(hash).await {
            Ok(receipts) => {
                let mut found = Found::default();
                for mut receipt in receipts {
                    if receipt.block_hash != hash {
                        return Err(ChainError::Inconsistent(format!(
                            "asked for receipts of {hash}, got one of {}",
                            receipt.block_hash
                        )));
                    }
                    let logs = receipt.logs.take().unwrap_or_default();
                    let before = found.logs.len();
                    found.logs.extend(logs.into_iter().filter(|log| self.filter.matches(log)));
                    if found.logs.len() > before && self.transactions {
                        found.transactions.push((hash, receipt.transaction()?));
                    }
                }
                Ok(found)
            }
            Err(ChainError::Refused(_) | ChainError::TooLarge(_)) => self.in_parts(hash).await,
            Err(error) => Err(error),
        }
    }

    async fn in_parts(&self, hash: B256) -> Result<Found, ChainError> {
        let mut found = Found::default();
        let mut queries = self.filter.queries();
        while let Some(query) = queries.pop() {
            let filters = [query.json(&by_hash(hash))];
            match self.client.logs_many(&filters).await?.pop() {
                Some(Ok(logs)) => found.logs.extend(logs),
                Some(Err(ChainError::TooLarge(message))) => match query.halves() {
                    Some(halves) => queries.extend(halves),
                    None => return Err(ChainError::TooLarge(message)),
                },
                Some(Err(error)) => return Err(error),
                None => return Err(ChainError::Missing(format!("logs of {hash}"))),
            }
        }
        Ok(found)
    }
}

/// The last block of the first part that a refused range is cut into: what the refusal proposes where that helps, else
/// half.
fn first_part(from: u64, to: u64, message: &str) -> u64 {
    let proposed = match suggestion(message) {
        Some(Suggestion::Span { from: first, to: last }) if first == from => Some(last),
        // some count from elsewhere; the width is what counts
        Some(Suggestion::Span { from: first, to: last }) => Some(from.saturating_add(last - first)),
        Some(Suggestion::Blocks(blocks)) => Some(from.saturating_add(blocks - 1)),
        None => None,
    };
    proposed.filter(|last| (from..to).contains(last)).unwrap_or(from + (to - from) / 2)
}
