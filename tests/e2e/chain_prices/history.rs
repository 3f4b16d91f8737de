//! A feed over two aggregators: what it says now, and what it said.

use std::{sync::Arc, time::Duration};

use alloy_primitives::{Address, I256};
use anyhow::{Context, Result, ensure};
use domain::{
    candle::Resolution,
    decimal::Decimal,
    market::{Asset, Feed, Policy, Quote, Source, Span, Status, door::Rules},
};
use futures::{FutureExt as _, future::BoxFuture};
use indexer::market::{
    Book, Collector, Parts, PriceMetrics, Token, TokenFeed,
    backfill::{Seller, Wanted},
    chainlink::Chainlink,
};
use market::{Clock, MarketError, PriceSource as _, Said};
use observe::Registry;
use store::{Embedded, EmbeddedOptions, Store, market::Known};
use tests::world::mongod;

use super::bench::{Bench, CHAIN, cents, ids, price, short};

const HOUR: u64 = 3_600;
/// Answers of the first phase: enough for the search to have something to halve.
const FIRST: usize = 40;
/// Answers of the second.
const SECOND: usize = 9;

/// A feed with a past: eight decimals, then eighteen, with rounds that were never answered and answers that are none.
struct Story {
    bench: Bench,
    proxy: Address,
    aggregators: [Address; 2],
    /// Every answer that is a price, with its time in seconds.
    truth: Vec<(u64, Decimal)>,
    /// When the answer was zero.
    zero: u64,
}

impl Story {
    async fn tell() -> Result<Self> {
        let bench = Bench::start().await?;
        let (proxy, first) = bench.feed(8).await?;
        let (mut truth, mut zero) = (Vec::new(), 0);
        for (round, value) in (0..FIRST).zip(100_000..) {
            if round % 7 == 3 {
                bench.feeds.skip(first).await?;
            }
            if round == 20 {
                for _ in 0..20 {
                    bench.feeds.skip(first).await?;
                }
                zero = bench.feeds.answer(first, I256::ZERO).await?;
            }
            truth.push((bench.feeds.answer(first, cents(value, 8)?).await?, price(value)));
        }
        let second = bench.feeds.aggregator(18).await?;
        bench.feeds.skip(second).await?;
        bench.feeds.confirm(proxy, second).await?;
        for value in (200_000..).take(SECOND) {
            truth.push((bench.feeds.answer(second, cents(value, 18)?).await?, price(value)));
        }
        // whom nobody reads any more
        bench.feeds.answer(first, cents(1, 8)?).await?;
        Ok(Self { bench, proxy, aggregators: [first, second], truth, zero })
    }

    fn id(&self) -> Result<Arc<str>> {
        ids(&[self.proxy]).pop().context("one was asked for")
    }

    fn reader(&self) -> Result<Chainlink> {
        self.bench.reader(&[(self.proxy, HOUR)], None)
    }
}

fn plain(said: &[Said]) -> Vec<(u64, Decimal)> {
    said.iter().map(|said| (said.time / 1_000, said.value)).collect()
}

#[tokio::test]
async fn a_new_aggregator_with_other_decimals_is_noticed_at_once() -> Result<()> {
    let bench = Bench::start().await?;
    let (proxy, first) = bench.feed(8).await?;
    let reader = bench.reader(&[(proxy, HOUR)], None)?;
    bench.feeds.answer(first, cents(7_700, 8)?).await?;
    ensure!(reader.now(&ids(&[proxy])).await?[0].value == price(7_700));
    let second = bench.feeds.aggregator(18).await?;
    bench.feeds.answer(second, cents(7_800, 18)?).await?;
    ensure!(reader.now(&ids(&[proxy])).await?[0].value == price(7_700), "not confirmed");
    bench.feeds.confirm(proxy, second).await?;
    for _ in 0..2 {
        ensure!(reader.now(&ids(&[proxy])).await?[0].value == price(7_800));
    }
    bench.chain.stop().await?;
    Ok(())
}

#[tokio::test]
async fn history_goes_over_both_phases_and_over_rounds_without_an_answer() -> Result<()> {
    let story = Story::tell().await?;
    let (reader, id) = (story.reader()?, story.id()?);
    let asked = std::slice::from_ref(&id);
    for window in story.truth.windows(2) {
        let [(from, value), (to, _)] = *window else { continue };
        // its own second, the last before the next one, and its last millisecond
        for time in [from * 1_000, to * 1_000 - 1] {
            if (story.zero * 1_000..to * 1_000).contains(&time) && from < story.zero {
                let found = reader.ask_at(asked, time).await?;
                ensure!(short(&found[0].1) == Err("not_positive"), "at {time}: {found:?}");
                continue;
            }
            let found = reader.at(asked, time).context("it keeps its past")?.await?;
            ensure!(plain(&found) == [(from, value)], "at {time}: {found:?}");
        }
    }
    let (first, _) = story.truth[0];
    let early = reader.ask_at(asked, first * 1_000 - 1).await?;
    ensure!(short(&early[0].1) == Err("not_yet"), "{early:?}");
    let (last, value) = story.truth[story.truth.len() - 1];
    story.bench.feeds.wait(2 * HOUR).await?;
    let late = (last + HOUR + super::bench::MARGIN) * 1_000;
    let found = reader.at(asked, late).context("it keeps its past")?.await?;
    ensure!(plain(&found) == [(last, value)], "as old as it may be: {found:?}");
    let stale = reader.ask_at(asked, late + 1_000).await?;
    ensure!(short(&stale[0].1) == Err("stale"), "{stale:?}");
    story.bench.chain.stop().await?;
    Ok(())
}

