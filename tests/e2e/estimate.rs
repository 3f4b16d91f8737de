//! What was estimated before an index is what the index then takes, within the range that was told.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::{
    process::{run, write_config},
    world::World,
};

use super::backup::expect;

#[tokio::test]
async fn the_index_is_within_the_range_of_its_estimate() -> Result<()> {
    let world = World::start().await?;
    world.traffic(400, 31).await?;
    let mut config = world.config("estimated")?;
    // twelve spans of these are a part of the chain
    config.chain[0].range = 9;
    let path = write_config(&config, world.folder.path())?;
    let said = expect(&run(&path, &["index", "--estimate"])?, 0, &["events", "eth_getLogs", "GB"])?;
    ensure!(said.contains("at most") && said.contains("  swaps"), "{said}");
    let output = run(&path, &["index", "--estimate", "--json"])?;
    let said = expect(&output, 0, &[])?;
    let json = said.get(said.find('{').context("no JSON")?..).unwrap_or(&said);
    let found: Value = serde_json::from_str(json)?;
    let chain = &found["chains"][0];
    ensure!(chain["gaps"].as_array().is_some_and(Vec::is_empty), "{chain:#}");
    let blocks = world.truth()?.head().await? + 1 - world.deployment.start_block;
    let looked_at = chain["lookedAt"].as_u64().context("no count")?;
    ensure!(looked_at * 2 < blocks, "{looked_at} of {blocks} blocks leave too little to guess");

    expect(&run(&path, &["index", "--to", "head"])?, 0, &[])?;
    let store = world.store("estimated").await?;
    let watermark =
        store.reader().watermark(world.deployment.chain_id).await?.context("no watermark")?;
    let within = |name: &str, is: u64| -> Result<()> {
        let range = &chain[name];
        let bound = |which: &str| range[which].as_f64().context("no bound");
        let is = format!("{is}").parse::<f64>()?;
        let (low, likely, high) = (bound("low")?, bound("likely")?, bound("high")?);
        ensure!(low <= is && is <= high, "{name}: {is} is not within {low} to {high}");
        ensure!(low <= likely && likely <= high && likely > 0.0, "{name}: {range}");
        ensure!(high < likely * 3.0, "{name}: {range} says nothing");
        Ok(())
    };
    within("events", watermark.counters.events)?;
    let swaps = chain["eventsByKind"]["swaps"].clone();
    let is = format!("{}", watermark.counters.swaps).parse::<f64>()?;
    let bound = |which: &str| swaps[which].as_f64().context("no bound");
    ensure!(bound("low")? <= is && is <= bound("high")?, "{is} swaps: {swaps}");
    // where nothing is left, nothing is estimated
    let output = run(&path, &["index", "--estimate", "--json"])?;
    let said = expect(&output, 0, &[])?;
    ensure!(said.contains("\"lookedAt\": 0"), "{said}");
    expect(&run(&path, &["index", "--estimate", "--to", "head"])?, 2, &["cannot be used with"])?;
    expect(&run(&path, &["index"])?, 2, &["--to"])?;
    world.stop().await
}

#[tokio::test]
async fn an_endpoint_that_is_away_is_named() -> Result<()> {
    let world = World::start().await?;
    let mut config = world.config("away")?;
    config.chain[0].rpc = vec!["http://127.0.0.1:9".to_owned()];
    let path = write_config(&config, world.folder.path())?;
    expect(&run(&path, &["index", "--estimate"])?, 4, &["the chain's endpoints do not answer"])?;
    world.stop().await
}
