//! Candles of more than one file: each goes on where the one before ended.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::{
    process::{Services, get},
    world::World,
};

use super::text::File;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn candles_of_several_files_are_those_of_one_page() -> Result<()> {
    let world = World::start().await?;
    world.traffic(90, 29).await?;
    let mut config = world.config("parts")?;
    config.serving.export.max_rows = 2;
    let services = Services::up(&config, world.folder.path()).await?;
    services.wait_for_block(world.truth()?.head().await?).await?;
    let busiest = get(&format!("{}/v1/pools?orderBy=swaps&first=1", services.serving)).await?;
    let pool = busiest["items"][0]["id"].as_str().context("a pool")?;
    for fill in [false, true] {
        let path = format!("/v1/pools/{pool}/candles?resolution=1m&limit=1000&fill={fill}");
        let page = get(&format!("{}{path}", services.serving)).await?;
        let rows = page["items"].as_array().context("candles")?;
        ensure!(rows.len() > 5, "{} candles", rows.len());
        let found = in_parts(&services, &path, &rows[0]["start"]).await?;
        ensure!(found == *rows, "fill={fill}: {} candles for {}", found.len(), rows.len());
    }
    services.terminate().await?;
    world.stop().await
}

async fn in_parts(services: &Services, path: &str, from: &Value) -> Result<Vec<Value>> {
    let (mut rows, mut from) = (Vec::new(), from.to_string());
    loop {
        let list = path.replace("&limit=1000", "");
        let url = format!("{}{list}&format=ndjson&from={from}", services.serving);
        let (found, last) = File::get(&url, &[]).await?.lines()?;
        for mut row in found {
            // what a page says once
            let resolution = row.as_object_mut().and_then(|row| row.remove("resolution"));
            ensure!(resolution == Some("1m".into()), "{row}");
            rows.push(row);
        }
        let end = &last["end"];
        ensure!(end["complete"] == end["next"].is_null(), "{last}");
        match end["next"].as_str() {
            Some(next) => from = next.to_owned(),
            None => return Ok(rows),
        }
        ensure!(rows.len() < 10_000, "it does not end");
    }
}
