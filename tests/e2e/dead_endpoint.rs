//! An endpoint that dies in the middle of an answer, again and again: another one takes over, or the next start goes on,
//! and the documents are those of an undisturbed run.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use devchain::Dice;
use indexer::Target;
use store::testing::dump;
use tests::{
    process::{spawn, write_config},
    wire::Wire,
    world::World,
};

/// How often the only endpoint dies.
const DEATHS: usize = 6;

#[tokio::test]
#[expect(clippy::print_stdout, reason = "where the endpoint died is part of the proof")]
async fn the_next_start_goes_on_where_the_endpoint_died() -> Result<()> {
    let world = World::start().await?;
    world.traffic(120, 8).await?;
    let mut config = world.config("cut")?;
    config.log.filter = "info".into();
    config.chain[0].range = 5;
    config.chain[0].events_per_commit = 300;
    let wire = Wire::new(&world.chain.url()).await?;
    config.chain[0].rpc = vec![wire.url()];
    let path = write_config(&config, world.folder.path())?;
    let log = world.folder.path().join("index.log");

    let store = world.store("cut").await?;
    let id = world.deployment.chain_id;
    let mut dice = Dice::new(5);
    let (mut deaths, mut heights) = (0, Vec::new());
    while deaths < DEATHS {
        wire.mend();
        // from the first answers to the middle of the chain
        wire.cut_after(u32::try_from(dice.between(300_000, 4_000_000))?);
        let mut child = spawn(&path, &["index", "--to", "head"], &log)?;
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let said = std::fs::read_to_string(&log)?;
            if wire.is_cut() && said.contains("will try again") {
                // it says why, and does not end for that
                ensure!(child.try_wait()?.is_none(), "it ended:\n{said}");
                deaths += 1;
                let watermark = store.reader().watermark(id).await?;
                heights.push(watermark.map(|watermark| watermark.block.number));
                break;
            }
            if let Some(status) = child.try_wait()? {
                ensure!(status.success(), "{status}\n{said}");
                world.traffic(40, 20 + deaths as u64).await?;
                break;
            }
            ensure!(Instant::now() < deadline, "neither cut nor done:\n{said}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        drop(child.kill());
        child.wait()?;
    }
    wire.mend();
    println!("the endpoint died {deaths} times, with the index at {heights:?}");
    ensure!(heights.iter().flatten().count() > 2, "it never died in the middle");
    let mut child = spawn(&path, &["index", "--to", "head"], &log)?;
    // the wire is a task of this test: it must not be blocked
    let deadline = Instant::now() + Duration::from_secs(60);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        ensure!(Instant::now() < deadline, "it does not end:\n{}", std::fs::read_to_string(&log)?);
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    ensure!(status.success(), "{}", std::fs::read_to_string(&log)?);
    let undisturbed = dump(&world.index("undisturbed", Target::Head).await?).await?;
    ensure!(dump(&store).await? == undisturbed, "the documents differ");
    world.stop().await
}

#[tokio::test]
async fn another_endpoint_takes_over_in_the_middle() -> Result<()> {
    let world = World::start().await?;
    world.traffic(120, 9).await?;
    let undisturbed = dump(&world.index("undisturbed", Target::Head).await?).await?;
    for (name, bytes) in [("early", 100_000), ("late", 1_500_000)] {
        let wire = Wire::new(&world.chain.url()).await?;
        wire.cut_after(bytes);
        let mut chain = world.chain_config();
        chain.rpc = vec![wire.url(), world.chain.url()];
        chain.range = 5;
        let index = world.index_chain(&chain, name, Target::Head);
        let store = tokio::time::timeout(Duration::from_secs(60), Box::pin(index))
            .await
            .with_context(|| format!("{name}: the index hangs"))??;
        ensure!(wire.is_cut(), "{name}: the first endpoint was not used so much");
        ensure!(dump(&store).await? == undisturbed, "{name}: the documents differ");
    }
    world.stop().await
}
