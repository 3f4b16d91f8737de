//! What a backfill will cost, before it is begun: some spans of blocks, evenly spread over the chain, are fetched and
//! decoded as the indexer would do it, and what was found there is extrapolated.
//!
//! Figures are shares of a whole that nobody has seen, so they are floats, and each has a range: three standard errors
//! of the spans' mean, and what the way of asking leaves open. Nothing is written.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use chain::{
    ChainError, Client,
    source::{LogFilter, Source},
};
use futures::TryStreamExt as _;
use tokio::time::timeout;

use crate::{config::IndexerConfig, contracts};

mod count;
mod span;
#[cfg(test)]
mod tests;

pub use span::{Figure, spans};

/// Spans that are looked at.
const SPANS: u64 = 12;
/// Longest look at one of them; an endpoint that has it answers sooner.
const PATIENCE: Duration = Duration::from_secs(90);
/// Blocks and logs of an answer once the indexer knows what the endpoint bears.
const MOST_BLOCKS: f64 = 100_000.0;
const GOOD_LOGS: f64 = 5_000.0;
/// What the bench of the README measured, and what chains with fewer or more pools per event come to: bytes on disk.
pub const BYTES_PER_EVENT: Figure = Figure { low: 350.0, likely: 796.0, high: 1_400.0 };
/// Events per second that a machine of two cores folds and stores at least.
const EVENTS_PER_SECOND: f64 = 15_000.0;

/// What is expected of a backfill.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// First block that would be fetched.
    pub from: u64,
    /// The newest one.
    pub head: u64,
    /// Blocks that were looked at.
    pub looked_at: u64,
    /// Events that would be stored.
    pub events: Figure,
    /// The same by kind.
    pub kinds: BTreeMap<&'static str, Figure>,
    /// Calls, by method; where they are batched a request has several.
    pub calls: BTreeMap<&'static str, Figure>,
    /// Hours.
    pub hours: Figure,
    /// Bytes on disk.
    pub bytes: Figure,
    /// Spans that the endpoint did not give, and why.
    pub gaps: Vec<(u64, u64, String)>,
}

/// What one span showed.
#[derive(Debug, Default)]
struct Seen {
    blocks: u64,
    kinds: BTreeMap<&'static str, u64>,
    calls: BTreeMap<&'static str, u64>,
    seconds: f64,
}

/// Looks at the chain from a block on, `bytes` being those of a stored event.
///
/// # Errors
/// [`ChainError`] when the endpoint gives nothing at all.
pub async fn estimate(
    config: &IndexerConfig,
    client: &Client,
    from: u64,
    bytes: Figure,
) -> Result<Estimate, ChainError> {
    let head = client.latest_block().await?.number;
    let blocks = (head + 1).saturating_sub(from);
    let (mut seen, mut gaps, mut fault) = (Vec::new(), Vec::new(), None);
    for (first, last) in spans(from, head, SPANS, config.range) {
        let look = timeout(PATIENCE, look(config, client, first, last)).await;
        match look.unwrap_or_else(|_| Err(silent())) {
            Ok(span) => seen.push(span),
            Err(error) => {
                gaps.push((first, last, error.to_string()));
                fault = Some(error);
            }
        }
    }
    if let (true, Some(fault)) = (seen.is_empty(), fault) {
        return Err(fault);
    }
    Ok(extrapolate(config, (from, head, blocks), &seen, gaps, bytes))
}

fn silent() -> ChainError {
    ChainError::Unavailable(format!("no answer in {} s", PATIENCE.as_secs()))
}

/// Fetches one span as the indexer would.
async fn look(
    config: &IndexerConfig,
    client: &Client,
    first: u64,
    last: u64,
) -> Result<Seen, ChainError> {
    // whose logs they are shows afterwards: which pools there are is not known yet
    let filter = LogFilter { emitters: None, ..contracts::filter(config) };
    let source = Source::new(client.clone(), filter, last - first + 1, 1)
        .with_transactions(config.transactions);
    let (before, begun) = (calls(client), Instant::now());
    let ranges: Vec<_> = source.backfill(first, last).try_collect().await?;
    let seconds = begun.elapsed().as_secs_f64();
    let mut made = calls(client);
    for (method, count) in &mut made {
        *count -= before.get(method).copied().unwrap_or_default();
    }
    let raw = ranges.into_iter().flat_map(|range| range.blocks).collect();
    let kinds = count::kinds(config, client, raw).await?;
    Ok(Seen { blocks: last - first + 1, kinds, calls: made, seconds })
}

/// Calls of the client so far, by method.
fn calls(client: &Client) -> BTreeMap<&'static str, u64> {
    let mut all = BTreeMap::new();
    for endpoint in client.stats() {
        for ((method, _), count) in endpoint.counts {
            *all.entry(method).or_default() += count.calls;
        }
    }
    all
}

fn extrapolate(
    config: &IndexerConfig,
    (from, head, blocks): (u64, u64, u64),
    seen: &[Seen],
    gaps: Vec<(u64, u64, String)>,
    bytes: Figure,
) -> Estimate {
    let figure = |of: &dyn Fn(&Seen) -> f64| {
        let spans: Vec<_> = seen.iter().map(|seen| (seen.blocks, of(seen))).collect();
        Figure::extrapolate(&spans, blocks)
    };
    let names = |of: fn(&Seen) -> &BTreeMap<&'static str, u64>| {
        let mut names: Vec<_> = seen.iter().flat_map(|seen| of(seen).keys().copied()).collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    let of = |counts: &BTreeMap<&'static str, u64>, name: &str| {
        span::float(counts.get(name).copied().unwrap_or_default())
    };
    let kinds: BTreeMap<_, _> = names(|seen| &seen.kinds)
        .into_iter()
        .map(|kind| (kind, figure(&|seen| of(&seen.kinds, kind))))
        .collect();
    let events = figure(&|seen| seen.kinds.values().map(|count| span::float(*count)).sum());
    let mut calls: BTreeMap<_, _> = names(|seen| &seen.calls)
        .into_iter()
        .map(|method| (method, figure(&|seen| of(&seen.calls, method))))
        .collect();
    if let Some(logs) = calls.get_mut("eth_getLogs") {
        // ranges grow as long as answers are small and fast
        let fewest = span::float(blocks) / MOST_BLOCKS + events.low / GOOD_LOGS;
        logs.low = logs.low.min(fewest);
    }
    let pools = kinds.get(count::POOLS).copied().unwrap_or_default();
    let most = 2.0 * span::float(abis::metadata::CALLS as u64);
    let tokens =
        Figure { low: pools.low, likely: pools.likely * most / 2.0, high: pools.high * most };
    let asked = calls.entry("eth_call").or_default();
    *asked = asked.plus(tokens);
    calls.retain(|_, figure| figure.high > 0.0);
    let one_by_one = figure(&|seen| seen.seconds);
    let together = span::float(config.concurrency as u64);
    let hours = Figure {
        low: one_by_one.low / together,
        likely: one_by_one.likely / together,
        high: one_by_one.high,
    };
    let hours = hours.at_least(events.times(1.0 / EVENTS_PER_SECOND)).times(1.0 / 3_600.0);
    let looked_at = seen.iter().map(|seen| seen.blocks).sum();
    let bytes = events.by(bytes);
    Estimate { from, head, looked_at, events, kinds, calls, hours, bytes, gaps }
}
