//! `bench quote`: quotes computed from pools in memory beside the same quotes asked of the quoter contract on a local node,
//! in process and over HTTP; routes over many pools; how long a service takes to load pools; what a block's changes cost.

mod contracts;
mod http;
mod made;
mod stored;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use alloy_primitives::U256;
use anyhow::{Context, Result, ensure};
use clap::Args;
use domain::amm::Amount;
use domain::route::{Allowed, GasPrice, Liquidity, Market, PoolIx, Question, TokenIx, Venue, find};
use serde::Serialize;

use self::contracts::{Compared, Rates};
use self::made::Dice;
pub(crate) use self::stored::CHAIN;
use crate::chart::{self, Row};
use crate::roles::Done;
use crate::say;

/// What to measure.
#[derive(Debug, Args)]
pub struct Options {
    /// Seconds that each side of a comparison is asked
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Pools of the market that is routed over
    #[arg(long, default_value_t = 1_000)]
    pools: u32,
    /// Routes that are looked for
    #[arg(long, default_value_t = 1_000)]
    routes: usize,
    /// Pools of the market that is loaded, and changed by a block
    #[arg(long, default_value_t = 100_000)]
    large: u32,
    /// Also write all figures into this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Where working files go
    #[arg(long, value_name = "DIR", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../.tools/bench"))]
    folder: PathBuf,
}

/// Pools per token in made markets.
const POOLS_PER_TOKEN: u32 = 15;
/// The same where most tokens are in few pools.
const POOLS_PER_LONG_TAIL_TOKEN: u32 = 4;
/// Pools that a block changes.
const CHANGED: usize = 200;
/// Swaps that are computed for a route at most, as the service has it.
const EFFORT: u32 = 2_000;
const SEED: u64 = 7;

/// Times of many.
#[derive(Debug, Clone, Copy, Serialize)]
struct Times {
    p50: Duration,
    p99: Duration,
}

/// All figures.
#[derive(Debug, Serialize)]
struct Report {
    compared: Compared,
    pools: u32,
    single: Times,
    split: Times,
    large: u32,
    ticks: usize,
    load: Done,
    update: Times,
}

/// Measures and prints.
///
/// # Errors
/// When a part fails, or a quote is not what the contract says.
pub async fn run(options: &Options) -> Result<()> {
    ensure!(options.seconds > 0 && options.routes > 0, "--seconds and --routes must be above 0");
    ensure!(options.pools >= 30 && options.large >= 1_000, "--pools is at least 30, --large 1000");
    std::fs::create_dir_all(&options.folder)?;
    let work = tempfile::Builder::new().prefix("work-").tempdir_in(&options.folder)?;
    say::note("indexing a local chain and asking its quoter contract");
    let compared = contracts::measure(work.path(), Duration::from_secs(options.seconds)).await?;
    say::note(&format!("routing over {} pools", options.pools));
    let mut dice = Dice(SEED);
    let tokens = options.pools / POOLS_PER_TOKEN;
    let market = made::market(&mut dice, tokens, options.pools)?;
    let [single, split] =
        [1, 7].map(|splits| routes(&market, &mut dice, tokens, splits, options.routes));
    let Options { pools, large, .. } = *options;
    let tokens = large / POOLS_PER_LONG_TAIL_TOKEN;
    let mut market = made::market(&mut dice, tokens, large)?;
    say::note(&format!("storing {large} pools and loading them"));
    let load = stored::measure(work.path(), &market, tokens).await?;
    say::note(&format!("changing {CHANGED} of {large} pools"));
    let update = update(&mut dice, &mut market, large)?;
    let (single, split, ticks) = (single?, split?, ticks(&market));
    let report = Report { compared, pools, single, split, large, ticks, load, update };
    say::line(&chart::text(&rows(&report)));
    if let Some(file) = &options.json {
        std::fs::write(file, serde_json::to_string_pretty(&report)? + "\n")?;
    }
    Ok(())
}