#[tokio::test]
async fn walked_rounds_and_logs_say_the_same() -> Result<()> {
    let story = Story::tell().await?;
    let (reader, id) = (story.reader()?, story.id()?);
    let end = story.bench.feeds.now().await? * 1_000 + 1;
    let whole = reader.walk(&id, 0, end, usize::MAX).await?;
    ensure!(plain(&whole.said) == story.truth, "{:?}", plain(&whole.said));
    ensure!(whole.until == end);
    let mut pages = Vec::new();
    let mut from = 0;
    while from < end {
        let page = reader.walk(&id, from, end, 7).await?;
        ensure!(page.said.len() <= 7 && page.until > from, "{page:?}");
        pages.extend(page.said);
        from = page.until;
    }
    ensure!(pages == whole.said, "page by page");
    let (from, to) = (story.truth[5].0, story.truth[FIRST + 2].0);
    let part = reader.points(&id, from * 1_000, to * 1_000).context("it keeps its past")?.await?;
    ensure!(plain(&part.said) == story.truth[5..FIRST + 2], "from on, before to");

    let head = story.bench.client()?.latest_block().await?.number;
    let logs = reader.logs(std::slice::from_ref(&id), 0, head).await?;
    ensure!(plain(&logs) == story.truth, "{:?}", plain(&logs));
    let unknown = reader.walk("1:0x00", 0, end, 1).await.unwrap_err();
    ensure!(matches!(unknown, MarketError::NotServed { .. }), "{unknown}");

    // an aggregator alone is a feed of one phase
    let alone = story.aggregators[1];
    let reader = story.bench.reader(&[(alone, HOUR)], None)?;
    let found = reader.walk(&ids(&[alone])[0], 0, end, usize::MAX).await?;
    ensure!(plain(&found.said) == story.truth[FIRST..], "{found:?}");
    story.bench.chain.stop().await?;
    Ok(())
}

/// Stands at a time in Unix milliseconds.
#[derive(Debug)]
struct At(u64);

impl Clock for At {
    fn now(&self) -> u64 {
        self.0
    }

    fn uptime(&self) -> Duration {
        Duration::from_millis(self.0)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        tokio::time::sleep(duration).boxed()
    }
}

#[tokio::test]
async fn rounds_of_both_phases_are_filled_into_the_past_and_make_its_prices() -> Result<()> {
    let story = Story::tell().await?;
    let folder = tempfile::tempdir()?;
    let data_dir = folder.path().join("mongo");
    let options = EmbeddedOptions { binary: mongod(), data_dir, cache_mb: 256 };
    let mongo = Embedded::start(options).await?;
    let store = Store::connect(&mongo.uri(), "rounds").await?;
    store.migrate().await?;

    let asset = Asset { chain: CHAIN, address: Address::repeat_byte(0xa0) };
    let feed = Feed { source: Source::Chainlink, id: story.id()? };
    let token = Token {
        asset,
        chain: "local".into(),
        symbol: "TOKEN".into(),
        decimals: None,
        stable: false,
        feeds: vec![TokenFeed { feed: feed.clone(), quote: Quote::Usd }],
    };
    let (begin, end) = (story.truth[0].0 * 1_000, story.bench.feeds.now().await? * 1_000);
    // a day later: what a source may still add was added
    let clock = Arc::new(At(end + 86_400_000));
    let collector = Collector::new(Parts {
        book: Book::new(vec![token])?,
        rules: Rules::default(),
        policy: Policy::default(),
        market: store.market(),
        metrics: PriceMetrics::new(&Registry::new())?,
        clock,
    });
    let span = Span { from: begin - begin % 60_000, to: end + 120_000 };
    let asked = Arc::new(story.reader()?);
    let sellers = vec![Seller { asked, feed: feed.clone() }];
    let wanted = Wanted { asset, resolution: Resolution::M1, span, sellers };
    let filled = collector.backfill(&wanted, &|_| {}).await?;
    let all = u64::try_from(story.truth.len())?;
    ensure!((filled.values, filled.refused) == (Some(all), 0), "{filled:?}");
    for (time, value) in &story.truth {
        let (at, reader) = (time * 1_000, store.market().reader().clone());
        let sheet = reader.prices(CHAIN, at, Known::Newest, &[asset.address]).await?;
        let found = sheet.and_then(|sheet| sheet.price(asset.address).cloned());
        let found = found.context("no price")?;
        ensure!((found.value, found.status) == (Some(*value), Status::Fresh), "{time}: {found:?}");
        ensure!(found.sources == [Source::Chainlink] && found.as_of == Some(at), "{found:?}");
    }
    // what the chain has not got to yet is not answered for, all else is
    let again = collector.backfill(&wanted, &|_| {}).await?;
    ensure!((again.values, again.sheets) == (Some(0), 0), "{again:?}");
    let missing = collector.gaps(asset, &feed, Resolution::M1, wanted.span).await?;
    ensure!(missing.iter().all(|gap| gap.to > end), "{missing:?}, {end}");
    mongo.stop().await;
    story.bench.chain.stop().await?;
    Ok(())
}
