//! What feeds said last, by the closes of their candles; of those that keep single values by these.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use alloy_primitives::B256;
use domain::{
    candle::Resolution,
    decimal::Decimal,
    market::{Asset, Feed, Last, Millis, Observation, Source, Span, gaps::next_after},
};
use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _, future::BoxFuture, stream};
use store::{
    StoreError,
    market::{BarQuery, MarketReader, StoredBar},
};

use crate::market::book::{Token, TokenFeed};

/// Questions asked at once.
const TOGETHER: usize = 8;

/// The end of a candle, its length in seconds, and its close.
type Close = (Millis, u64, Decimal);

/// The closes of all feeds, up to a time that moves on.
#[derive(Debug)]
pub(super) struct Closes {
    resolutions: Vec<Resolution>,
    feeds: BTreeMap<(Asset, Feed), Closed>,
}

#[derive(Debug, Default)]
struct Closed {
    /// After the time, ascending.
    next: VecDeque<Close>,
    last: Option<Last>,
}

impl Closes {
    /// Of candles of a minute, and of this length.
    pub(super) fn new(resolution: Resolution) -> Self {
        let mut resolutions = vec![Resolution::M1, resolution];
        resolutions.dedup();
        Self { resolutions, feeds: BTreeMap::new() }
    }

    /// Adds the candles that begin in a span, which follows the one before.
    pub(super) async fn load(
        &mut self,
        reader: &MarketReader,
        tokens: &[&Token],
        span: Span,
    ) -> Result<(), StoreError> {
        let asked: Vec<BarQuery> = tokens
            .iter()
            .flat_map(|token| self.resolutions.iter().map(|resolution| (token.asset, *resolution)))
            .map(|(asset, resolution)| {
                let Span { from, to } = span;
                BarQuery { asset, resolution, from, to, feed: None, limit: u32::MAX }
            })
            .collect();
        let asked = asked.into_iter().map(|query| async move {
            let found: Vec<StoredBar> = reader.bars(&query).await?;
            Ok::<_, StoreError>((query, found))
        });
        let mut asked = stream::iter(asked).buffer_unordered(TOGETHER);
        let mut touched = BTreeSet::new();
        while let Some((BarQuery { asset, resolution, .. }, found)) = asked.try_next().await? {
            for StoredBar { feed, bar, .. } in found {
                let close = (next_after(resolution, bar.start), resolution.seconds(), bar.close);
                let key = (asset, feed);
                self.feeds.entry(key.clone()).or_default().next.push_back(close);
                touched.insert(key);
            }
        }
        for observation in values(reader, tokens, span).await? {
            let Observation { asset, feed, source_time, value, .. } = observation;
            let key = (asset, feed);
            self.feeds.entry(key.clone()).or_default().next.push_back((source_time, 0, value));
            touched.insert(key);
        }
        for key in touched {
            let Some(closed) = self.feeds.get_mut(&key) else { continue };
            // of two that end at once the shorter one counts
            closed.next.make_contiguous().sort_by_key(|(end, seconds, _)| (*end, *seconds));
        }
        Ok(())
    }

    /// When candles of these tokens end, after the time.
    pub(super) fn ends(&self, assets: &BTreeSet<Asset>) -> BTreeSet<Millis> {
        let of = self.feeds.iter().filter(|((asset, _), _)| assets.contains(asset));
        of.flat_map(|(_, closed)| closed.next.iter().map(|(end, ..)| *end)).collect()
    }

    /// Goes on to a time.
    pub(super) fn advance(&mut self, to: Millis) {
        for closed in self.feeds.values_mut() {
            while let Some((end, _, value)) = closed.next.front().copied()
                && end <= to
            {
                closed.next.pop_front();
                closed.last = Some(match closed.last {
                    Some(last) if last.time >= end => last,
                    Some(last) => last.then(value, end),
                    None => Last::first(value, end),
                });
            }
        }
    }

    /// What a feed of a token had said last.
    pub(super) fn said(&self, token: &Token, of: &TokenFeed) -> Option<(Observation, Last)> {
        let last = self.feeds.get(&(token.asset, of.feed.clone()))?.last?;
        let said = Observation {
            asset: token.asset,
            quote: of.quote,
            value: last.value,
            feed: of.feed.clone(),
            source_time: last.time,
            fetched_at: last.time,
            confidence: None,
            liquidity: None,
            raw: B256::ZERO,
        };
        Some((said, last))
    }
}

/// What those feeds said that keep single values: of exchanges each minute's close stands for what they say.
async fn values(
    reader: &MarketReader,
    tokens: &[&Token],
    Span { from, to }: Span,
) -> Result<Vec<Observation>, StoreError> {
    let keeps = |feed: &Feed| {
        matches!(feed.source, Source::Chainlink | Source::DefiLlama | Source::CoinGecko)
    };
    let mut asked: Vec<BoxFuture<'_, _>> = Vec::new();
    for token in tokens {
        for of in token.feeds.iter().filter(|of| keeps(&of.feed)) {
            // boxed: callers that box this in turn could not show it to be sendable otherwise
            asked.push(reader.observations(&token.asset, &of.feed, (from, to), u32::MAX).boxed());
        }
    }
    let found: Vec<Vec<Observation>> =
        stream::iter(asked).buffer_unordered(TOGETHER).try_collect().await?;
    Ok(found.into_iter().flatten().collect())
}
