//! A node that has not come as far as what is stored is waited for, and said to be.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result, ensure};
use chain::Client;
use indexer::{Indexer, Phase, Target};
use observe::Shutdown;
use tests::world::World;

#[tokio::test]
async fn a_node_that_is_behind_is_waited_for_and_said_to_be() -> Result<()> {
    let world = World::start().await?;
    world.traffic(30, 3).await?;
    let store = world.index("behind", Target::Head).await?;
    let stored = world.truth()?.head().await?;
    // the chain is rolled back with nothing in its place: as a fresh node that has not got there
    devchain::reorg(&world.chain.url(), 20, false).await?;
    let settings = world.chain_config();
    let client = Client::new(settings.id, &settings.rpc)?;
    let indexer =
        Indexer::new(settings.indexer(), client, store.clone(), Arc::clone(&world.metrics));
    let mut progress = indexer.progress();
    let run = tokio::spawn(indexer.run(Target::Head, Shutdown::new()));
    let behind = progress.wait_for(|progress| progress.phase == Phase::NodeBehind);
    let seen = *tokio::time::timeout(Duration::from_secs(20), behind).await.context("said")??;
    ensure!(seen.head == stored - 20, "{seen:?}");
    let gauge = world.metrics.node_behind.with_label_values(&["local"]);
    ensure!(gauge.get() == 20, "the gauge says {}", gauge.get());
    tokio::time::sleep(Duration::from_millis(300)).await;
    ensure!(!run.is_finished(), "it waits");

    // other blocks than before: once the node is as high, they take the place of the old ones
    world.traffic(25, 9).await?;
    tokio::time::timeout(Duration::from_secs(60), run).await.context("it goes on")???;
    ensure!(gauge.get() == 0, "it is over: {}", gauge.get());
    let head = world.truth()?.head().await?;
    let watermark = store.reader().watermark(settings.id).await?.context("stored")?;
    ensure!(watermark.block.number == head, "{} of {head}", watermark.block.number);
    world.stop().await
}
