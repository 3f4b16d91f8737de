//! Sheets of the past, made of candles.

use std::collections::BTreeMap;

use alloy_primitives::Address;
use anyhow::{Context, Result, ensure};
use domain::{
    candle::Resolution,
    decimal::Decimal,
    market::{Asset, Bar, Feed, Millis, Price, Quote, Source, Span, Status},
};
use futures::TryStreamExt as _;
use indexer::market::{
    backfill::{Filled, Wanted},
    forget::Forget,
    jobs::Work as _,
};
use market_fixture::{Api, Candle};
use observe::Registry;
use serde_json::Value;
use sooho::prices::Market;
use store::{
    Store,
    market::{BarSeries, Known},
};
use tests::process::run;

use super::bed::{Bed, USDT, WETH, market};

/// 2024-01-01T00:00:00Z, in seconds.
const BEGIN: u64 = 1_704_067_200;
const MINUTE: Millis = 60_000;
const MINUTES: u64 = 36 * 60;

/// The close of each minute's candle, in Tether.
fn close(minute: u64) -> u64 {
    2_300 + (minute * 7) % 97
}

fn ethers(minutes: std::ops::Range<u64>) -> Vec<Candle> {
    let candle = |minute: u64| {
        let price = format!("{}.25", close(minute));
        Candle::new(BEGIN + minute * 60, [price.as_str(); 4], "12.5")
    };
    minutes.map(candle).collect()
}

/// One value for hours, as it is with stable coins.
const fn tether(minute: u64) -> &'static str {
    if (minute / 720).is_multiple_of(2) { "1.0002" } else { "1.0003" }
}

fn tethers(minutes: std::ops::Range<u64>) -> Vec<Candle> {
    let candle = |minute: u64| Candle::new(BEGIN + minute * 60, [tether(minute); 4], "900");
    minutes.map(candle).collect()
}

fn at(minute: u64) -> Millis {
    (BEGIN + minute * 60) * 1_000
}

/// What an ether is worth at the end of a minute, in dollars.
fn worth(minute: u64) -> Result<Decimal> {
    let tethers: Decimal = format!("{}.25", close(minute)).parse()?;
    Ok(tethers * tether(minute).parse::<Decimal>()?)
}

fn address(text: &str) -> Result<Address> {
    Ok(text.parse()?)
}

async fn price(store: &Store, time: Millis, known: Known, token: &str) -> Result<Option<Price>> {
    let token = address(token)?;
    let sheet = store.market().reader().prices(1, time, known, &[token]).await?;
    Ok(sheet
        .and_then(|sheet| sheet.price(token).cloned())
        .map(|price| price.seen_at(time, 86_400_000)))
}

async fn backfill(
    market: &Market<'_>,
    symbol: &str,
    minutes: std::ops::Range<u64>,
) -> Result<Filled> {
    let token = market.token(symbol, None)?;
    let span = Span { from: at(minutes.start), to: at(minutes.end) };
    let sellers = market.sellers(token);
    let wanted = Wanted { asset: token.asset, resolution: Resolution::M1, span, sellers };
    Ok(market.collector.backfill(&wanted, &|_| {}).await?)
}

