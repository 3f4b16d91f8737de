//! Candles from an HTTP server into the database, the real way, and what the database alone would take.

use std::sync::Arc;
use std::time::{Duration, Instant};

use alloy_primitives::Address;
use anyhow::{Context, Result, ensure};
use domain::candle::Resolution;
use domain::market::{Asset, Bar, Feed, Millis, Policy, Quote, Source, Span, door::Rules};
use futures::TryStreamExt as _;
use indexer::market::backfill::{Seller, Wanted};
use indexer::market::{Book, Collector, Parts, PriceMetrics, Token, TokenFeed};
use market::{Binance, Metrics, PriceSource, SourceConfig, SystemClock};
use market_fixture::{Api, Candle, PriceServer};
use mongodb::bson::{Document, RawDocumentBuf, doc};
use observe::Registry;
use serde::Serialize;
use store::market::BarQuery;

use crate::database::Server;

const SYMBOL: &str = "ETHUSDT";
const MINUTE: u64 = 60;
/// Documents in one call; more make no difference, fewer cost.
const BATCH: usize = 5_000;
/// So much that the rate never makes it wait: it is the machine that is measured.
const PER_MINUTE: u32 = 1_000_000;

/// Times of one round.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Filled {
    pub(super) candles: u64,
    /// From the first question to the source until the last candle can be read.
    pub(super) backfill: Duration,
    /// The source's pages, fetched and parsed.
    pub(super) fetch: Duration,
    /// One document per candle.
    pub(super) insert: Duration,
    /// The documents that the backfill left.
    pub(super) packed: Duration,
    pub(super) documents: u64,
    pub(super) read: Duration,
}

impl Filled {
    /// The one in the middle of each figure.
    pub(super) fn median(rounds: &[Self]) -> Result<Self> {
        let first = *rounds.first().context("nothing was measured")?;
        let middle = |of: fn(&Self) -> Duration| {
            let mut all: Vec<Duration> = rounds.iter().map(of).collect();
            all.sort_unstable();
            all.get(all.len() / 2).copied().unwrap_or_default()
        };
        Ok(Self {
            backfill: middle(|round| round.backfill),
            fetch: middle(|round| round.fetch),
            insert: middle(|round| round.insert),
            packed: middle(|round| round.packed),
            read: middle(|round| round.read),
            ..first
        })
    }
}

/// One round, on an empty database.
pub(super) async fn measure(server: &Server, candles: &[Candle]) -> Result<Filled> {
    let first = candles.first().context("no candles")?.start;
    let last = candles.last().context("no candles")?.start;
    let span = Span { from: first * 1_000, to: (last + MINUTE) * 1_000 };
    let source = PriceServer::start().await?;
    source.candles(Api::Binance, SYMBOL, MINUTE, candles.to_vec());
    let config = SourceConfig {
        base_url: Some(source.base(Api::Binance)),
        per_minute: Some(PER_MINUTE),
        ..SourceConfig::default()
    };
    let clock = Arc::new(SystemClock::new());
    let registry = Registry::new();
    let metrics = Metrics::new(&registry)?;
    let asked: Arc<dyn PriceSource> =
        Arc::new(Binance::new(&config, None, &metrics, Arc::clone(&clock) as _)?);

    let started = Instant::now();
    let bars = fetch(&*asked, span).await?;
    let fetched = started.elapsed();
    ensure!(bars.len() == candles.len(), "{} of {} candles", bars.len(), candles.len());

    let asset = Asset { chain: 1, address: Address::repeat_byte(1) };
    let feed = Feed { source: Source::Binance, id: SYMBOL.into() };
    let token = Token {
        asset,
        chain: "bench".to_owned(),
        symbol: "ETH".to_owned(),
        decimals: None,
        stable: false,
        feeds: vec![TokenFeed { feed: feed.clone(), quote: Quote::Usd }],
    };
    let parts = Parts {
        book: Book::new(vec![token])?,
        rules: Rules::default(),
        policy: Policy::default(),
        market: server.store.market(),
        metrics: PriceMetrics::new(&registry)?,
        clock,
    };
    let resolution = Resolution::M1;
    let wanted = Wanted { asset, resolution, span, sellers: vec![Seller { asked, feed }] };
    let reader = server.store.reader().market();
    let query = |from: Millis, limit| {
        let feed = None;
        BarQuery { asset, resolution, from, to: span.to, feed, limit }
    };
    let started = Instant::now();
    let filled = Collector::new(parts).backfill(&wanted, &|_| {}).await?;
    let newest = reader.candles(&query(last * 1_000, 1)).await?;
    let backfill = started.elapsed();
    ensure!(newest.len() == 1, "the last candle cannot be read");
    ensure!(filled.new == candles.len() as u64, "{filled:?} of {}", candles.len());

    let started = Instant::now();
    let read = reader.candles(&query(span.from, u32::MAX)).await?;
    let reading = started.elapsed();
    ensure!(read.iter().map(|stored| &stored.bar).eq(&bars), "other candles than were served");

    let stored: Vec<RawDocumentBuf> =
        server.raw("price_bars").find(doc! {}).await?.try_collect().await?;
    let single = bars.iter().map(single).collect::<Result<Vec<_>>>()?;
    Ok(Filled {
        candles: candles.len() as u64,
        backfill,
        fetch: fetched,
        insert: insert(server, "bare", &single).await?,
        packed: insert(server, "packed", &stored).await?,
        documents: stored.len() as u64,
        read: reading,
    })
}

async fn fetch(source: &dyn PriceSource, span: Span) -> Result<Vec<Bar>> {
    let (mut bars, mut from) = (Vec::new(), span.from);
    while from < span.to {
        let page = source.bars(SYMBOL, Resolution::M1, from, span.to).await?;
        ensure!(page.until > from, "the source does not move on");
        bars.extend(page.bars);
        from = page.until;
    }
    Ok(bars)
}

/// A candle as a document of its own, with an id that says whose it is.
fn single(bar: &Bar) -> Result<RawDocumentBuf> {
    let id: Document = doc! {
        "c": 1_i64, "a": Address::repeat_byte(1).to_string(), "s": "binance", "f": SYMBOL, "r": 60_i64,
        "t": i64::try_from(bar.start)?,
    };
    let document = doc! {
        "_id": id,
        "open": bar.open.to_string(),
        "high": bar.high.to_string(),
        "low": bar.low.to_string(),
        "close": bar.close.to_string(),
        "volume": bar.volume.map(|volume| volume.to_string()),
    };
    Ok(RawDocumentBuf::try_from(&document)?)
}

async fn insert(server: &Server, name: &str, documents: &[RawDocumentBuf]) -> Result<Duration> {
    let collection = server.raw(name);
    let started = Instant::now();
    for some in documents.chunks(BATCH) {
        collection.insert_many(some).await?;
    }
    Ok(started.elapsed())
}
