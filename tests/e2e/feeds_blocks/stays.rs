//! What was announced stays: over reorgs, restarts, and while the node is away.

use anyhow::{Result, ensure};
use devchain::Rpc;
use tests::{process::Services, world::World};

use super::{ground::Reader, logs};

#[tokio::test]
async fn what_was_announced_stays() -> Result<()> {
    let world = World::start().await?;
    world.traffic(110, 51).await?;
    let (truth, rpc) = (world.truth()?, Rpc::new(&world.chain.url())?);
    let config = world.config("feeds_stay")?;
    let services = Services::up(&config, world.folder.path()).await?;
    let head = truth.head().await?;
    services.wait_for_block(head).await?;
    let reader = Reader { services: &services, feed: "dexscreener" };
    let before = reader.latest().await?;
    // as deep as the chain's settings say that reorgs go
    assert_eq!(before, (head - 64, logs::time(&rpc, head - 64).await?));
    let told = reader.crawl(before.0, 1).await?;
    ensure!(told.len() > 100, "{} events", told.len());

    let mut highest = before;
    for (depth, blocks, seed) in [(1, 2, 61), (40, 30, 62), (9, 40, 63), (60, 62, 64)] {
        let url = world.chain.url();
        devchain::reorg_with_traffic(&url, &world.deployment, depth, blocks, seed).await?;
        let target = truth.head().await?;
        loop {
            let latest = reader.latest().await?;
            ensure!(latest >= highest, "{highest:?} became {latest:?}");
            highest = latest;
            let (status, _) =
                reader.ask(&format!("events?fromBlock={0}&toBlock={0}", latest.0)).await?;
            ensure!(status == 200, "{latest:?} was announced: {status}");
            if services.wait_for_block(target).await? >= target {
                break;
            }
        }
        ensure!(reader.crawl(before.0, seed).await? == told, "after {depth} blocks back");
    }
    let latest = reader.latest().await?;
    ensure!(latest.0 > before.0, "{before:?} {latest:?}");
    assert_eq!(latest.1, logs::time(&rpc, latest.0).await?);
    let told = reader.crawl(latest.0, 2).await?;

    services.terminate().await?;
    let services = Services::up(&config, world.folder.path()).await?;
    let reader = Reader { services: &services, feed: "dexscreener" };
    let again = reader.latest().await?;
    ensure!(again >= latest, "{latest:?} became {again:?}");

    let tools = Reader { services: &services, feed: "dextools" };
    let created = tools.crawl(latest.0, 4).await?;

    // nothing of this needs the node; who made pools it said once
    world.chain.stop().await?;
    assert_eq!(reader.latest().await?, again);
    ensure!(tools.crawl(latest.0, 5).await? == created, "creators are forgotten");
    ensure!(reader.crawl(latest.0, 3).await? == told, "without the node");
    drop(services);
    world.mongo.stop().await;
    Ok(())
}
