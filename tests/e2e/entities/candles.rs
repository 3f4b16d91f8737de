//! Candles as of a block are those of now that were over then.

use anyhow::{Context, Result, ensure};
use domain::candle::Resolution;
use serde_json::Value;
use tests::{
    process::{Services, get},
    world::World,
};

use super::text;

pub(super) async fn check(world: &World, services: &Services) -> Result<()> {
    let base = format!("{}/v1", services.serving);
    let head = world.truth()?.head().await?;
    let pools = get(&format!("{}/v1/pools?orderBy=swaps&first=4", services.serving)).await?;
    let mut subjects = Vec::new();
    for pool in pools["items"].as_array().context("pools")? {
        subjects.push(format!("pools/{}/candles?base=token1", text(pool, "id")?));
        let factory = text(pool, "factory")?;
        let token = text(&pool["token0"], "address")?;
        subjects.push(format!("tokens/{token}/candles?factory={factory}"));
    }
    let mut compared = 0;
    for number in [world.deployment.end_block + 12, head - 20, head - 3] {
        for subject in &subjects {
            for resolution in ["1m", "5m", "1h"] {
                for more in ["&limit=1000", "&limit=3", "&limit=1000&fill=true"] {
                    let path = format!("{base}/{subject}&resolution={resolution}{more}");
                    let found = at(&path, number, resolution).await;
                    compared += found.with_context(|| format!("{path} at {number}"))?;
                }
            }
        }
    }
    ensure!(compared > 100, "{compared} candles are too few to tell");
    Ok(())
}

/// How many there are.
async fn at(path: &str, number: u64, resolution: &str) -> Result<usize> {
    let then = get(&format!("{path}&asOfBlock={number}")).await?;
    ensure!(then["block"]["number"] == number, "{then}");
    let time = then["block"]["timestamp"].as_u64().context("timestamp")?;
    let over = resolution.parse::<Resolution>()?.start(time);
    // those that begin before the one of the block
    let now = get(&format!("{path}&to={over}")).await?;
    let (then, now) = (rows(&then)?, rows(&now)?);
    ensure!(then == now, "{} candles, not {}, that begin before {over}", then.len(), now.len());
    // what is filled up is counted from the end
    if !path.contains("fill=true") {
        let all = get(&path.replace("&limit=3", "&limit=1000")).await?;
        let is_over = |row: &&Value| row["start"].as_u64().is_some_and(|start| start < over);
        let all: Vec<&Value> = rows(&all)?.iter().filter(is_over).collect();
        let newest = all.len().saturating_sub(if path.contains("&limit=3") { 3 } else { 1_000 });
        ensure!(then.iter().eq(all[newest..].iter().copied()), "{} of {}", then.len(), all.len());
    }
    Ok(then.len())
}

fn rows(body: &Value) -> Result<&Vec<Value>> {
    body["items"].as_array().with_context(|| body.to_string())
}
