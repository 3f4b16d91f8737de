//! Reading candles.

use std::collections::BTreeMap;

use bson::{RawDocumentBuf, doc};
use domain::{
    candle::Resolution,
    market::{Bar, Millis, Quote, Source, candles::merge, gaps},
};
use futures::TryStreamExt as _;

use super::{BarQuery, BarSeries, COLLECTION, StoredBar, bucket_start, pack, write};
use crate::{
    documents::end_of,
    error::StoreError,
    market::{
        MarketReader,
        chunk::{corrupt, packed, unreadable},
        key,
    },
};

/// Documents fetched at once.
const BATCH: u32 = 16;
/// Documents that one question may look through: each holds hundreds of candles.
const DOCUMENTS: usize = 1_500;

impl MarketReader {
    /// The stored candles of exactly this resolution, ascending, of one period by rank of their sources.
    ///
    /// # Errors
    /// [`StoreError::TooMuch`] when they lie too far apart; retryable when no server answers.
    pub async fn bars(&self, query: &BarQuery) -> Result<Vec<StoredBar>, StoreError> {
        self.bars_of(query, None).await
    }

    /// The same of one source's feeds, or of all sources.
    pub(super) async fn bars_of(
        &self,
        query: &BarQuery,
        source: Option<Source>,
    ) -> Result<Vec<StoredBar>, StoreError> {
        let limit = query.limit as usize;
        let BarQuery { asset, resolution, from, to, .. } = query;
        if limit == 0 || from >= to {
            return Ok(Vec::new());
        }
        let seconds = key::resolution(*resolution);
        let first = write::from(asset, seconds, bucket_start(*resolution, *from));
        let last = write::from(asset, seconds, bucket_start(*resolution, to - 1));
        let mut cursor = self
            .collection::<RawDocumentBuf>(COLLECTION)
            .find(doc! { "_id": { "$gte": first, "$lt": end_of(&last) } })
            .sort(doc! { "_id": 1 })
            .batch_size(BATCH)
            .await?;
        let mut all: Vec<StoredBar> = Vec::new();
        let (mut bucket, mut documents) = (0, 0);
        while let Some(raw) = cursor.try_next().await? {
            let (start, found) = candles(&raw)?;
            // feeds of one bucket follow each other: with the next one all before it are complete
            if start != bucket && all.len() >= limit {
                break;
            }
            bucket = start;
            documents += 1;
            if documents > DOCUMENTS {
                let bound = format!("{DOCUMENTS} documents");
                return Err(StoreError::TooMuch { what: "reading candles", bound });
            }
            let wanted = |bar: &StoredBar| {
                (*from..*to).contains(&bar.bar.start)
                    && query.feed.as_ref().is_none_or(|feed| bar.feed == *feed)
                    && source.is_none_or(|source| bar.feed.source == source)
            };
            all.extend(found.into_iter().filter(wanted));
        }
        all.sort_by(|a, b| (a.bar.start, &a.feed).cmp(&(b.bar.start, &b.feed)));
        all.truncate(limit);
        Ok(all)
    }

    /// One candle per period, ascending, at most as many as the query says: that of the source with the highest rank that
    /// has one, be it stored in this resolution or made of shorter ones. The shorter ones of the next finer stored
    /// resolution are looked at only for periods that no coarser one has.
    ///
    /// # Errors
    /// Like [`MarketReader::bars`].
    pub async fn candles(&self, query: &BarQuery) -> Result<Vec<StoredBar>, StoreError> {
        self.candles_of(query, None).await
    }

