//! Logs of a range of blocks, in as many parts as the endpoints want.

use std::{collections::HashSet, time::Duration};

use alloy_primitives::{Address, B256};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use tokio::time::Instant;

use crate::{
    error::ChainError,
    phrases::{Suggestion, suggestion},
    raw::{RawBlock, RawTransaction},
    source::{
        Range, Source, assemble,
        emitters::Emitters,
        filter::{Query, span},
        plan::{Brought, Plan},
        steer::GOOD_LOGS,
        tally::Tally,
    },
    wire::WireLog,
};

#[cfg(test)]
mod tests;

/// Queries of one range under way at once.
const QUERIES: usize = 4;

/// Logs of one range; one that has more ends earlier.
const MOST_LOGS: usize = 4 * GOOD_LOGS;

/// What was found: logs, and the transactions of blocks whose receipts were read.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) logs: Vec<WireLog>,
    pub(super) transactions: Vec<(B256, RawTransaction)>,
}

impl Found {
    pub(super) fn add(&mut self, other: Self) {
        if self.logs.is_empty() {
            self.logs = other.logs;
        } else {
            self.logs.extend(other.logs);
        }
        self.transactions.extend(other.transactions);
    }
}

/// A range as far as it can be known before its turn: contracts that ranges before it announce may still be missing.
#[derive(Debug)]
pub(super) struct Fetched {
    range: Range,
    plan: Plan,
    /// Which emitters were known when it was asked for.
    mark: usize,
    /// Logs of nobody known, put aside.
    strangers: Vec<WireLog>,
}

impl Fetched {
    /// Logs held.
    pub(super) fn logs(&self) -> usize {
        let kept = self.range.blocks.iter().map(|block| block.logs.len()).sum::<usize>();
        kept + self.strangers.len()
    }
}

impl Source {
    /// One range, but for what ranges before it may announce; as much of it as a bounded number of logs fills.
    pub(super) async fn fetch(
        &self,
        from: u64,
        to: u64,
        plan: Plan,
    ) -> Result<Fetched, ChainError> {
        let tally = Tally::new(to, MOST_LOGS);
        let fixed = self.filter.fixed(self.planner.addresses());
        let mut found = self.ask_all(fixed, from, plan, &tally).await?;
        let (mut mark, mut strangers) = (0, Vec::new());
        if let Some(emitters) = &self.filter.emitters {
            emitters.learn(&found.logs);
            let (addresses, after) = emitters.from(0, to);
            mark = after;
            let queries = match plan {
                Plan::ByTopic => self.filter.of_anybody().into_iter().collect(),
                Plan::ByAddress => {
                    let mut addresses = addresses.iter().map(|one| one.address).collect::<Vec<_>>();
                    addresses.sort_unstable();
                    addresses.dedup();
                    self.filter.of_emitters(&addresses, self.planner.addresses())
                }
            };
            let Found { logs, transactions } = self.ask_all(queries, from, plan, &tally).await?;
            let (ours, others) = emitters.split(logs);
            strangers = others;
            found.add(Found { logs: ours, transactions });
        } else if let Some(query) = self.filter.of_anybody() {
            found.add(self.ask_all(vec![query], from, plan, &tally).await?);
        }
        let (time, refused, to) = tally.read();
        found.logs.retain(|log| log.place().0 <= to);
        strangers.retain(|log| log.place().0 <= to);
        self.planner.brought(Brought {
            plan,
            blocks: to - from + 1,
            kept: found.logs.len(),
            strangers: strangers.len(),
            time,
            refused,
        });
        if plan == Plan::ByAddress {
            // said before their announcement: nobody's
            strangers = Vec::new();
        }
        let blocks = self.under_headers(found, Some(to)).await?;
        Ok(Fetched { range: Range { from, to, blocks }, plan, mark, strangers })
    }

    /// Completes a range: every range before it was fetched, so all that was announced is known.
    pub(super) async fn settle(&self, fetched: Fetched) -> Result<Range, ChainError> {
        let Fetched { mut range, plan, mark, strangers } = fetched;
        let Some(emitters) = &self.filter.emitters else { return Ok(range) };
        let (late, _) = emitters.from(mark, range.to);
        let Some(since) = late.iter().map(|one| one.since).min() else {
            self.planner.late(0);
            return Ok(range);
        };
        let late = late.iter().map(|one| one.address).collect::<HashSet<_>>();
        let found = match plan {
            Plan::ByTopic => {
                let theirs = strangers.into_iter().filter(|log| late.contains(&log.address));
                Found { logs: emitters.split(theirs.collect()).0, ..Found::default() }
            }
            Plan::ByAddress => {
                self.of_late(emitters, late, (range.from.max(since), range.to)).await?
            }
        };
        if !found.logs.is_empty() {
            merge(&mut range.blocks, self.under_headers(found, None).await?)?;
        }
        Ok(range)
    }

