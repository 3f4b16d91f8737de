//! Where prices of long ago are forgotten, blocks whose V4 liquidity cannot be told are refused; of all others nothing is
//! missing.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::{
    process::{Services, metric},
    world::World,
};

use super::ground::{Place, Reader};

const PATIENCE: Duration = Duration::from_secs(120);

/// Joins and exits with their amounts.
fn liquidity(events: impl IntoIterator<Item = (Place, Value)>) -> BTreeMap<Place, [Value; 4]> {
    let names = ["eventType", "pairId", "amount0", "amount1"];
    let events = events.into_iter().filter(|(_, event)| event["eventType"] != "swap");
    events.map(|(place, event)| (place, names.map(|name| event[name].clone()))).collect()
}

#[tokio::test]
async fn blocks_are_refused_whose_liquidity_is_forgotten_and_no_others() -> Result<()> {
    let world = World::start().await?;
    world.traffic(90, 91).await?;
    let truth = world.truth()?;
    let mut config = world.config("feeds_horizon")?;
    for chain in &mut config.chain {
        chain.undo_window = 8;
    }
    let services = Services::up(&config, world.folder.path()).await?;
    services.wait_for_block(truth.head().await?).await?;
    let reader = Reader { services: &services, feed: "dexscreener" };
    let (latest, _) = reader.latest().await?;
    let told = liquidity(reader.crawl(latest, 9).await?);
    ensure!(told.len() > 20, "{} changes of liquidity", told.len());
    services.terminate().await?;

    config.indexer.history = "40 blocks".parse()?;
    let services = Services::up(&config, world.folder.path()).await?;
    let begun = Instant::now();
    while metric(&services.indexer, "sooho_indexer_history_from_block{").await?.unwrap_or(0) == 0 {
        ensure!(begun.elapsed() < PATIENCE, "nothing is forgotten");
        world.traffic(2, 92).await?;
        services.wait_for_block(truth.head().await?).await?;
    }
    let reader = Reader { services: &services, feed: "dexscreener" };
    let (mut refused, mut last) = (0, 0);
    for block in 0..=latest {
        let path = format!("events?fromBlock={block}&toBlock={block}");
        let (status, answer) = reader.ask(&path).await?;
        if status == 400 {
            let said = answer["detail"].as_str().context("a detail")?;
            ensure!(said.contains(&format!("ask for blocks above {block}")), "{said}");
            ensure!(answer["code"] == "RANGE_INVALID", "{answer}");
            (refused, last) = (refused + 1, block);
            continue;
        }
        ensure!(status == 200, "{path}: {status} {answer}");
        let mut found = Vec::new();
        for event in answer["events"].as_array().context("events")? {
            let index = event["eventIndex"].as_u64().context("an index")?;
            found.push(((block, index), event.clone()));
        }
        let wanted = told.range((block, 0)..=(block, u64::MAX));
        let wanted: BTreeMap<_, _> = wanted.map(|(place, told)| (*place, told.clone())).collect();
        ensure!(liquidity(found) == wanted, "{path}: {answer}, wanted {wanted:?}");
    }
    ensure!(refused > 3 && last < latest, "{refused} blocks are refused, the last one is {last}");
    // a range is refused for one of its blocks, and the answer says where to go on
    let (status, answer) = reader.ask(&format!("events?fromBlock=0&toBlock={latest}")).await?;
    let said = answer["detail"].as_str().context("a detail")?;
    ensure!(status == 400 && said.contains(&format!("above {last}")), "{status} {answer}");
    let (status, answer) =
        reader.ask(&format!("events?fromBlock={}&toBlock={latest}", last + 1)).await?;
    ensure!(status == 200, "{status} {answer}");
    services.terminate().await?;
    world.stop().await
}