    /// The same of one source only, whatever the others have; of all with `None`.
    ///
    /// # Errors
    /// Like [`MarketReader::bars`].
    pub async fn candles_of(
        &self,
        query: &BarQuery,
        source: Option<Source>,
    ) -> Result<Vec<StoredBar>, StoreError> {
        let wanted = query.resolution;
        let mut found: BTreeMap<Millis, StoredBar> = BTreeMap::new();
        let to = until(query);
        let finer = Resolution::ALL.into_iter().rev().filter(|resolution| *resolution <= wanted);
        for resolution in finer {
            let starts: Vec<Millis> = found.keys().copied().collect();
            let range = gaps::Span { from: query.from, to };
            let missing = gaps::gaps(range, wanted, &starts, &[]);
            let (Some(first), Some(last)) = (missing.first(), missing.last()) else { break };
            let part = BarQuery {
                resolution,
                from: first.from,
                to: last.to,
                limit: u32::MAX,
                ..query.clone()
            };
            let mut feeds: BTreeMap<_, (Quote, Vec<Bar>)> = BTreeMap::new();
            for StoredBar { feed, quote, bar } in self.bars_of(&part, source).await? {
                feeds.entry(feed).or_insert_with(|| (quote, Vec::new())).1.push(bar);
            }
            // by rank: who comes first stays
            let mut new: BTreeMap<Millis, StoredBar> = BTreeMap::new();
            for (feed, (quote, bars)) in feeds {
                for bar in merge(&bars, wanted) {
                    let feed = feed.clone();
                    new.entry(bar.start).or_insert(StoredBar { feed, quote, bar });
                }
            }
            for (start, bar) in new {
                found.entry(start).or_insert(bar);
            }
        }
        found.retain(|start, _| (query.from..to).contains(start));
        Ok(found.into_values().take(query.limit as usize).collect())
    }

    /// Start of the first period that has a candle, where [`MarketReader::candles_of`] finds it: for who stands before a
    /// long gap.
    ///
    /// # Errors
    /// Like [`MarketReader::bars`].
    pub async fn first_candle(
        &self,
        query: &BarQuery,
        source: Option<Source>,
    ) -> Result<Option<Millis>, StoreError> {
        let mut first: Option<Millis> = None;
        for resolution in Resolution::ALL.into_iter().filter(|finer| *finer <= query.resolution) {
            let to = first.unwrap_or(query.to);
            let part = BarQuery { resolution, to, limit: 1, ..query.clone() };
            let found = self.bars_of(&part, source).await?;
            first = found.first().map(|bar| bar.bar.start).or(first);
        }
        Ok(first.map(|first| gaps::start_of(query.resolution, first).max(query.from)))
    }

    /// When the candles of a series begin that are stored, within a span: from, and before. Ascending.
    ///
    /// # Errors
    /// Like [`MarketReader::bars`].
    pub async fn bar_starts(
        &self,
        series: &BarSeries,
        span: gaps::Span,
    ) -> Result<Vec<Millis>, StoreError> {
        let BarSeries { asset, feed, resolution } = series.clone();
        let gaps::Span { from, to } = span;
        let query = BarQuery { asset, resolution, from, to, feed: Some(feed), limit: u32::MAX };
        Ok(self.bars(&query).await?.into_iter().map(|bar| bar.bar.start).collect())
    }

    /// What is missing of a series within a span: neither stored nor answered.
    ///
    /// # Errors
    /// Like [`MarketReader::bars`].
    pub async fn bar_gaps(
        &self,
        series: &BarSeries,
        span: gaps::Span,
    ) -> Result<Vec<gaps::Span>, StoreError> {
        let (starts, answered) =
            tokio::try_join!(self.bar_starts(series, span), self.answered(series))?;
        Ok(gaps::gaps(span, series.resolution, &starts, &answered))
    }
}

/// The end of the periods that a query can give: candles that need not be looked for are not.
fn until(query: &BarQuery) -> Millis {
    let resolution = query.resolution;
    let periods = u64::from(query.limit).saturating_add(1);
    let most = periods.saturating_mul(resolution.seconds()).saturating_mul(1_000);
    // with gaps there are fewer periods than time: then the next page goes on
    query.to.min(query.from.saturating_add(most))
}

/// The candles of a document, and the start of its bucket.
fn candles(raw: &RawDocumentBuf) -> Result<(Millis, Vec<StoredBar>), StoreError> {
    let parts = || -> Result<_, bson::error::Error> {
        let id = raw.get_document("_id")?;
        Ok((id.get_i64("b")?, id.get_i32("s")?, id.get_str("f")?))
    };
    let (start, source, name) = parts().map_err(|error| corrupt(raw, &error.to_string()))?;
    let start = start.cast_unsigned();
    let (feed, quote) = (key::feed(COLLECTION, source, name)?, write::quote(raw)?);
    let bars = pack::unpack(start, packed(raw)?).map_err(|error| unreadable(raw, &error))?;
    let stored = |bar| StoredBar { feed: feed.clone(), quote, bar };
    Ok((start, bars.into_iter().map(stored).collect()))
}