/// All sheets as they stand stored, without when they became known.
async fn sheets(bed: &Bed, database: &str) -> Result<BTreeMap<String, bson::Bson>> {
    let client = mongodb::Client::with_uri_str(bed.mongo.uri()).await?;
    let documents = client.database(database).collection::<bson::Document>("price_sheets");
    let all: Vec<bson::Document> = documents.find(bson::doc! {}).await?.try_collect().await?;
    let of = |document: bson::Document| {
        let time = document.get_document("_id")?.get_i64("t")?;
        anyhow::Ok((
            format!("{time} {}", document.get("h").context("h")?),
            document.get("v").cloned().context("v")?,
        ))
    };
    all.into_iter().map(of).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn candles_of_the_past_make_prices_that_were_not_known_then() -> Result<()> {
    let bed = Bed::start().await?;
    bed.server.candles(Api::Binance, "ETHUSDT", 60, ethers(0..MINUTES));
    bed.server.candles(Api::Coinbase, "USDT-USD", 60, tethers(0..MINUTES));
    let file = bed.file(&bed.config("past", "")?)?;
    let span = ["--from", "2024-01-01", "--to", "2024-01-02T12:00:00Z"];
    for token in ["WETH", "USDT"] {
        let arguments: Vec<&str> =
            ["prices", "backfill", "--token", token].into_iter().chain(span).collect();
        let output = run(&file, &arguments)?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let store = bed.store("past").await?;
    for minute in (0..MINUTES).step_by(37).chain([0, 1, 1_439, 1_440, MINUTES - 1]) {
        let end = at(minute + 1);
        let found = price(&store, end, Known::Newest, WETH).await?.context("no price")?;
        ensure!(found.value == Some(worth(minute)?), "{minute}: {found:?}");
        ensure!((found.status, found.as_of) == (Status::Fresh, Some(end)), "{minute}: {found:?}");
        ensure!(found.sources == [Source::Binance], "{found:?}");
        // it was not known then; and what became known first is that
        ensure!(price(&store, end, Known::At(end), WETH).await?.is_none(), "{minute}");
        let token = address(WETH)?;
        let first = store.market().reader().prices_first(1, &[end], &[token]).await?;
        let first = first.into_iter().flatten().next().context("nothing was known first")?;
        ensure!(first.price(token) == Some(&found) && first.known_at > end, "{first:?}");
    }
    // behind the candles it grows old like any other
    let later = price(&store, at(MINUTES + 60), Known::Newest, WETH).await?;
    ensure!(later.context("a price")?.status == Status::Stale);
    let output = run(&file, &["prices", "now", "WETH", "--at", "2024-01-01T12:00:00Z", "--json"])?;
    let told: Value = serde_json::from_slice(&output.stdout)?;
    ensure!(told["status"] == "fresh" && told["value"] == worth(719)?.to_string(), "{told}");

    // once more asks for nothing and makes nothing
    let before = sheets(&bed, "past").await?;
    ensure!((18..=36).contains(&before.len()), "{} documents", before.len());
    let (config, registry) = (bed.config("past", "")?, Registry::new());
    let again = backfill(&market(&config, &store, &registry)?, "WETH", 0..MINUTES).await?;
    ensure!((again.new, again.pages, again.sheets) == (0, 0, 0), "{again:?}");
    ensure!(sheets(&bed, "past").await? == before, "sheets were made twice");
    bed.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_known_stays_and_what_was_not_is_added() -> Result<()> {
    let bed = Bed::start().await?;
    bed.server.candles(Api::Binance, "ETHUSDT", 60, ethers(0..600));
    bed.server.candles(Api::Coinbase, "USDT-USD", 60, tethers(0..600));
    let (config, store, registry) =
        (bed.config("known", "")?, bed.store("known").await?, Registry::new());
    let market = market(&config, &store, &registry)?;
    // from minute 100 to 200 prices were collected every 20 seconds: an ether's at 9,000, and not Tether's; then nobody did
    let (weth, usdt) = (address(WETH)?, address(USDT)?);
    let live = |time: Millis| Price {
        value: Some(Decimal::from(9_000)),
        status: Status::Fresh,
        sources: vec![Source::Chainlink, Source::Binance],
        as_of: Some(time),
        confidence: None,
        fresh_until: Some(time + MINUTE),
        reason: None,
    };
    for time in (at(100)..at(200)).step_by(20_000) {
        store.market().put_sheet(1, time, time, &[(weth, live(time))]).await?;
    }
    for symbol in ["USDT", "WETH"] {
        backfill(&market, symbol, 0..600).await?;
    }
    let newest = async |time, token| price(&store, time, Known::Newest, token).await;
    for time in [at(100), at(100) + 7_000, at(150) + 59_999, at(200) - 1, at(200) + 39_000] {
        let found = newest(time, WETH).await?.context("a price")?;
        ensure!(found.value == Some(Decimal::from(9_000)), "it was known: {found:?}");
        ensure!(found.status == Status::Fresh, "{found:?}");
        // whichever of the sheets holds then has the other token, too
        let tether = newest(time, USDT).await?.context("Tether is in it")?;
        ensure!(tether.value.is_some() && tether.status == Status::Fresh, "{time}: {tether:?}");
        let then = store.market().reader().prices(1, time, Known::At(time), &[weth, usdt]).await?;
        let then = then.context("it was known")?;
        ensure!(then.price(usdt).is_none() && then.price(weth).is_some(), "{then:?}");
    }
    for minute in [0, 50, 98, 202, 300, 599] {
        let found = newest(at(minute + 1), WETH).await?.context("a price")?;
        ensure!((found.value, found.status) == (Some(worth(minute)?), Status::Fresh), "{found:?}");
    }
    // what was known and is old now stays what was known then
    let then = price(&store, at(300), Known::At(at(300)), WETH).await?.context("a price")?;
    ensure!((then.value, then.status) == (Some(Decimal::from(9_000)), Status::Stale), "{then:?}");

    // killed behind the candles: they are there, their sheets are not, and the next one makes them
    bed.server.candles(Api::Binance, "ETHUSDT", 60, ethers(600..700));
    bed.server.candles(Api::Coinbase, "USDT-USD", 60, tethers(600..700));
    let tether = Feed { source: Source::Coinbase, id: "USDT-USD".into() };
    let asset = Asset { chain: 1, address: usdt };
    let series = BarSeries { asset, feed: tether, resolution: Resolution::M1 };
    let one = Decimal::from_parts(10_002, -4);
    let bar = |start| Bar { start, open: one, high: one, low: one, close: one, volume: None };
    let bars: Vec<Bar> = (600..700).map(|minute| bar(at(minute))).collect();
    let span = Span { from: at(600), to: at(700) };
    store.market().mark_due(&series, span).await?;
    store.market().put_bars(&series, Quote::Usd, &bars).await?;
    store.market().mark_answered(&series, span).await?;
    backfill(&market, "WETH", 600..700).await?;
    let resumed = backfill(&market, "USDT", 600..700).await?;
    ensure!((resumed.new, resumed.pages) == (0, 0), "{resumed:?}");
    for token in [USDT, WETH] {
        let found = newest(at(660), token).await?.context("a price")?;
        ensure!(found.status == Status::Fresh, "{token}: {found:?}");
    }
    ensure!(store.market().reader().due(&series).await?.is_empty(), "nothing is left to do");

    // and all of it is forgotten when nobody wants it
    let forget = Forget { collector: market.collector.clone(), days: 1 };
    let report = forget.run().await;
    ensure!(report.detail.contains("sheets of local from before"), "{report:?}");
    ensure!(newest(at(300), WETH).await?.is_none(), "it is gone");
    ensure!(newest(at(700), WETH).await?.is_some(), "the last one stays");
    ensure!(forget.run().await.detail.starts_with("no sheet is from before"), "once");
    let planned =
        |market: &Market<'_>| market.service().planned().any(|(name, _)| name == "forget");
    ensure!(!planned(&market), "all are kept unless the configuration says otherwise");
    let config = bed.config("known", "[prices]\nkeep_sheets = '90 days'\n")?;
    ensure!(planned(&super::bed::market(&config, &store, &Registry::new())?), "nobody deletes");
    bed.stop().await;
    Ok(())
}