fn routes(
    market: &Market,
    dice: &mut Dice,
    tokens: u32,
    splits: usize,
    count: usize,
) -> Result<Times> {
    let mut times = Vec::with_capacity(count);
    let mut found = 0;
    for n in 0..count {
        let token_in = TokenIx(dice.below(tokens)?);
        let token_out = TokenIx((token_in.0 + 1 + dice.below(tokens - 1)?) % tokens);
        let value = U256::from(10).pow(U256::from(15 + dice.below(6)?));
        let amount = if n % 2 == 0 { Amount::ExactIn(value) } else { Amount::ExactOut(value) };
        let question = Question {
            token_in,
            token_out,
            amount,
            hops: 4,
            splits,
            gas_price: GasPrice { per: U256::from(100_000_000), units: 1 },
            allowed: Allowed::default(),
            effort: EFFORT,
        };
        let begun = Instant::now();
        found += usize::from(find(market, &question).is_ok());
        times.push(begun.elapsed());
    }
    ensure!(found * 2 > count, "only {found} of {count} routes were found");
    times_of(times)
}

/// A block's changes in a market that readers hold, until they could read the new version.
fn update(dice: &mut Dice, market: &mut Market, pools: u32) -> Result<Times> {
    let mut times = Vec::new();
    let mut versions = Vec::new();
    for _ in 0..50 {
        let mut changed = Vec::with_capacity(CHANGED);
        for _ in 0..CHANGED {
            let number = PoolIx(dice.below(pools)?);
            let tokens = market.pool(number).context("a pool without number")?.tokens;
            changed.push((number, made::venue(dice, tokens, 0)?));
        }
        let begun = Instant::now();
        for (number, venue) in changed {
            ensure!(market.replace(number, venue), "a pool was not replaced");
        }
        versions.push(market.clone());
        times.push(begun.elapsed());
    }
    times_of(times)
}

fn ticks(market: &Market) -> usize {
    let ticks = |venue: &Venue| match &venue.liquidity {
        Liquidity::Concentrated { ticks, .. } => ticks.ticks().len(),
        _ => 0,
    };
    market.iter().map(ticks).sum()
}

fn times_of(mut times: Vec<Duration>) -> Result<Times> {
    times.sort_unstable();
    let at = |percent: usize| {
        let place = (times.len() * percent).div_ceil(100).saturating_sub(1);
        times.get(place).copied().context("nothing was measured")
    };
    Ok(Times { p50: at(50)?, p99: at(99)? })
}

fn rows(report: &Report) -> Vec<Row> {
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    let times = |name: &str, times: Times| {
        Row::new(name, "ms", milliseconds(times.p50)).and(milliseconds(times.p99))
    };
    let Compared { pools, deep, small, http } = &report.compared;
    let rates = |of: &Rates, what: &str| {
        [
            Row::head(&format!(
                "{} quotes in {pools} V3 pools, {what}, equal to the wei",
                of.quotes
            )),
            Row::new("computed by one core", "quotes/s", of.ours),
            Row::new("asked of QuoterV2 by `eth_call`, 16 at a time", "quotes/s", of.contract),
            Row::new("ratio", "", of.ours / of.contract),
        ]
    };
    let mut all = Vec::new();
    all.extend(rates(small, "over one tick at most"));
    all.extend(rates(deep, "over any number of ticks"));
    let megabytes = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    all.extend([
        Row::head("The former over HTTP, 16 connections"),
        Row::new("`/v1/quote`, one by one", "quotes/s", http.one_by_one),
        Row::new("`/v1/quotes`, 100 at once", "quotes/s", http.in_batches),
        Row::new("`eth_call` of QuoterV2", "quotes/s", http.contract),
        Row::new("ratio one by one", "", http.one_by_one / http.contract),
        Row::new("ratio in batches", "", http.in_batches / http.contract),
        Row::head("Markets"),
        times(
            &format!("a route over {} pools in up to 4 hops, median and 99 of 100", report.pools),
            report.single,
        ),
        times("the same with up to 7 splits", report.split),
        Row::new(
            &format!("{} pools with {} ticks loaded from MongoDB", report.large, report.ticks),
            "s",
            report.load.time.as_secs_f64(),
        ),
        Row::new("memory of the whole process then", "MB", megabytes(report.load.usage.peak_rss)),
        times(
            &format!(
                "a block that changes {CHANGED} of {} pools, while readers hold older versions",
                report.large
            ),
            report.update,
        ),
    ]);
    all
}
