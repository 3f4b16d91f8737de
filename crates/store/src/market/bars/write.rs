//! Storing candles.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
};

use bson::{Document, RawDocument};
use domain::market::{Asset, Bar, Feed, Millis, Quote};

use super::{BarSeries, COLLECTION, bucket_start, pack};
use crate::{
    error::StoreError,
    market::{
        MarketWriter,
        chunk::{Edit, change, packed, unreadable},
        key::{self, AssetDoc},
    },
};

/// What became of candles that were stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PutBars {
    /// Those of periods that had none.
    pub new: u64,
    /// Those that say something else than what stood there, which they replace.
    pub changed: u64,
}

impl MarketWriter {
    /// Stores candles of one feed, in any order. What is there already stays; of a period that says something else now,
    /// the newer word counts.
    ///
    /// # Errors
    /// [`StoreError::Encode`] when the feed's candles are stored in another quote currency, or one begins within a minute;
    /// retryable when no server answers.
    pub async fn put_bars(
        &self,
        series: &BarSeries,
        quote: Quote,
        bars: &[Bar],
    ) -> Result<PutBars, StoreError> {
        let mut buckets: BTreeMap<Millis, BTreeMap<Millis, Bar>> = BTreeMap::new();
        for bar in bars {
            let start = bucket_start(series.resolution, bar.start);
            buckets.entry(start).or_default().insert(bar.start, *bar);
        }
        let buckets: Vec<Bucket<'_>> = buckets
            .into_iter()
            .map(|(start, bars)| {
                let (new, changed) = Default::default();
                Bucket { series, quote, start, bars, new, changed }
            })
            .collect();
        change(&self.collection(COLLECTION), &buckets).await?;
        Ok(PutBars {
            new: buckets.iter().map(|bucket| bucket.new.load(Ordering::Relaxed)).sum(),
            changed: buckets.iter().map(|bucket| bucket.changed.load(Ordering::Relaxed)).sum(),
        })
    }
}

/// What is new in one bucket.
struct Bucket<'a> {
    series: &'a BarSeries,
    quote: Quote,
    start: Millis,
    bars: BTreeMap<Millis, Bar>,
    /// Counted by the merge that was stored in the end.
    new: AtomicU64,
    changed: AtomicU64,
}

/// The `_id` of a bucket.
pub(super) fn id(asset: &Asset, resolution: i64, start: Millis, feed: &Feed) -> Document {
    key::with_feed(from(asset, resolution, start), feed)
}

/// The start of the ids of the buckets of all feeds.
pub(super) fn from(asset: &Asset, resolution: i64, start: Millis) -> Document {
    let mut id = key::of_asset(asset);
    id.insert("r", resolution);
    id.insert("b", key::millis(start));
    id
}

/// The quote currency of a stored bucket.
pub(super) fn quote(raw: &RawDocument) -> Result<Quote, StoreError> {
    let Some(stored) = raw.get("q").ok().flatten() else { return Ok(Quote::Usd) };
    let document = stored.as_document();
    let stored = document.map(|document| crate::documents::decode_doc(COLLECTION, document));
    Ok(AssetDoc::quote(stored.transpose()?))
}

impl Edit for Bucket<'_> {
    fn id(&self) -> Document {
        let BarSeries { asset, feed, resolution } = self.series;
        id(asset, key::resolution(*resolution), self.start, feed)
    }

    fn fields(&self) -> Document {
        let mut fields = Document::new();
        if let Some(asset) = AssetDoc::of_quote(&self.quote) {
            fields.insert("q", asset.bson());
        }
        fields
    }

    fn merged(&self, found: Option<&RawDocument>) -> Result<Vec<u8>, StoreError> {
        let encode = |why| StoreError::Encode { collection: COLLECTION, why };
        let mut all: BTreeMap<Millis, Bar> = BTreeMap::new();
        if let Some(raw) = found {
            if quote(raw)? != self.quote {
                let feed = &self.series.feed;
                let why = format!(
                    "candles of {} {} are stored in another quote currency; name the one they are in in the \
                     configuration, or use another database",
                    feed.source, feed.id
                );
                return Err(encode(why));
            }
            let stored = pack::unpack(self.start, packed(raw)?);
            let stored = stored.map_err(|error| unreadable(raw, &error))?;
            all.extend(stored.into_iter().map(|bar| (bar.start, bar)));
        }
        let (mut new, mut changed) = (0, 0);
        for (start, bar) in &self.bars {
            match all.insert(*start, *bar) {
                None => new += 1,
                Some(old) => changed += u64::from(old != *bar),
            }
        }
        self.new.store(new, Ordering::Relaxed);
        self.changed.store(changed, Ordering::Relaxed);
        pack::pack(self.start, all.values()).map_err(encode)
    }
}
