//! What answers cost the database: a handful of commands for all pairs together, and none while the block is the same; none
//! either for who has the answer already.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use indexer::Target;
use sooho::config::Config;
use tests::{
    process::{Services, get},
    tap::Tap,
    world::World,
};

/// More than a listing stands.
const LIFE: Duration = Duration::from_millis(5_200);
/// Nothing but requests reads these while the chain stands still.
const READ: [&str; 6] = ["pools", "tokens", "candles", "rows", "reconciled", "price_sheets"];

/// How often each collection was asked for by an answer.
async fn asked(tap: &Tap, url: &str) -> Result<BTreeMap<String, usize>> {
    tap.take()?;
    let said = get(url).await?;
    ensure!(said["code"].is_null(), "{url}: {said}");
    counted(tap)
}

/// How often each collection was asked for.
fn counted(tap: &Tap) -> Result<BTreeMap<String, usize>> {
    let mut counts = BTreeMap::new();
    for command in tap.take()? {
        if let Some(why) = store::testing::refused(&command)
            && !command.contains_key("isMaster")
        {
            anyhow::bail!("{why}: {command}");
        }
        let asked = ["find", "aggregate"].iter().find_map(|name| command.get_str(name).ok());
        if let Some(name) = asked.filter(|name| READ.contains(name)) {
            *counts.entry(name.to_owned()).or_default() += 1;
        }
    }
    Ok(counts)
}

/// The least of a few times, since names are looked for beside it.
async fn least(tap: &Tap, url: &str) -> Result<BTreeMap<String, usize>> {
    let mut least: Option<BTreeMap<String, usize>> = None;
    for _ in 0..4 {
        let counts = asked(tap, url).await?;
        if least.as_ref().is_none_or(|least| total(&counts) < total(least)) {
            least = Some(counts);
        }
    }
    least.context("never asked")
}

/// Only answers read these: pools, tokens and sheets of prices are looked at now and then beside them.
const OF_ANSWERS: [&str; 2] = ["candles", "reconciled"];

/// Times that an answer is asked for which is to cost nothing.
const TIMES: usize = 5;

/// Whether answers ask for nothing, each of them. What is read beside them comes now and then: on a machine that is busy
/// with other things it may fall into most of them.
fn are_free(url: &str, answers: &[BTreeMap<String, usize>]) -> Result<bool> {
    let read =
        |counts: &BTreeMap<String, usize>| OF_ANSWERS.iter().any(|name| counts.contains_key(*name));
    ensure!(!answers.iter().any(read), "{url}: {answers:?}");
    let disturbed = answers.iter().filter(|counts| !counts.is_empty()).count();
    Ok(disturbed <= answers.len() / 2)
}

/// Looks again where most answers were disturbed: one that does ask asks each time.
const ROUNDS: usize = 4;

async fn is_free(tap: &Tap, url: &str) -> Result<()> {
    let mut answers = Vec::new();
    for _ in 0..ROUNDS {
        answers.clear();
        for _ in 0..TIMES {
            answers.push(asked(tap, url).await?);
        }
        if are_free(url, &answers)? {
            return Ok(());
        }
    }
    bail!("{url}: {answers:?}")
}

/// That nothing is asked for to tell a client that it has the answer.
async fn is_known(tap: &Tap, url: &str) -> Result<()> {
    let first = reqwest::get(url).await?;
    let etag = first.headers().get("etag").context("no etag")?.clone();
    let mut answers = Vec::new();
    for _ in 0..ROUNDS {
        answers.clear();
        for _ in 0..TIMES {
            tap.take()?;
            let request = reqwest::Client::new().get(url).header("if-none-match", &etag);
            let again = request.send().await?;
            ensure!(again.status() == 304, "{url}: {}", again.status());
            answers.push(counted(tap)?);
        }
        if are_free(url, &answers)? {
            return Ok(());
        }
    }
    bail!("{url}: {answers:?}")
}

fn total(counts: &BTreeMap<String, usize>) -> usize {
    counts.values().sum()
}

fn are_few(path: &str, counts: &BTreeMap<String, usize>) -> Result<()> {
    for (collection, most) in READ.into_iter().zip([1, 1, 3, 24, 2, 1]) {
        let count = counts.get(collection).copied().unwrap_or_default();
        ensure!(count <= most, "{path} asks {collection} {count} times: {counts:?}");
    }
    let count = |name: &str| counts.get(name).copied().unwrap_or_default();
    ensure!(count("pools") == 1 && count("candles") >= 1, "{path}: {counts:?}");
    Ok(())
}

/// A service whose names are loaded.
async fn up(config: &Config, world: &World) -> Result<Services> {
    let services = Services::up(config, world.folder.path()).await?;
    for _ in 0..600 {
        let url = format!("{}/udf/search?query=a", services.serving);
        if reqwest::get(url).await?.status() == 200 {
            return Ok(services);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    anyhow::bail!("the service finds no symbols")
}

#[tokio::test]
async fn answers_cost_a_handful_of_commands_and_none_within_a_block() -> Result<()> {
    let world = World::start().await?;
    world.traffic(130, 5).await?;
    Box::pin(world.index("feeds_costs", Target::Head)).await?;
    let tap = Tap::new(&world.mongo.uri()).await?;
    for answers_mb in [0, 8] {
        let mut config = world.config("feeds_costs")?;
        config.store.uri = tap.uri();
        config.feeds.answers_mb = answers_mb;
        // what is read from memory costs nothing
        config.serving.rows_mb = 0;
        // a listing is made once for a block: for each try a service that has none yet
        let (mut services, mut first) = (up(&config, &world).await?, None);
        for _ in 0..3 {
            let counts = asked(&tap, &format!("{}/coingecko/tickers", services.serving)).await?;
            if first.as_ref().is_none_or(|first| total(&counts) < total(first)) {
                first = Some(counts);
            }
            services.terminate().await?;
            services = up(&config, &world).await?;
        }
        are_few("/coingecko/tickers", &first.context("never asked")?)?;
        let url = |path: &str| format!("{}{path}", services.serving);
        let counts = least(&tap, &url("/coingecko/tickers")).await?;
        ensure!(counts.is_empty(), "tickers: {counts:?}");
        let of_the_block =
            ["/cmc/summary", "/cmc/assets", "/cmc/ticker?limit=9", "/coingecko/pairs?limit=3"];
        for path in of_the_block {
            is_free(&tap, &url(path)).await?;
        }
        let found = get(&url("/udf/search?limit=1")).await?;
        let ticker = found[0]["ticker"].as_str().context("a ticker")?;
        let history = url(&format!("/udf/history?symbol={ticker}&resolution=1&countback=1000"));
        let counts = least(&tap, &history).await?;
        if answers_mb > 0 {
            ensure!(counts.is_empty(), "{history}: {counts:?}");
        } else {
            are_few(&history, &counts)?;
        }
        is_known(&tap, &history).await?;
        // a listing ages: only who tells of balances and prices looks them up again, and nothing else
        tokio::time::sleep(LIFE).await;
        for path in of_the_block {
            is_free(&tap, &url(path)).await?;
            is_known(&tap, &url(path)).await?;
        }
        is_known(&tap, &history).await?;
        let mut counts = asked(&tap, &url("/coingecko/tickers")).await?;
        ensure!(counts.remove("reconciled").is_some(), "nothing is looked up again: {counts:?}");
        ensure!(!counts.contains_key("candles"), "tickers of the same block: {counts:?}");
        services.terminate().await?;
    }
    world.stop().await
}
