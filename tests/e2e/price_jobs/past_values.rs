//! The past of sources without candles, a candle that cannot be read, and sheets that are made again.

use std::{process::Output, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, ensure};
use domain::{
    candle::Resolution,
    decimal::Decimal,
    market::{Asset, Bar, Feed, Policy, Quote, Source, Span, door::Rules},
};
use futures::{FutureExt as _, future::BoxFuture};
use indexer::market::{
    Book, Collector, Parts, PriceMetrics, Token, TokenFeed,
    backfill::{Seller, Wanted},
};
use market::{Binance, Clock, MarketError, Metrics, PriceSource, Said, Series, SourceConfig};
use market_fixture::{Api, Candle, Print};
use observe::Registry;
use serde_json::Value;
use store::{Store, market::BarSeries};
use tests::process::run;

use super::bed::{Bed, WETH, now};

/// 2024-01-01T00:00:00Z.
const BEGIN: u64 = 1_704_067_200;
const HOUR: u64 = 3_600;

fn said(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    String::from_utf8_lossy(out).into_owned() + &String::from_utf8_lossy(err)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn single_values_of_the_past_are_fetched_once_and_make_prices() -> Result<()> {
    let bed = Bed::start().await?;
    let id = format!("ethereum:{WETH}");
    bed.server.token(Api::DefiLlama, &id, "WETH", 18);
    for hour in 0..48 {
        let (value, time) = (format!("{}.5", 2_300 + hour), BEGIN + hour * HOUR);
        // one that the source itself is not sure of
        let sure = if hour == 30 { "0.2" } else { "0.98" };
        bed.server.say(Api::DefiLlama, &id, Print::new(&value, time).sure(sure));
    }
    let file = bed.file(&bed.config("values", "")?)?;
    let backfill = |source: &'static str| {
        let span = ["--from", "2024-01-01", "--to", "2024-01-03", "--source", source];
        let arguments: Vec<&str> =
            ["prices", "backfill", "--token", "WETH"].into_iter().chain(span).collect();
        run(&file, &arguments)
    };
    let asked = || {
        let all = bed.server.asked(Api::DefiLlama);
        all.iter().filter(|asked| asked.path == "batchHistorical").count()
    };
    let output = backfill("defillama")?;
    let told = said(&output);
    ensure!(output.status.success() && told.contains("47 new values"), "{told}");
    ensure!(told.contains("47 new price sheets") && told.contains("1 were refused"), "{told}");
    let pages = asked();
    ensure!(pages > 0 && pages < 10, "{pages} calls for 48 values");

    let at = |time: &str| -> Result<Value> {
        let output = run(&file, &["prices", "now", "WETH", "--at", time, "--json"])?;
        serde_json::from_slice(&output.stdout).with_context(|| said(&output))
    };
    let found = at("2024-01-01T12:05:00Z")?;
    ensure!(found["value"] == "2312.5" && found["status"] == "fresh", "{found}");
    ensure!(found["sources"] == serde_json::json!(["defillama"]), "{found}");
    // between two of them it grows old, by the source's heartbeat; and what was refused is not there
    ensure!(at("2024-01-01T12:30:00Z")?["status"] == "stale");
    ensure!(at("2024-01-02T06:05:00Z")?["value"] == "2329.5");

    // once more: nothing is asked for, nothing is missing
    let told = said(&backfill("defillama")?);
    ensure!(told.contains("0 new values") && told.contains("0 new price sheets"), "{told}");
    ensure!(asked() == pages, "asked again");
    let span = ["--from", "2024-01-01", "--to", "2024-01-03", "--source", "defillama"];
    let gaps: Vec<&str> = ["prices", "gaps", "--token", "WETH"].into_iter().chain(span).collect();
    let told = said(&run(&file, &gaps)?);
    ensure!(told.contains("no candle of 1m is missing"), "{told}");

    // a source that keeps nothing of the past is a wrong command, not one to be repeated
    let output = backfill("pyth")?;
    let told = said(&output);
    ensure!(output.status.code() == Some(3) && told.contains("another --source"), "{told}");
    ensure!(!told.contains("run the same command again"), "{told}");

    // who has switched off the only one that speaks of Tether is told
    let mut config = bed.config("values", "")?;
    config.prices.tokens[1].feeds.coinbase.clear();
    let told = said(&run(&bed.file(&config)?, &["prices", "now", "USDT"])?);
    ensure!(told.contains("no source that is switched on speaks of this token"), "{told}");
    bed.stop().await;
    Ok(())
}

/// Of now; waiting takes no time.
#[derive(Debug)]
struct Hasty;

impl Clock for Hasty {
    fn now(&self) -> u64 {
        now() * 1_000
    }

    fn uptime(&self) -> Duration {
        Duration::from_secs(now())
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        tokio::task::yield_now().boxed()
    }
}

/// A collector of one token, which Binance has.
struct Desk {
    collector: Collector,
    metrics: PriceMetrics,
    binance: Arc<Binance>,
    asset: Asset,
    feed: Feed,
}

impl Desk {
    fn new(bed: &Bed, store: &Store) -> Result<Self> {
        let asset = Asset { chain: 1, address: WETH.parse()? };
        let feed = Feed { source: Source::Binance, id: "ETHUSDT".into() };
        let token = Token {
            asset,
            chain: "local".into(),
            symbol: "WETH".into(),
            decimals: None,
            stable: false,
            feeds: vec![TokenFeed { feed: feed.clone(), quote: Quote::Usd }],
        };
        let (registry, clock) = (Registry::new(), Arc::new(Hasty));
        let metrics = PriceMetrics::new(&registry)?;
        let collector = Collector::new(Parts {
            book: Book::new(vec![token])?,
            rules: Rules::default(),
            policy: Policy::default(),
            market: store.market(),
            metrics: metrics.clone(),
            clock: clock.clone(),
        });
        let base_url = Some(bed.server.base(Api::Binance));
        let config = SourceConfig { base_url, ..SourceConfig::default() };
        let binance = Arc::new(Binance::new(&config, None, &Metrics::new(&registry)?, clock)?);
        Ok(Self { collector, metrics, binance, asset, feed })
    }
}

