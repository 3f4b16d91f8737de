//! What answers cost the database: a handful of commands for all pairs together, and none while the block is the same.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, Result, ensure};
use indexer::Target;
use tests::{
    process::{Services, get},
    tap::Tap,
    world::World,
};

/// Nothing but requests reads these while the chain stands still.
const READ: [&str; 6] = ["pools", "tokens", "candles", "rows", "reconciled", "price_sheets"];

/// How often each collection was asked for by an answer: the least of a few times, since names are looked for beside it.
async fn commands(tap: &Tap, url: &str) -> Result<BTreeMap<String, usize>> {
    let mut least: Option<BTreeMap<String, usize>> = None;
    for _ in 0..4 {
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
        let total = |counts: &BTreeMap<String, usize>| counts.values().sum::<usize>();
        if least.as_ref().is_none_or(|least| total(&counts) < total(least)) {
            least = Some(counts);
        }
    }
    least.context("never asked")
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
        let services = Services::up(&config, world.folder.path()).await?;
        let url = |path: &str| format!("{}{path}", services.serving);
        for _ in 0..600 {
            if reqwest::get(url("/udf/search?query=a")).await?.status() == 200 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let found = get(&url("/udf/search?limit=1")).await?;
        let ticker = found[0]["ticker"].as_str().context("a ticker")?;
        let history = url(&format!("/udf/history?symbol={ticker}&resolution=1&countback=1000"));
        for path in [url("/coingecko/tickers"), url("/cmc/summary"), history] {
            let counts = commands(&tap, &path).await?;
            if answers_mb > 0 {
                ensure!(counts.is_empty(), "{path}: {counts:?}");
                continue;
            }
            for (collection, most) in READ.into_iter().zip([1, 1, 3, 24, 2, 1]) {
                let count = counts.get(collection).copied().unwrap_or_default();
                ensure!(count <= most, "{path} asks {collection} {count} times: {counts:?}");
            }
            ensure!(counts["pools"] == 1 && counts["candles"] >= 1, "{path}: {counts:?}");
        }
        services.terminate().await?;
    }
    world.stop().await
}
