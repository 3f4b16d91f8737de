//! From what sources say to stored prices: every value through the door, the good ones stored, and of all of them a sheet
//! of prices.
//!
//! The truth is in the store: before a value is judged, and before a sheet is made, what other processes have stored
//! meanwhile is taken in. So several may collect at once, and a new one goes on where the last one ended.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use domain::{
    decimal::Decimal,
    market::{
        Asset, Bar, Feed, Millis, Policy, Price, Source,
        door::{self, Rules},
    },
};
use market::Clock;
use store::{
    StoreError,
    market::{BarSeries, MarketWriter, PutBars},
};
use tokio::sync::Mutex;

use super::{book::Book, metrics::PriceMetrics, pools::UsdOf};

mod accept;
mod board;
mod past;
mod sheet;

pub use accept::Tally;
use board::Board;

/// Why a candle is refused that has no numbers to be judged by.
pub(super) const UNREADABLE: &str = "unreadable";

/// What a collector is made of.
#[derive(Debug, Clone)]
pub struct Parts {
    /// The tokens.
    pub book: Book,
    /// What is a price.
    pub rules: Rules,
    /// Which price is believed.
    pub policy: Policy,
    /// Where it goes.
    pub market: MarketWriter,
    /// What is told of it.
    pub metrics: PriceMetrics,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
}

/// Takes in what sources say. Clones are the same one.
#[derive(Clone)]
pub struct Collector(Arc<Inner>);

struct Inner {
    parts: Parts,
    board: Mutex<Board>,
    /// Of the newest sheet.
    prices: RwLock<BTreeMap<Asset, Price>>,
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collector").field("book", &self.0.parts.book).finish_non_exhaustive()
    }
}

impl Collector {
    /// Knows nothing but what is stored.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        // from the first scrape on: an alert needs a zero to rise from
        for source in Source::ALL.into_iter().filter(|source| !parts.book.ids(*source).is_empty()) {
            let of_door = door::Rejected::ALL.map(door::Rejected::name);
            for reason in of_door.into_iter().chain([UNREADABLE]) {
                let labels = [source.name(), reason];
                parts.metrics.rejected.with_label_values(&labels).inc_by(0);
            }
            parts.metrics.observations.with_label_values(&[source.name()]).inc_by(0);
        }
        let (board, prices) = (Mutex::default(), RwLock::default());
        Self(Arc::new(Inner { parts, board, prices }))
    }

    /// The tokens.
    #[must_use]
    pub fn book(&self) -> &Book {
        &self.0.parts.book
    }

    /// Where prices are stored.
    #[must_use]
    pub fn market(&self) -> &MarketWriter {
        &self.0.parts.market
    }

    /// Its metrics.
    #[must_use]
    pub fn metrics(&self) -> &PriceMetrics {
        &self.0.parts.metrics
    }

    /// The rules by which prices are made.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.0.parts.policy
    }

    /// Unix time by its clock.
    #[must_use]
    pub fn now(&self) -> Millis {
        self.0.parts.clock.now()
    }

    /// Its clock.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.parts.clock
    }

    /// What a token is worth by others than our own pools, by the newest sheet of this process: what pools are priced by.
    #[must_use]
    pub fn usd(&self) -> UsdOf {
        let inner = Arc::downgrade(&self.0);
        Arc::new(move |asset| inner.upgrade()?.outside(asset))
    }

    /// Whether a sheet was made in this process.
    #[must_use]
    pub fn has_prices(&self) -> bool {
        !self.0.prices.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Stores candles of a feed for every token that it speaks of; those that cannot be are left out. Gives the starts of
    /// these, and what became of the others.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn bars(
        &self,
        asset: Asset,
        feed: &Feed,
        resolution: domain::candle::Resolution,
        bars: &[Bar],
    ) -> Result<(Vec<Millis>, PutBars), StoreError> {
        let Parts { book, rules, market, metrics, clock, .. } = &self.0.parts;
        let now = clock.now();
        let (mut good, mut refused) = (Vec::with_capacity(bars.len()), Vec::new());
        for bar in bars {
            match door::bar(bar, resolution, now, rules) {
                Ok(()) => good.push(*bar),
                Err(reason) => {
                    metrics.refused(feed.source, reason.name());
                    tracing::debug!(
                        source = %feed.source, feed = &*feed.id, start = bar.start, %reason,
                        "a candle is refused"
                    );
                    refused.push(bar.start);
                }
            }
        }
        let quote = book.hearing(feed).find(|(token, _)| token.asset == asset);
        let Some((_, quote)) = quote.filter(|_| !good.is_empty()) else {
            return Ok((refused, PutBars::default()));
        };
        let series = BarSeries { asset, feed: feed.clone(), resolution };
        Ok((refused, market.put_bars(&series, quote, &good).await?))
    }
}

impl Inner {
    fn outside(&self, asset: Asset) -> Option<Decimal> {
        let prices = self.prices.read().unwrap_or_else(PoisonError::into_inner);
        let price = prices.get(&asset)?;
        let spoken = price.sources.iter().any(|source| *source != Source::Pools);
        let now = self.parts.clock.now();
        let fresh = price.fresh_until.is_some_and(|until| now <= until);
        price.value.filter(|_| spoken && fresh)
    }
}
