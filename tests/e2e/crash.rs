//! `kill -9` anywhere: the next start continues, and the documents in the end are those of an undisturbed run.

use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use indexer::Target;
use store::testing::dump;
use tests::{
    process::{spawn, write_config},
    world::World,
};

const KILLS: usize = 14;
const EVENTS: u64 = 20_000;

#[tokio::test]
#[expect(clippy::print_stdout, reason = "which phases were hit is part of the proof")]
async fn kill_9_loses_nothing() -> Result<()> {
    let world = World::start().await?;
    let events = enough_traffic(&world).await?;
    let mut config = world.config("killed")?;
    // small commits: many places to die in
    config.log.filter = "warn,indexer=debug".into();
    config.chain[0].events_per_commit = 120;
    config.chain[0].range = 4;
    let path = write_config(&config, world.folder.path())?;
    let log = world.folder.path().join("index.log");

    let mut phases: BTreeMap<String, usize> = BTreeMap::new();
    let (mut kills, mut seed) = (0, 100);
    while kills < KILLS {
        // each victim is killed in the phase that was hit least so far
        let wanted = ["Fetch", "Fold", "Commit"]
            .into_iter()
            .min_by_key(|phase| phases.get(*phase).copied().unwrap_or_default())
            .context("phases")?;
        let mut child = spawn(&path, &["index", "--to", "head"], &log)?;
        let hit = wait_for_phase(&log, wanted, kills % 3, &mut child).await?;
        child.kill()?;
        child.wait()?;
        let Some(hit) = hit else {
            // it got to the head unharmed: the chain grows, and the same database goes on
            seed += 1;
            ensure!(seed < 120, "the index ended again and again after {kills} kills");
            world.traffic(40, seed).await?;
            continue;
        };
        *phases.entry(hit).or_default() += 1;
        kills += 1;
    }
    println!("{events} events, {kills} kills, by phase: {phases:?}");
    ensure!(kills >= 10, "the index ended after {kills} kills");
    for phase in ["Fetch", "Fold", "Commit"] {
        ensure!(phases.contains_key(phase), "no kill in {phase}: {phases:?}");
    }

    let killed = world.index("killed", Target::Head).await?;
    let undisturbed = world.index("undisturbed", Target::Head).await?;
    let (killed, undisturbed) = (dump(&killed).await?, dump(&undisturbed).await?);
    ensure!(killed == undisturbed, "the documents differ");
    world.stop().await
}

/// Traffic until the chain holds enough events; how many an index will count is known from a first, undisturbed one.
async fn enough_traffic(world: &World) -> Result<u64> {
    loop {
        world.traffic(150, 3).await?;
        let store = world.index("measure", Target::Head).await?;
        let watermark =
            store.reader().watermark(world.deployment.chain_id).await?.context("no watermark")?;
        if watermark.counters.events >= EVENTS {
            store.drop_database().await?;
            return Ok(watermark.counters.events);
        }
    }
}

/// Waits until the process has entered a phase some times and is in it, and returns its name. `None` when it ended first.
async fn wait_for_phase(
    log: &Path,
    wanted: &str,
    skip: usize,
    child: &mut std::process::Child,
) -> Result<Option<String>> {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let text = std::fs::read_to_string(log)?;
        let phases =
            text.lines().filter_map(|line| line.split("phase=").nth(1)).collect::<Vec<_>>();
        let count = |phase: &str| phases.iter().filter(|line| line.starts_with(phase)).count();
        // a batch is written while the next is fetched and folded: it is under way until it is told to be committed
        let committed = text.lines().filter(|line| line.contains("committed block=")).count();
        let now = match wanted {
            "Commit" => count("Commit") > committed,
            _ => phases.last().is_some_and(|last| last.starts_with(wanted)),
        };
        if now && count(wanted) > skip {
            return Ok(Some(wanted.to_owned()));
        }
        if child.try_wait()?.is_some() {
            return Ok(None);
        }
        ensure!(Instant::now() < deadline, "phase {wanted} was not reached:\n{text}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