/// Answers as Binance does; at each question somebody else has just made sheets of all that was there, and says so.
#[derive(Debug)]
struct Beside {
    binance: Arc<Binance>,
    store: Store,
    series: BarSeries,
}

impl PriceSource for Beside {
    fn source(&self) -> Source {
        Source::Binance
    }

    fn now<'a>(&'a self, ids: &'a [Arc<str>]) -> BoxFuture<'a, Result<Vec<Said>, MarketError>> {
        self.binance.now(ids)
    }

    fn resolutions(&self) -> &'static [Resolution] {
        self.binance.resolutions()
    }

    fn bars<'a>(
        &'a self,
        id: &'a str,
        resolution: Resolution,
        from: u64,
        to: u64,
    ) -> BoxFuture<'a, Result<Series, MarketError>> {
        async move {
            let series = self.binance.bars(id, resolution, from, to).await;
            let all = Span { from: 0, to: u64::MAX };
            self.store.market().clear_due(&self.series, all).await.map_err(|error| {
                let (source_name, why) = (Source::Binance, error.to_string());
                MarketError::Misconfigured { source_name, why }
            })?;
            series
        }
        .boxed()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sheets_are_made_though_somebody_else_makes_some_of_the_same_time_meanwhile() -> Result<()>
{
    let bed = Bed::start().await?;
    let candle = |minute: u64| {
        Candle::new(
            BEGIN + minute * 60,
            [&format!("{}", 2_300 + minute % 7); 4].map(String::as_str),
            "1",
        )
    };
    // two answers
    bed.server.candles(Api::Binance, "ETHUSDT", 60, (0..1_100).map(candle).collect());
    let store = bed.store("beside").await?;
    let Desk { collector, binance, asset, feed, .. } = Desk::new(&bed, &store)?;
    let series = BarSeries { asset, feed: feed.clone(), resolution: Resolution::M1 };
    let asked = Arc::new(Beside { binance, store: store.clone(), series });
    let wanted = Wanted {
        asset,
        resolution: Resolution::M1,
        span: Span { from: BEGIN * 1_000, to: (BEGIN + 1_100 * 60) * 1_000 },
        sellers: vec![Seller { asked, feed }],
    };
    let filled = collector.backfill(&wanted, &|_| {}).await?;
    ensure!((filled.new, filled.sheets) == (1_100, 1_100), "{filled:?}");
    bed.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_candle_that_cannot_be_read_hides_none_of_those_behind_it() -> Result<()> {
    let bed = Bed::start().await?;
    let candles = (0..300).map(|minute| {
        let close = if minute == 100 { "NaN" } else { "2305" };
        Candle::new(BEGIN + minute * 60, ["2300", "2310", "2290", close], "1")
    });
    bed.server.candles(Api::Binance, "ETHUSDT", 60, candles.collect());
    let store = bed.store("unreadable").await?;
    let Desk { collector, metrics, binance, asset, feed } = Desk::new(&bed, &store)?;
    let at = |minute: u64| (BEGIN + minute * 60) * 1_000;
    let wanted = Wanted {
        asset,
        resolution: Resolution::M1,
        span: Span { from: at(0), to: at(300) },
        sellers: vec![Seller { asked: binance, feed: feed.clone() }],
    };
    let filled = collector.backfill(&wanted, &|_| {}).await?;
    ensure!((filled.new, filled.refused, filled.sheets) == (299, 1, 299), "{filled:?}");
    let missing = collector.gaps(asset, &feed, Resolution::M1, wanted.span).await?;
    ensure!(missing == [Span { from: at(100), to: at(101) }], "{missing:?}");
    let unreadable = || metrics.rejected.with_label_values(&["binance", "unreadable"]).get();
    ensure!(unreadable() == 1);
    // nor does it when it is all that is missing of its time, and later ones have come
    let later = (300..360)
        .map(|minute| Candle::new(BEGIN + minute * 60, ["2300", "2310", "2290", "2306"], "1"));
    bed.server.candles(Api::Binance, "ETHUSDT", 60, later.collect());
    let wanted = Wanted { span: Span { from: at(0), to: at(360) }, ..wanted };
    let filled = collector.backfill(&wanted, &|_| {}).await?;
    ensure!((filled.new, filled.refused, unreadable()) == (60, 1, 2), "{filled:?}");

    // candles from before there were sheets: stored, answered for, and without any
    let bar = |minute| {
        let one = Decimal::from(2_000);
        Bar { start: at(minute), open: one, high: one, low: one, close: one, volume: None }
    };
    let series = BarSeries { asset, feed, resolution: Resolution::M1 };
    let old = Span { from: at(10_000), to: at(10_060) };
    let bars: Vec<Bar> = (10_000..10_060).map(bar).collect();
    store.market().put_bars(&series, Quote::Usd, &bars).await?;
    store.market().mark_answered(&series, old).await?;
    let wanted = Wanted { span: old, ..wanted };
    let before = collector.backfill(&wanted, &|_| {}).await?;
    ensure!((before.new, before.pages, before.sheets) == (0, 0, 0), "{before:?}");
    collector.want_sheets(&wanted).await?;
    let made = collector.backfill(&wanted, &|_| {}).await?;
    ensure!((made.new, made.pages, made.sheets) == (0, 0, 60), "{made:?}");
    bed.stop().await;
    Ok(())
}
