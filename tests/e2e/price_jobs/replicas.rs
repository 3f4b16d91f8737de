//! Two services, one collector; and what was missed.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use api_kit::access::KeyScope;
use market_fixture::{Api, PriceServer, Print};
use serde_json::Value;
use sooho::config::Config;
use store::market::{Outcome, Run};
use tests::{
    keys::{get_as, key},
    process::{Services, metric, run, write_config},
    world::World,
};

use super::bed::{now, tokens};

/// Not within the time of this test.
const YEARLY: &str = "0 0 0 1 1 *";
const YEAR_MS: u64 = 366 * 86_400_000;

fn config(world: &World, server: &PriceServer) -> Result<Config> {
    let chain = "[[chain]]\nname = 'local'\nid = 1\nrpc = ['http://127.0.0.1:9']\n";
    let mut config = world.config("shared")?;
    config.indexer.lease_ms = 2_000;
    config.prices = Config::parse(&(tokens(server) + chain))?.prices;
    config.prices.binance.cron = "* * * * * *".into();
    config.prices.binance.jitter_ms = 100;
    config.prices.coinbase.cron = YEARLY.into();
    config.prices.coinbase.heartbeat_s = 3_600;
    config.prices.pyth.enabled = false;
    config.prices.defillama.enabled = false;
    config.prices.repair = String::new();
    Ok(config)
}

async fn leads(services: &Services) -> Result<bool> {
    Ok(metric(&services.indexer, "sooho_price_jobs_leading").await? == Some(1))
}

async fn until(what: &str, mut ready: impl AsyncFnMut() -> Result<bool>) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(40);
    while !ready().await? {
        ensure!(Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

async fn job(services: &Services, key: &str, name: &str) -> Result<Value> {
    let all = get_as(key, &format!("{}/admin/prices/jobs", services.indexer)).await?;
    let jobs = all["jobs"].as_array().context("no jobs")?;
    Ok(jobs.iter().find(|job| job["name"] == name).cloned().unwrap_or_default())
}

fn runs(job: &Value) -> usize {
    job["runs"].as_array().map_or(0, Vec::len)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_collects_and_the_other_takes_over_when_it_is_killed() -> Result<()> {
    let world = World::start().await?;
    world.traffic(3, 1).await?;
    let server = PriceServer::start().await?;
    let say = |value: &str| {
        server.say(Api::Binance, "ETHUSDT", Print::new(value, now()));
        server.say(Api::Coinbase, "ETH-USD", Print::new(value, now()));
        server.say(Api::Coinbase, "USDT-USD", Print::new("1", now()));
    };
    say("2450.1");
    // the yearly job ran two years ago last, so it is due
    let store = world.store("shared").await?;
    let long_ago = now() * 1_000 - 2 * YEAR_MS;
    let old = Run { start: long_ago, end: long_ago, outcome: Outcome::Done, detail: String::new() };
    store.market().record_run("coinbase", &old, None).await?;
    let admin = key(&store, &[KeyScope::Admin]).await?;

    let mut both = Vec::new();
    for name in ["first", "second"] {
        let folder = world.folder.path().join(name);
        std::fs::create_dir(&folder)?;
        let mut mine = world.config("shared")?;
        let shared = config(&world, &server)?;
        (mine.prices, mine.indexer.lease_ms) = (shared.prices, shared.indexer.lease_ms);
        both.push(Services::up(&mine, &folder).await?);
    }
    let (second, first) = (both.pop().context("two")?, both.pop().context("two")?);
    until("nobody collects", async || Ok(leads(&first).await? || leads(&second).await?)).await?;
    let (runner, other) = if leads(&first).await? { (first, second) } else { (second, first) };
    until("no run", async || Ok(runs(&job(&runner, &admin, "binance").await?) >= 3)).await?;
    ensure!(!leads(&other).await?, "both collect");
    ensure!(metric(&other.indexer, "sooho_price_job_runs_total").await?.is_none(), "both run jobs");

    // what was missed was made up for, once
    until("the missed run", async || Ok(runs(&job(&other, &admin, "coinbase").await?) == 2))
        .await?;
    let missed = job(&other, &admin, "coinbase").await?;
    ensure!(missed["cron"] == YEARLY && missed["nextRun"].is_string(), "{missed}");
    ensure!(missed["runs"][0]["outcome"] == "done", "{missed}");

    // any process shows the price, and says how old it is
    let file = write_config(&config(&world, &server)?, world.folder.path())?;
    let output = run(&file, &["prices", "now", "WETH", "--json"])?;
    let price: Value = serde_json::from_slice(&output.stdout)
        .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())?;
    ensure!(price["value"] == "2450.1" && price["status"] == "fresh", "{price}");
    until("no age", async || {
        let age = metric(&other.indexer, "sooho_price_age_seconds{chain=\"local\",token=\"WETH\"}");
        Ok(age.await?.is_some_and(|age| age < 60))
    })
    .await?;

    // killed: the other one goes on, and does not make up for what was made
    drop(runner);
    say("2460.2");
    until("nobody takes over", async || leads(&other).await).await?;
    until("no price of the other", async || {
        let output = run(&file, &["prices", "now", "WETH", "--json"])?;
        let price: Value = serde_json::from_slice(&output.stdout)?;
        Ok(price["value"].as_str() > Some("2450.1"))
    })
    .await?;
    ensure!(runs(&job(&other, &admin, "coinbase").await?) == 2, "a run was made twice");
    other.terminate().await?;
    world.stop().await
}
