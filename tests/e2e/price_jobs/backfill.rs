//! Candles of the past, by the executable. It is waited for in the test's own thread, so the server has another one.

use std::{
    path::Path,
    process::{Command, Output},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{Result, ensure};
use domain::iso;
use futures::TryStreamExt as _;
use market_fixture::{Api, Candle, Fault};
use serde_json::Value;
use tests::process::{run, spawn};

use super::bed::Bed;

/// 2024-01-01T00:00:00Z.
const BEGIN: u64 = 1_704_067_200;
/// Three days: five answers of a thousand candles.
const MINUTES: u64 = 3 * 1_440;
const BACKFILL: [&str; 8] =
    ["prices", "backfill", "--token", "WETH", "--from", "2024-01-01", "--to", "2024-01-04"];

fn candles() -> Vec<Candle> {
    let candle = |minute: u64| {
        let (open, close) = (2_300 + minute % 97, 2_300 + (minute + 1) % 97);
        let (low, high) = (open.min(close) - 1, open.max(close) + 1);
        let texts = [open, high, low, close].map(|price| format!("{price}.25"));
        let prices = texts.each_ref().map(String::as_str);
        Candle::new(BEGIN + minute * 60, prices, "12.5")
    };
    (0..MINUTES).map(candle).collect()
}

fn said(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    String::from_utf8_lossy(out).into_owned() + &String::from_utf8_lossy(err)
}

/// Starts of the pages that were asked for.
fn pages(bed: &Bed) -> Vec<u64> {
    let asked = bed.server.asked(Api::Binance).into_iter();
    let klines = asked.filter(|asked| asked.path == "api/v3/klines");
    klines.filter_map(|asked| asked.param("startTime")?.parse().ok()).collect()
}

fn missing(config: &Path, more: &[&str]) -> Result<Value> {
    let mut arguments = vec!["prices", "gaps", "--token", "WETH", "--source", "binance", "--json"];
    arguments.extend(["--from", "2024-01-01", "--to", "2024-01-04"]);
    arguments.extend(more);
    let output = run(config, &arguments)?;
    ensure!(output.status.success(), "{}", said(&output));
    Ok(serde_json::from_slice::<Value>(&output.stdout)?["gaps"].clone())
}

/// What all documents of a collection hold; how often they were written is left out.
async fn packed(bed: &Bed, database: &str, collection: &str) -> Result<Vec<[bson::Bson; 2]>> {
    let client = mongodb::Client::with_uri_str(bed.mongo.uri()).await?;
    let documents = client.database(database).collection::<bson::Document>(collection);
    let all: Vec<bson::Document> =
        documents.find(bson::doc! {}).sort(bson::doc! { "_id": 1 }).await?.try_collect().await?;
    let field = |document: &bson::Document, name| document.get(name).cloned().unwrap_or_default();
    Ok(all.iter().map(|document| [field(document, "_id"), field(document, "v")]).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_backfill_goes_on_and_ends_as_an_uninterrupted_one() -> Result<()> {
    let bed = Bed::start().await?;
    bed.server.candles(Api::Binance, "ETHUSDT", 60, candles());
    let (whole, broken) = (bed.config("whole", "")?, bed.config("broken", "")?);
    let (whole, broken) = (bed.file(&whole)?, bed.file(&broken)?);
    let only: Vec<&str> = BACKFILL.into_iter().chain(["--source", "binance"]).collect();
    let output = run(&whole, &only)?;
    ensure!(output.status.success(), "{}", said(&output));
    ensure!(said(&output).contains("4320 new candles of 1m"), "{}", said(&output));
    let uninterrupted = pages(&bed).len();

    bed.server.always(Api::Binance, [Fault::Slow(Duration::from_millis(700))]);
    let log = bed.folder.path().join("broken.log");
    let mut child = spawn(&broken, &only, &log)?;
    let deadline = Instant::now() + Duration::from_secs(40);
    while pages(&bed).len() < uninterrupted + 3 {
        ensure!(Instant::now() < deadline, "{}", std::fs::read_to_string(&log)?);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    ensure!(Command::new("kill").args(["-INT", &child.id().to_string()]).status()?.success());
    let status = child.wait()?;
    let text = std::fs::read_to_string(&log)?;
    ensure!(status.code() == Some(1) && text.contains("interrupted"), "{status}: {text}");
    ensure!(text.contains("run the same command again"), "{text}");

    bed.server.always(Api::Binance, []);
    let before = pages(&bed).len();
    let gaps = missing(&broken, &[])?;
    ensure!(gaps.as_array().is_some_and(|gaps| gaps.len() == 1), "{gaps}");
    let output = run(&broken, &only)?;
    ensure!(output.status.success(), "{}", said(&output));
    let resumed = &pages(&bed)[before..];
    ensure!(
        resumed.iter().all(|start| *start > BEGIN * 1_000) && resumed.len() < uninterrupted,
        "{resumed:?}"
    );
    for collection in ["price_bars", "price_answers"] {
        let (one, other) =
            (packed(&bed, "whole", collection).await?, packed(&bed, "broken", collection).await?);
        ensure!(!one.is_empty() && one == other, "{collection} differs");
    }
    ensure!(missing(&broken, &[])? == serde_json::json!([]));
    // what is there is not asked for again
    let before = pages(&bed).len();
    let output = run(&broken, &only)?;
    ensure!(said(&output).contains("0 new candles") && pages(&bed).len() == before);
    bed.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gaps_are_found_and_filled_and_the_next_source_has_what_the_first_lacks() -> Result<()> {
    let bed = Bed::start().await?;
    let (early, late) = (candles()[..600].to_vec(), candles()[660..].to_vec());
    bed.server.candles(Api::Binance, "ETHUSDT", 60, early);
    bed.server.candles(Api::Binance, "ETHUSDT", 60, late);
    bed.server.candles(Api::Coinbase, "ETH-USD", 60, candles());
    let file = bed.file(&bed.config("gaps", "")?)?;
    let gaps = missing(&file, &[])?;
    ensure!(gaps[0]["from"] == "2024-01-01T00:00:00Z" && gaps[0]["to"] == "2024-01-04T00:00:00Z");
    // an hour without trades is an answer, not a gap
    ensure!(missing(&file, &["--fill"])? == serde_json::json!([]), "not filled");

    let output = run(&file, &BACKFILL)?;
    ensure!(said(&output).contains("60 new candles of 1m"), "{}", said(&output));
    let reader = bed.store("gaps").await?;
    let query = store::market::BarQuery {
        asset: domain::market::Asset { chain: 1, address: super::bed::WETH.parse()? },
        resolution: domain::candle::Resolution::M1,
        from: BEGIN * 1_000,
        to: (BEGIN + MINUTES * 60) * 1_000,
        feed: None,
        limit: 10_000,
    };
    let best = reader.market().reader().candles(&query).await?;
    let of = |source: &str| best.iter().filter(|bar| bar.feed.source.name() == source).count();
    ensure!((of("binance"), of("coinbase")) == (4_260, 60), "{} {}", of("binance"), of("coinbase"));
    bed.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_candle_that_its_source_has_late_is_not_lost() -> Result<()> {
    let bed = Bed::start().await?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs() / 60 * 60;
    let candle = |ago: u64| Candle::new(now - ago * 60, ["2300", "2310", "2290", "2305"], "1");
    let serve = |minutes: &[u64]| {
        let candles = minutes.iter().map(|ago| candle(*ago)).collect();
        bed.server.candles(Api::Binance, "ETHUSDT", 60, candles);
    };
    // of the last three hours one minute is missing long ago and one a moment ago
    let (long_ago, just_now) = (150, 20);
    let there: Vec<u64> =
        (6..180).rev().filter(|ago| ![long_ago, just_now].contains(ago)).collect();
    serve(&there);
    let file = bed.file(&bed.config("late", "")?)?;
    let (from, to) = (iso::format((now - 180 * 60) * 1_000), iso::format((now - 5 * 60) * 1_000));
    let span = ["--from", &from, "--to", &to, "--source", "binance"];
    let arguments: Vec<&str> =
        ["prices", "backfill", "--token", "WETH"].into_iter().chain(span).collect();
    let output = run(&file, &arguments)?;
    ensure!(said(&output).contains(&format!("{} new candles", there.len())), "{}", said(&output));
    serve(&[long_ago, just_now]);
    let output = run(&file, &arguments)?;
    // what was not there after an hour is not asked for again
    ensure!(said(&output).contains("1 new candles"), "{}", said(&output));
    bed.stop().await;
    Ok(())
}
