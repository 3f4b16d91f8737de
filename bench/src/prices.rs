//! `bench prices`: a month of minute candles through the real way in, beside a bare insert; and the price of many tokens
//! at one instant at a steady rate, over HTTP and from the store alone.

mod candles;
mod fill;
mod load;
mod sheets;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, ensure};
use clap::Args;
use serde::Serialize;

use self::fill::Filled;
use self::load::Delays;
use self::sheets::Asked;
use crate::chart::{self, Row};
use crate::database::{Plan, Server};
use crate::say;

/// What to measure.
#[derive(Debug, Args)]
pub struct Options {
    /// Candles of one minute at most; recorded ones where `SOOHO_TESTDATA` has them
    #[arg(long, default_value_t = 44_641)]
    candles: usize,
    /// Rounds of the candles; the medians count
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Tokens of one question
    #[arg(long, default_value_t = 500)]
    tokens: u16,
    /// Price sheets that are stored, a minute apart
    #[arg(long, default_value_t = 1_000)]
    sheets: u64,
    /// Questions per second
    #[arg(long, default_value_t = 200)]
    rate: u32,
    /// For so many seconds
    #[arg(long, default_value_t = 10)]
    seconds: u32,
    /// Also write all figures into this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Where working files go
    #[arg(long, value_name = "DIR", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../.tools/bench"))]
    folder: PathBuf,
}

const CACHE_MB: u32 = 512;
/// What 99 of 100 questions have to be answered in.
const LIMIT: Duration = Duration::from_millis(10);

/// All figures.
#[derive(Debug, Serialize)]
struct Report {
    recorded: bool,
    fill: Filled,
    tokens: u16,
    rate: u32,
    http: Delays,
    store: Delays,
    plan: Plan,
}

/// Measures and prints.
///
/// # Errors
/// When a part fails.
pub async fn run(options: &Options) -> Result<()> {
    ensure!(options.runs > 0 && options.candles > 0, "--runs and --candles must be above 0");
    ensure!((1..=500).contains(&options.tokens), "--tokens must be from 1 to 500");
    ensure!(
        options.rate > 0 && options.seconds > 0 && options.sheets > 0,
        "--rate, --seconds and --sheets must be above 0"
    );
    std::fs::create_dir_all(&options.folder)?;
    let work = tempfile::Builder::new().prefix("work-").tempdir_in(&options.folder)?;
    let (candles, recorded) = candles::some(options.candles)?;
    let mut rounds = Vec::new();
    for round in 1..=options.runs {
        say::note(&format!("candles, round {round} of {}", options.runs));
        let server = Server::start(work.path(), CACHE_MB).await?;
        rounds.push(fill::measure(&server, &candles).await?);
        server.stop().await;
    }
    let fill = Filled::median(&rounds)?;

    let server = Server::start(work.path(), CACHE_MB).await?;
    say::note(&format!("storing {} sheets of {} tokens", options.sheets, options.tokens));
    let asked = Asked::store(&server, options.tokens, options.sheets).await?;
    let plan = asked.plan(&server).await?;
    say::note("asking the store");
    let store = asked.of_store(&server, options.rate, options.seconds).await?;
    say::note("asking over HTTP");
    let http = asked.over_http(&server, work.path(), options.rate, options.seconds).await?;
    server.stop().await;

    let Options { tokens, rate, .. } = *options;
    let report = Report { recorded, fill, tokens, rate, http, store, plan };
    say::line(&chart::text(&rows(&report)));
    if let Some(file) = &options.json {
        std::fs::write(file, serde_json::to_string_pretty(&report)? + "\n")?;
    }
    Ok(())
}

fn rows(report: &Report) -> Vec<Row> {
    let seconds = |time: Duration| time.as_secs_f64();
    let millis = |time: Duration| seconds(time) * 1e3;
    let Report { fill, http, store, plan, .. } = report;
    let kind = if report.recorded { "recorded" } else { "made" };
    let delays = |name: &str, of: &Delays| Row::new(name, "ms", millis(of.p50)).and(millis(of.p99));
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let count = |name: &str, count: u64| Row::new(name, "", count as f64);
    vec![
        Row::head(&format!("{} {kind} candles of one minute", fill.candles)),
        Row::new("HTTP server to queryable", "s", seconds(fill.backfill)),
        Row::new("bare insert_many, a document per candle", "s", seconds(fill.insert)),
        Row::new(
            "ratio to the bare insert (limit 2)",
            "",
            seconds(fill.backfill) / seconds(fill.insert),
        ),
        Row::new("bare insert_many of the packed documents", "s", seconds(fill.packed)),
        count("packed documents", fill.documents),
        Row::new("the same over HTTP, nothing stored", "s", seconds(fill.fetch)),
        Row::new("reading all of them back", "s", seconds(fill.read)),
        Row::head(&format!(
            "{} tokens at one instant, {} questions a second, median and 99 of 100",
            report.tokens, report.rate
        )),
        delays("over HTTP", http),
        delays("from the store alone", store),
        Row::new("99 of 100 over HTTP, of the limit", "", seconds(http.p99) / seconds(LIMIT)),
        Row::new("99 of 100, HTTP to store alone", "", seconds(http.p99) / seconds(store.p99)),
        count(&format!("documents examined ({})", plan.summary), plan.documents),
        count("index keys examined", plan.keys),
        count("commands", plan.commands),
    ]
}
