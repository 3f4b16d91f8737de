//! A server with a tiny cache: batches that do not fit into a transaction are made smaller, and the documents are those
//! of a roomy one; a block that does not fit alone is told of, with the key to raise.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use bson::doc;
use indexer::Target;
use mongodb::Client;
use store::testing::dump;
use tests::{
    process::{spawn, write_config},
    world::World,
};

#[tokio::test]
async fn what_does_not_fit_is_stored_in_smaller_batches() -> Result<()> {
    let world = World::start().await?;
    world.traffic(90, 12).await?;
    let undisturbed = dump(&world.index("undisturbed", Target::Head).await?).await?;
    let mut config = world.config("tiny")?;
    // all of it in one transaction, as far as it is up to us
    config.chain[0].events_per_commit = 1_000_000;
    config.chain[0].range = 2_000;
    let path = write_config(&config, world.folder.path())?;

    cache(&world, "10M").await?;
    let log = world.folder.path().join("index.log");
    let mut child = spawn(&path, &["index", "--to", "head"], &log)?;
    let deadline = Instant::now() + Duration::from_secs(120);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        let said = std::fs::read_to_string(&log)?;
        if Instant::now() > deadline {
            drop(child.kill());
            child.wait()?;
            bail!("it does not end:\n{said}");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let said = std::fs::read_to_string(&log)?;
    ensure!(status.success(), "{status}: {said}");
    ensure!(said.contains("do not fit into a transaction"), "everything fitted: {said}");
    ensure!(dump(&world.store("tiny").await?).await? == undisturbed, "the documents differ");
    world.stop().await
}

async fn cache(world: &World, size: &str) -> Result<()> {
    let admin = Client::with_uri_str(world.mongo.uri()).await?.database("admin");
    let size = format!("cache_size={size}");
    let set = doc! { "setParameter": 1, "wiredTigerEngineRuntimeConfig": size };
    admin.run_command(set).await.context("setting the cache")?;
    Ok(())
}
