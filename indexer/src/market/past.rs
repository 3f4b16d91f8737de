//! Sheets of the past, made of candles: what the policy would have said at the end of each of their periods.
//!
//! - A candle's close is the word of its feed at the candle's end. All else is as by the clock: quote currencies, heartbeats,
//!   outliers, the order of ranks.
//! - What was known is never changed: a sheet of the past is a version that is known since now. And it never says less than
//!   what stands there: a price that was fresh then stays; one that was stale or missing gives way to a better one.
//! - So each may be made twice, and says nothing new the second time. Which candles have no sheets yet is noted before they
//!   are stored: who is interrupted makes them next time.
//! - A day of closes, some hundred sheets and one stored document are in memory.

use std::{collections::BTreeSet, time::Duration};

use domain::{
    candle::Resolution,
    market::{
        Asset, Feed, Millis, Quote, Span,
        gaps::{next_after, united},
    },
};
use store::{
    StoreError,
    market::{BarSeries, JobLease},
};

use self::walk::Walk;
use super::{
    book::{Book, Token},
    collector::Collector,
};

mod closes;
mod known;
mod walk;

/// The right to make them: two at once would each miss what the other found.
const LEASE: &str = "past";
/// It runs out so long after its holder fell silent.
const TTL: Duration = Duration::from_secs(120);
/// Between two questions for it.
const LOOK: Duration = Duration::from_millis(250);
const DAY: Millis = 86_400_000;
/// After so much time it is noted how far it is, in milliseconds.
const PORTION: Millis = 30 * DAY;

impl Collector {
    /// Makes the sheets of those candles and values of these tokens that have none yet. How many there are that were not
    /// there before, or say something better now.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers; what is left is made next time.
    pub async fn past_sheets(
        &self,
        of: &[(Asset, Vec<Feed>)],
        resolution: Resolution,
    ) -> Result<u64, StoreError> {
        let reader = self.market().reader();
        let mut due: Vec<(BarSeries, Vec<Span>)> = Vec::new();
        for (asset, feeds) in of {
            for feed in feeds {
                let series = BarSeries { asset: *asset, feed: feed.clone(), resolution };
                let spans = reader.due(&series).await?;
                if !spans.is_empty() {
                    due.push((series, spans));
                }
            }
        }
        if due.is_empty() {
            return Ok(0);
        }
        let mut lease = self.right_to_past().await?;
        let assets: BTreeSet<Asset> = due.iter().map(|(series, _)| series.asset).collect();
        let targets = targets(self.book(), &assets);
        let chains: BTreeSet<u64> = targets.iter().map(|asset| asset.chain).collect();
        let all: Vec<Span> = due.iter().flat_map(|(_, spans)| spans.iter().copied()).collect();
        let mut made = 0;
        for span in united(&all).into_iter().flat_map(|span| portions(span, resolution)) {
            for chain in &chains {
                let mut walk = Walk::new(self, *chain, &targets, resolution, span).await?;
                while walk.day().await? {
                    if !lease.renew().await? {
                        lease = self.right_to_past().await?;
                    }
                }
                made += walk.made();
            }
            for (series, _) in &due {
                self.market().clear_due(series, span).await?;
            }
        }
        if let Err(error) = lease.release().await {
            tracing::debug!(%error, "the right to make sheets of the past was not given back, it runs out");
        }
        Ok(made)
    }

    async fn right_to_past(&self) -> Result<JobLease, StoreError> {
        loop {
            if let Some(lease) = self.market().acquire_job(LEASE, TTL).await? {
                return Ok(lease);
            }
            self.clock().sleep(LOOK).await;
        }
    }
}

/// Whose prices may change: the tokens, and those that are counted in them.
fn targets(book: &Book, assets: &BTreeSet<Asset>) -> BTreeSet<Asset> {
    let mut all = assets.clone();
    // quote currencies stand before what is counted in them
    for token in book.tokens() {
        if quotes(token).any(|asset| all.contains(&asset)) {
            all.insert(token.asset);
        }
    }
    all
}

/// The tokens whose candles are needed for the prices of these, quote currencies first.
fn inputs<'a>(book: &'a Book, targets: &BTreeSet<Asset>) -> Vec<&'a Token> {
    let mut needed = targets.clone();
    for token in book.tokens().iter().rev() {
        if needed.contains(&token.asset) {
            needed.extend(quotes(token));
        }
    }
    book.tokens().iter().filter(|token| needed.contains(&token.asset)).collect()
}

fn quotes(token: &Token) -> impl Iterator<Item = Asset> {
    token.feeds.iter().filter_map(|of| match of.quote {
        Quote::Usd => None,
        Quote::Asset(asset) => Some(asset),
    })
}

/// A span in parts that each begin where a candle can.
fn portions(span: Span, resolution: Resolution) -> Vec<Span> {
    let (mut parts, mut from) = (Vec::new(), span.from);
    while from < span.to {
        let end = from.saturating_add(PORTION);
        let end = next_after(resolution, domain::market::gaps::start_of(resolution, end));
        let to = if end <= from { span.to } else { end.min(span.to) };
        parts.push(Span { from, to });
        from = to;
    }
    parts
}

#[cfg(test)]
mod tests;
