//! Blocks that are announced while a reorg can take them back: nobody is told of an older one afterwards, and only while the
//! chain ends below them is said that they were taken back.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use devchain::Rpc;
use serde_json::Value;
use serving::feeds::Confirmations;
use tests::{process::Services, world::World};

use super::{ground::Reader, logs};

const PATIENCE: Duration = Duration::from_secs(60);
/// Readers beside each other.
const CROWD: usize = 4;

#[tokio::test]
async fn blocks_that_are_taken_back_after_all() -> Result<()> {
    let world = World::start().await?;
    world.traffic(40, 81).await?;
    let (truth, rpc) = (world.truth()?, Rpc::new(&world.chain.url())?);
    let mut config = world.config("feeds_deep")?;
    config.feeds.confirmations = Confirmations::Blocks(0);
    config.feeds.answers_mb = 0;
    let services = Services::up(&config, world.folder.path()).await?;
    services.wait_for_block(truth.head().await?).await?;
    nobody_is_behind(&world, &services).await?;

    let head = truth.head().await?;
    services.wait_for_block(head).await?;
    let reader = Reader { services: &services, feed: "dexscreener" };
    assert_eq!(reader.latest().await?, (head, logs::time(&rpc, head).await?));

    // another block at the height, of another time
    let url = world.chain.url();
    let before = logs::time(&rpc, head).await?;
    devchain::reorg_with_traffic(&url, &world.deployment, 3, 2, 82).await?;
    let _: Value = rpc.request("evm_mine", serde_json::json!([before + 1_000])).await?;
    until(&reader, "latest-block", async |status, answer| {
        Ok(status == 200 && answer["block"]["blockTimestamp"] == before + 1_000)
    })
    .await?;
    ensure!(reader.latest().await?.0 == head, "the chain is as high as before");

    // a longer branch that leaves further below: while its blocks come in there may be fewer than were announced
    let grown = AtomicBool::new(false);
    let grow = async {
        let grew = devchain::reorg_with_traffic(&url, &world.deployment, 20, 30, 83).await;
        grown.store(true, Ordering::Relaxed);
        grew
    };
    let (grew, followed) = tokio::join!(grow, never_back(&reader, &world, head, &grown));
    grew?;
    followed?;
    let head = truth.head().await?;
    assert_eq!(reader.latest().await?, (head, logs::time(&rpc, head).await?));
    let (status, _) = reader.ask("events?fromBlock=1&toBlock=5").await?;
    ensure!(status == 200, "{status}");
    services.terminate().await?;
    world.stop().await
}

/// Asks until the newest block is told: it is never below what was announced, or the answer says why there is none.
async fn never_back(
    reader: &Reader<'_>,
    world: &World,
    mut highest: u64,
    grown: &AtomicBool,
) -> Result<()> {
    let (truth, begun) = (world.truth()?, Instant::now());
    loop {
        let (status, answer) = reader.ask("latest-block").await?;
        if status == 200 {
            let number = answer["block"]["blockNumber"].as_u64().context("a number")?;
            ensure!(number >= highest, "{highest} became {number}");
            highest = number;
            if grown.load(Ordering::Relaxed) && number == truth.head().await? {
                return Ok(());
            }
        } else {
            let said = answer["detail"].as_str().context("a detail")?;
            ensure!(status == 503 && answer["code"] == "NOT_READY", "{status} {answer}");
            ensure!(said.contains("the chain was taken back"), "{said}");
        }
        ensure!(begun.elapsed() < PATIENCE, "{answer}");
    }
}

/// Asks until what is said is right.
async fn until(
    reader: &Reader<'_>,
    path: &str,
    is_right: impl AsyncFn(u16, &Value) -> Result<bool>,
) -> Result<()> {
    let begun = Instant::now();
    loop {
        let (status, answer) = reader.ask(path).await?;
        if is_right(status, &answer).await? {
            return Ok(());
        }
        ensure!(begun.elapsed() < PATIENCE, "{path}: {status} {answer}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Many read while blocks come: some look at the chain a moment before another one is told of the next block.
async fn nobody_is_behind(world: &World, services: &Services) -> Result<()> {
    let done = AtomicBool::new(false);
    let read = async || -> Result<u64> {
        let reader = Reader { services, feed: "dexscreener" };
        let (mut highest, mut asked) = (0, 0);
        while !done.load(Ordering::Relaxed) {
            let (number, _) = reader.latest().await?;
            ensure!(number >= highest, "{highest} became {number}");
            highest = number;
            let path = format!("events?fromBlock={number}&toBlock={number}");
            let (status, answer) = reader.ask(&path).await?;
            ensure!(status == 200, "{path}: {status} {answer}");
            asked += 1;
        }
        Ok(asked)
    };
    let mine = async {
        let outcome = world.traffic(20, 85).await;
        done.store(true, Ordering::Relaxed);
        outcome
    };
    let crowd = futures::future::try_join_all((0..CROWD).map(|_| read()));
    let (asked, mined) = tokio::join!(crowd, mine);
    mined?;
    let asked: u64 = asked?.into_iter().sum();
    ensure!(asked > 20, "{asked} questions");
    Ok(())
}
