//! Minutes that passed while nobody collected are filled when somebody does again.

use std::time::Duration;

use anyhow::{Result, ensure};
use market_fixture::{Api, Fault, PriceServer};
use store::market::{Outcome, Run};
use tests::{process::Services, world::World};

use super::{
    bed::{WETH, now},
    watched::{minute, minutes, prices, until},
};

/// Not within the time of this test.
const YEARLY: &str = "0 0 0 1 1 *";

/// Where the pages began that were asked for, in Unix seconds.
fn pages(server: &PriceServer) -> Vec<u64> {
    let asked = server.asked(Api::Binance).into_iter();
    let klines = asked.filter(|asked| asked.path == "api/v3/klines");
    klines
        .filter_map(|asked| Some(asked.param("startTime")?.parse::<u64>().ok()? / 1_000))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gap_of_a_downtime_is_filled_at_the_next_start_though_that_is_killed_too() -> Result<()> {
    let world = World::start().await?;
    world.traffic(3, 1).await?;
    let server = PriceServer::start().await?;
    let mut config = world.config("downtime")?;
    config.indexer.lease_ms = 2_000;
    config.prices = prices(&server)?;
    config.prices.repair_hours = 1;
    // half an hour ago by the exchange's clock
    let begin = now() / 60 * 60 - 1_800;
    let candle = |number: u64| minute(begin + number * 60, &format!("{}", 2_450 + number));

    let services = Services::up(&config, world.folder.path()).await?;
    until("a follower", async || Ok(server.followers(Api::Binance) == 1)).await?;
    for number in 0..5 {
        let said = (begin + number * 60 + 60) * 1_000;
        server.push_minute("ETHUSDT", &candle(number), true, said);
    }
    until("pushed minutes", async || {
        Ok(minutes(&services, WETH, begin, begin + 600).await?.len() == 5)
    })
    .await?;
    // dropped is killed; ten minutes pass at the exchange
    drop(services);
    server.candles(Api::Binance, "ETHUSDT", 60, (0..15).map(candle).collect());

    // repairs have a time that is far off, and the last one is not missed
    config.prices.repair = YEARLY.into();
    let store = world.store("downtime").await?;
    let at = now() * 1_000;
    let run = Run { start: at, end: at, outcome: Outcome::Done, detail: String::new() };
    store.market().record_run("repair", &run, None).await?;
    // and the process is killed again while it repairs
    server.always(Api::Binance, [Fault::Slow(Duration::from_secs(60))]);
    let services = Services::up(&config, world.folder.path()).await?;
    until("a repair", async || Ok(!pages(&server).is_empty())).await?;
    drop(services);
    server.always(Api::Binance, []);

    // as if that had been on another machine: nobody sees that it ended, so its run holds its place until that runs out
    let held = store.market().acquire_job("repair", Duration::from_secs(5)).await?;
    ensure!(held.is_some(), "the killed repair holds its place");
    let services = Services::up(&config, world.folder.path()).await?;
    let mut found = Vec::new();
    let filled = until("the gap is filled", async || {
        found = minutes(&services, WETH, begin, begin + 900).await?;
        Ok(found.len() == 15)
    });
    let filled = filled.await;
    filled.map_err(|error| error.context(format!("{found:?}")))?;
    ensure!(found.iter().zip(0..15_u64).all(|((start, close), number)| {
        (*start, close) == (begin + number * 60, &format!("{}", 2_450 + number))
    }));
    // what was pushed is not asked for again
    let pushed = begin..begin + 300;
    ensure!(pages(&server).iter().all(|start| !pushed.contains(start)), "{:?}", pages(&server));
    services.terminate().await?;
    world.stop().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_a_clock_ahead_has_noted_stops_no_other() -> Result<()> {
    let world = World::start().await?;
    world.traffic(3, 1).await?;
    let server = PriceServer::start().await?;
    let mut config = world.config("ahead")?;
    config.prices = prices(&server)?;
    (config.prices.coinbase.cron, config.prices.coinbase.jitter_ms) = ("* * * * * *".into(), 900);
    // the process before had a clock that was a day ahead
    let store = world.store("ahead").await?;
    let at = (now() + 86_400) * 1_000;
    let run = Run { start: at, end: at, outcome: Outcome::Done, detail: String::new() };
    store.market().record_run("coinbase", &run, None).await?;
    let services = Services::up(&config, world.folder.path()).await?;
    let mut starts = Vec::new();
    until("a dozen runs", async || {
        let job = store.market().reader().job("coinbase").await?;
        let runs = job.map(|job| job.runs).unwrap_or_default();
        starts = runs.iter().map(|run| run.start).filter(|start| *start < at).collect();
        Ok(starts.len() >= 12)
    })
    .await?;
    // each begins a random part of a second later: that none of twelve does would be one in ten thousand
    ensure!(starts.iter().any(|start| start % 1_000 >= 400), "no jitter: {starts:?}");
    services.terminate().await?;
    world.stop().await
}
