//! What answers cost the database: a handful of commands for all pairs together, and none while the block is the same.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, Result, ensure};
use indexer::Target;
use sooho::config::Config;
use tests::{
    process::{Services, get},
    tap::Tap,
    world::World,
};

/// Nothing but requests reads these while the chain stands still.
const READ: [&str; 6] = ["pools", "tokens", "candles", "rows", "reconciled", "price_sheets"];

/// How often each collection was asked for by an answer.
async fn asked(tap: &Tap, url: &str) -> Result<BTreeMap<String, usize>> {
    tap.take()?;
    let said = get(url).await?;
    ensure!(said["code"].is_null(), "{url}: {said}");
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
        for path in
            ["/coingecko/tickers", "/cmc/summary", "/cmc/assets", "/coingecko/pairs?limit=3"]
        {
            let counts = least(&tap, &url(path)).await?;
            ensure!(counts.is_empty(), "{path}: {counts:?}");
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
        services.terminate().await?;
    }
    world.stop().await
}