    async fn of_late(
        &self,
        emitters: &Emitters,
        late: HashSet<Address>,
        span: (u64, u64),
    ) -> Result<Found, ChainError> {
        let mut late = late.into_iter().collect::<Vec<_>>();
        late.sort_unstable();
        let queries = self.filter.of_emitters(&late, self.planner.addresses());
        self.planner.late(queries.len());
        let tally = Tally::new(span.1, usize::MAX);
        let mut found = self.ask_all(queries, span.0, Plan::ByAddress, &tally).await?;
        found.logs = emitters.split(found.logs).0;
        Ok(found)
    }

    /// Logs under their headers; and the header of `last`, also when it has none.
    async fn under_headers(
        &self,
        found: Found,
        last: Option<u64>,
    ) -> Result<Vec<RawBlock>, ChainError> {
        let mut wanted =
            found.logs.iter().map(|log| (log.place().0, self.transactions)).collect::<Vec<_>>();
        wanted.dedup();
        wanted.sort_unstable();
        wanted.dedup();
        if let Some(last) = last
            && wanted.last().is_none_or(|(number, _)| *number < last)
        {
            wanted.push((last, false));
        }
        let blocks = self.client.wire_blocks(&wanted).await?;
        assemble::assemble(blocks, found, self.transactions)
    }

    /// The answers to these questions, up to where the tally says.
    async fn ask_all(
        &self,
        queries: Vec<Query>,
        from: u64,
        plan: Plan,
        tally: &Tally,
    ) -> Result<Found, ChainError> {
        let parts = queries.into_iter().map(|query| self.ask(query, from, plan, tally));
        stream::iter(parts)
            .buffered(QUERIES)
            .try_fold(Found::default(), |mut all, part| async move {
                all.add(part);
                tally.cut(from, &mut all.logs);
                Ok(all)
            })
            .await
    }

    /// The answer to one question, in as many parts as it takes.
    async fn ask(
        &self,
        query: Query,
        from: u64,
        plan: Plan,
        tally: &Tally,
    ) -> Result<Found, ChainError> {
        let (first, to) = (from, tally.read().2);
        let mut all = Found::default();
        // a stack instead of recursion: parts are taken in order
        let mut open = vec![(query, from, to)];
        while let Some((query, from, to)) = open.pop() {
            let started = Instant::now();
            match self.client.logs(&query.json(&span(from, to)), to).await {
                Ok(logs) => {
                    tally.note(started.elapsed(), false);
                    self.planner.addresses_taken(query.addresses.len());
                    assemble::check_all(&logs, from, to)?;
                    all.add(Found { logs, ..Found::default() });
                    let rest = open.iter().map(|(_, from, _)| *from).min();
                    if all.logs.len() > tally.most
                        && let Some(rest) = rest.filter(|rest| *rest > first)
                    {
                        tally.ends_at(rest - 1);
                        break;
                    }
                }
                Err(ChainError::TooLarge(message)) if from < to => {
                    let middle = first_part(from, to, &message);
                    let allowed = middle - from + 1;
                    tracing::debug!(from, to, allowed, message, "asking for less");
                    tally.note(Duration::ZERO, true);
                    let steer = self.planner.steer(plan);
                    steer.refused(to - from + 1, Some(allowed));
                    if let Some(Suggestion::Blocks(blocks)) = suggestion(&message) {
                        steer.is_limited_to(blocks);
                    }
                    open.push((query.clone(), middle + 1, to));
                    open.push((query, from, middle));
                }
                Err(ChainError::TooLarge(message)) => {
                    tracing::debug!(block = from, message, "one block is too large");
                    all.add(self.logs_of_block(from, None, &[query]).await?);
                }
                Err(ChainError::Refused(message)) => {
                    let Some(halves) = query.halves_of_addresses() else {
                        return Err(ChainError::Refused(message));
                    };
                    let addresses = query.addresses.len();
                    tracing::debug!(addresses, message, "naming fewer addresses");
                    self.planner.addresses_refused(addresses);
                    open.extend(halves.map(|half| (half, from, to)));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }
}

/// Adds what was found late to a range's blocks.
fn merge(blocks: &mut Vec<RawBlock>, late: Vec<RawBlock>) -> Result<(), ChainError> {
    for mut new in late {
        let number = new.header.number;
        match blocks.binary_search_by_key(&number, |block| block.header.number) {
            Err(place) => blocks.insert(place, new),
            Ok(place) => {
                let Some(block) = blocks.get_mut(place) else { continue };
                if block.header != new.header {
                    let text = format!("block {number} was replaced meanwhile");
                    return Err(ChainError::Inconsistent(text));
                }
                block.logs.append(&mut new.logs);
                block.logs.sort_by_key(|log| log.log_index);
                block.logs.dedup_by_key(|log| log.log_index);
                block.transactions.append(&mut new.transactions);
                // what came from receipts knows more: it stays
                block.transactions.sort_by_key(|one| (one.index, one.hash, one.gas_used.is_none()));
                block.transactions.dedup_by_key(|one| (one.index, one.hash));
            }
        }
    }
    assemble::check_links(&blocks.iter().map(|block| block.header).collect::<Vec<_>>())
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
