//! Parts die or hang under running services; these heal by themselves, and nothing is lost.

use std::{path::Path, process::Command, time::Duration};

use anyhow::{Context, Result, ensure};
use sooho::config::EMBEDDED;
use tests::{
    process::{Services, get, run},
    world::{World, mongod},
};

#[tokio::test]
async fn services_survive_the_death_of_their_parts() -> Result<()> {
    let world = World::start().await?;
    world.traffic(20, 1).await?;
    let mut config = world.config("sooho")?;
    config.store.uri = EMBEDDED.into();
    config.store.data_dir = world.folder.path().join("own");
    config.store.mongod = mongod().unwrap_or_default();
    let services = Services::up(&config, world.folder.path()).await?;
    services.wait_for_block(world.truth()?.head().await?).await?;

    // the database dies: it is started again under the running services
    signal("KILL", &database_pid(&config.store.data_dir)?)?;
    caught_up(&services, &world, 2).await?;

    // the chain hangs: stored data still answers, and the index goes on when the chain does
    signal("STOP", &world.chain.pid().to_string())?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let pools = get(&format!("{}/v1/pools?first=1", services.serving)).await?;
    signal("CONT", &world.chain.pid().to_string())?;
    ensure!(pools["items"].as_array().is_some_and(|items| items.len() == 1), "{pools}");
    caught_up(&services, &world, 3).await?;

    // a second process on the same folder is refused, and says why
    let path = world.folder.path().join("sooho.toml");
    let second = run(&path, &["index", "--to", "head"])?;
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(5), "{said}");
    ensure!(said.contains("in use"), "{said}");

    // the services die with `kill -9` and leave their database behind: the next start takes care of it
    let orphan = database_pid(&config.store.data_dir)?;
    drop(services);
    ensure!(
        Path::new(&format!("/proc/{orphan}")).exists(),
        "the database should have survived its parent"
    );
    let services = Services::up(&config, world.folder.path()).await?;
    caught_up(&services, &world, 4).await?;
    ensure!(database_pid(&config.store.data_dir)? != orphan, "the orphan still runs");

    // asked to end, they leave no child
    let left = database_pid(&config.store.data_dir)?;
    services.terminate().await?;
    ensure!(!Path::new(&format!("/proc/{left}")).exists(), "mongod outlived sooho");
    world.stop().await
}

/// Mines traffic and waits until it is indexed with every swap.
async fn caught_up(services: &Services, world: &World, seed: u64) -> Result<()> {
    world.traffic(5, seed).await?;
    let truth = world.truth()?;
    let head = truth.head().await?;
    services.wait_for_block(head).await?;
    let status = get(&format!("{}/status", services.serving)).await?;
    let swaps = status["chains"][0]["counters"]["swaps"].as_u64().context("no count of swaps")?;
    assert_eq!(usize::try_from(swaps)?, truth.swaps(head).await?);
    Ok(())
}

/// `mongod` writes its process id into its lock.
fn database_pid(folder: &Path) -> Result<String> {
    Ok(std::fs::read_to_string(folder.join("db/mongod.lock"))?.trim().to_owned())
}

fn signal(name: &str, pid: &str) -> Result<()> {
    ensure!(
        Command::new("kill").args([&format!("-{name}"), pid]).status()?.success(),
        "kill -{name} {pid}"
    );
    Ok(())
}
