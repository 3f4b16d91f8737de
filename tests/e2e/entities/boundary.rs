//! Old blocks keep their names: what was looked up by a time before a reorg says nothing of the blocks that replaced others,
//! when those have become final. And what is served begins where it was indexed from, whatever is configured by now.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use sooho::config::Config;
use tests::{
    process::{Services, free_address, spawn, write_config},
    world::World,
};

use super::past::{header, node};

/// How many blocks can be taken back.
pub(super) const WINDOW: u64 = 16;
/// How many are.
const DEPTH: u64 = 12;

pub(super) async fn check(world: &World, services: &Services) -> Result<()> {
    let node = node(world)?;
    let head = world.truth()?.head().await?;
    // times of final blocks: searches, each of which begins with both ends
    let start = world.deployment.start_block;
    for number in (start..head - WINDOW).step_by(7) {
        let (_, time) = header(&node, number).await?;
        let found = block(services, &format!("timestamp: {time}")).await?;
        ensure!(found["timestamp"] == time, "{found}, not {time}");
    }
    let url = world.chain.url();
    devchain::reorg_with_traffic(&url, &world.deployment, DEPTH, DEPTH + WINDOW + 9, 41).await?;
    let longer = world.truth()?.head().await?;
    ensure!(longer > head + WINDOW, "{longer} after {head}");
    services.wait_for_block(longer).await?;
    for number in head - WINDOW - 3..=longer {
        let (hash, timestamp) = header(&node, number).await?;
        let wanted = json!({ "number": number, "hash": hash, "timestamp": timestamp });
        let found = block(services, &format!("block: {number}")).await?;
        ensure!(found == wanted, "{found}, not {wanted}");
        // by a time, too
        let found = block(services, &format!("timestamp: {timestamp}")).await?;
        ensure!(found["timestamp"] == timestamp, "{found}, not {wanted}");
    }
    Ok(())
}

async fn block(services: &Services, as_of: &str) -> Result<Value> {
    let query = format!("{{ block(asOf: {{ {as_of} }}) {{ number hash timestamp }} }}");
    Ok(services.graphql(&query).await?["block"].clone())
}

/// A service whose configuration begins earlier than what it serves: that is not indexed yet.
pub(super) async fn earlier_start(world: &World, mut config: Config) -> Result<()> {
    let start = config.chain[0].start_block;
    ensure!(start > 0, "nothing is below the start");
    config.chain[0].start_block = start - 1;
    config.serving.listen = free_address()?;
    let folder = world.folder.path().join("earlier");
    std::fs::create_dir_all(&folder)?;
    let path = write_config(&config, &folder)?;
    let log = folder.join("serving.log");
    let mut serving = spawn(&path, &["up", "--service", "serving"], &log)?;
    let url = format!("http://{}", config.serving.listen);
    let asked = async {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !reqwest::get(format!("{url}/readyz")).await.is_ok_and(|it| it.status().is_success())
        {
            ensure!(Instant::now() < deadline, "not ready: {}", std::fs::read_to_string(&log)?);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        for (number, code) in [(start - 1, json!("BLOCK_BEFORE_START")), (start, Value::Null)] {
            let answer = reqwest::get(format!("{url}/v1/swaps?asOfBlock={number}")).await?;
            let answer: Value = answer.json().await?;
            ensure!(answer["code"] == code, "{number}: {answer}");
        }
        Ok(())
    };
    let asked = asked.await;
    serving.kill()?;
    serving.wait()?;
    asked.context("an earlier start")
}
