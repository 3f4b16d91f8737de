//! A primary that steps down again and again while an index runs: the same process goes on, and the documents are those of
//! an undisturbed run.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bson::doc;
use indexer::Target;
use mongodb::{Client, Database, options::ClientOptions};
use store::testing::dump;
use tests::{
    process::{spawn, write_config},
    world::World,
};

const STEP_DOWNS: usize = 8;

#[tokio::test]
#[expect(clippy::print_stdout, reason = "what was hit is part of the proof")]
async fn step_downs_lose_nothing() -> Result<()> {
    let world = World::start().await?;
    world.traffic(60, 4).await?;
    let mut config = world.config("stepped")?;
    config.log.filter = "info".into();
    // small commits: many transactions to hit
    config.chain[0].events_per_commit = 40;
    config.chain[0].range = 4;
    let path = write_config(&config, world.folder.path())?;
    let log = world.folder.path().join("index.log");
    let admin = admin(&world).await?;

    let (mut downs, mut hit, mut runs) = (0, 0, 0_u64);
    while downs < STEP_DOWNS {
        runs += 1;
        ensure!(runs < 20, "the index ended before it could be hit");
        let mut child = spawn(&path, &["index", "--to", "head"], &log)?;
        let deadline = Instant::now() + Duration::from_secs(100);
        // each a moment later in its transaction than the one before
        let mut pause = 350;
        let status = loop {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            pause += 40;
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if downs < STEP_DOWNS {
                step_down(&admin).await?;
                downs += 1;
            }
            ensure!(
                Instant::now() < deadline,
                "the index does not end:\n{}",
                std::fs::read_to_string(&log)?
            );
        };
        let said = std::fs::read_to_string(&log)?;
        ensure!(status.success(), "{status}:\n{said}");
        ensure!(!said.contains("panicked"), "{said}");
        hit += said.matches("it is tried again").count() + said.matches("will try again").count();
        world.traffic(30, 50 + runs).await?;
    }
    println!("{downs} step-downs in {runs} runs, {hit} tries began anew");
    ensure!(hit > 0, "no transaction was hit");
    let stepped = dump(&world.index("stepped", Target::Head).await?).await?;
    let undisturbed = dump(&world.index("undisturbed", Target::Head).await?).await?;
    ensure!(stepped == undisturbed, "the documents differ");
    world.stop().await
}

/// The server itself, whatever it thinks of its own role.
async fn admin(world: &World) -> Result<Database> {
    let mut options = ClientOptions::parse(world.mongo.uri()).await?;
    options.direct_connection = Some(true);
    options.repl_set_name = None;
    Ok(Client::with_options(options)?.database("admin"))
}

/// Steps down for a second, and waits until it is primary again.
async fn step_down(admin: &Database) -> Result<()> {
    let command = doc! { "replSetStepDown": 1, "secondaryCatchUpPeriodSecs": 0, "force": true };
    admin.run_command(command).await.context("stepping down")?;
    let hello = admin.run_command(doc! { "hello": 1 }).await?;
    ensure!(!hello.get_bool("isWritablePrimary")?, "it did not step down");
    let deadline = Instant::now() + Duration::from_secs(30);
    while !admin.run_command(doc! { "hello": 1 }).await?.get_bool("isWritablePrimary")? {
        ensure!(Instant::now() < deadline, "no primary again");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}
