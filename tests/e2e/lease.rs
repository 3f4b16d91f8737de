//! Two services on one chain: one writes, the other takes over when the first falls silent, and never both.

use std::{
    path::PathBuf,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use devchain::Dice;
use indexer::Target;
use store::testing::dump;
use tests::{
    process::{Services, metric, run, spawn, write_config},
    world::World,
};

/// Short, so that the test need not wait; long enough for a loaded machine.
const LEASE_MS: u64 = 2_000;
/// How often the writer falls silent at a moment of chance.
const STALLS: u64 = 6;

struct Pair<'a> {
    world: &'a World,
    both: [Option<Services>; 2],
    folders: [PathBuf; 2],
}

impl<'a> Pair<'a> {
    async fn up(world: &'a World) -> Result<Self> {
        let folders = ["first", "second"].map(|name| world.folder.path().join(name));
        let mut both = [None, None];
        for (services, folder) in both.iter_mut().zip(&folders) {
            std::fs::create_dir(folder)?;
            let mut config = world.config("shared")?;
            config.indexer.lease_ms = LEASE_MS;
            *services = Some(Services::up(&config, folder).await?);
        }
        Ok(Self { world, both, folders })
    }

    fn services(&self, index: usize) -> Result<&Services> {
        self.both.get(index).and_then(Option::as_ref).context("it ended")
    }

    async fn leads(&self, index: usize) -> Result<bool> {
        let leading = metric(&self.services(index)?.indexer, "sooho_indexer_leading{").await;
        Ok(leading.with_context(|| self.log(index).unwrap_or_default())? == Some(1))
    }

    async fn wait_until_leading(&self, index: usize, leading: bool) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(30);
        while self.leads(index).await? != leading {
            ensure!(Instant::now() < deadline, "{index} leads: {}", !leading);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    fn log(&self, index: usize) -> Result<String> {
        Ok(std::fs::read_to_string(self.folders[index].join("up.log"))?)
    }

    /// Mines traffic, which one of the two indexes.
    async fn traffic(&self, seed: u64, reader: usize) -> Result<()> {
        self.world.traffic(6, seed).await?;
        let head = self.world.truth()?.head().await?;
        self.services(reader)?.wait_for_block(head).await?;
        Ok(())
    }

    async fn events(&self, index: usize) -> Result<u64> {
        let counted = metric(&self.services(index)?.indexer, "sooho_indexer_events_total{").await?;
        Ok(counted.unwrap_or_default())
    }
}

fn signal(name: &str, services: &Services) -> Result<()> {
    let pid = services.pid().to_string();
    ensure!(Command::new("kill").args([&format!("-{name}"), &pid]).status()?.success(), "{name}");
    Ok(())
}

#[tokio::test]
async fn a_chain_has_one_writer_and_a_stalled_one_is_refused() -> Result<()> {
    let world = World::start().await?;
    world.traffic(20, 1).await?;
    let mut pair = Pair::up(&world).await?;
    pair.wait_until_leading(0, true).await?;
    pair.traffic(2, 1).await?;
    ensure!(!pair.leads(1).await?, "both write");
    ensure!(pair.events(0).await? > 0 && pair.events(1).await? == 0, "the second one wrote");
    ensure!(
        pair.log(1)?.contains("standing by: another process writes the chain"),
        "{}",
        pair.log(1)?
    );

    // the writer falls silent for longer than its lease: the other goes on where it stopped
    signal("STOP", pair.services(0)?)?;
    pair.wait_until_leading(1, true).await?;
    pair.traffic(3, 1).await?;
    let before = pair.events(1).await?;
    ensure!(before > 0, "the second one does not write");

    // it wakes up and believes that it writes still: there is something new to write, and it is refused
    world.traffic(3, 4).await?;
    signal("CONT", pair.services(0)?)?;
    pair.wait_until_leading(0, false).await?;
    pair.traffic(5, 0).await?;
    ensure!(
        pair.leads(1).await? && pair.events(1).await? > before,
        "the second one lost the chain"
    );
    ensure!(pair.log(0)?.contains("lost the right to write"), "{}", pair.log(0)?);

    // a writer that is asked to end gives the chain back at once
    let given_back = Instant::now();
    pair.both[1].take().context("it ended")?.terminate().await?;
    pair.wait_until_leading(0, true).await?;
    ensure!(
        given_back.elapsed() < Duration::from_millis(LEASE_MS) * 3,
        "the chain was not given back"
    );
    pair.traffic(6, 0).await?;
    pair.both[0].take().context("it ended")?.terminate().await?;

    same_as_a_clean_index(&world).await?;
    world.stop().await
}

#[tokio::test]
async fn stalls_at_any_moment_lose_nothing() -> Result<()> {
    let world = World::start().await?;
    world.traffic(20, 1).await?;
    let pair = Pair::up(&world).await?;
    pair.wait_until_leading(0, true).await?;
    let mut dice = Dice::new(7);
    for swap in 0..STALLS {
        let (writer, other) = if swap % 2 == 0 { (0, 1) } else { (1, 0) };
        let moment = Duration::from_millis(dice.below(400));
        let stall = async {
            tokio::time::sleep(moment).await;
            signal("STOP", pair.services(writer)?)
        };
        tokio::try_join!(world.traffic(3, 10 + swap), stall)?;
        pair.wait_until_leading(other, true).await?;
        // it wakes up while the other one writes what both want to
        world.traffic(4, 50 + swap).await?;
        tokio::time::sleep(Duration::from_millis(dice.below(40))).await;
        signal("CONT", pair.services(writer)?)?;
        pair.wait_until_leading(writer, false).await?;
        pair.traffic(100 + swap, writer).await?;
    }
    for services in pair.both.into_iter().flatten() {
        services.terminate().await?;
    }
    same_as_a_clean_index(&world).await?;
    world.stop().await
}

async fn same_as_a_clean_index(world: &World) -> Result<()> {
    let shared = dump(&world.store("shared").await?).await?;
    let clean = dump(&world.index("clean", Target::Head).await?).await?;
    ensure!(clean.get("rows").is_some_and(|rows| rows.len() > 50), "too little happened");
    for (collection, documents) in &clean {
        let found = shared.get(collection).map(Vec::as_slice).unwrap_or_default();
        let odd = documents.iter().zip(found).find(|(clean, shared)| clean != shared);
        let odd = odd.map(|(a, b)| (String::from_utf8_lossy(a), String::from_utf8_lossy(b)));
        ensure!(found == documents, "{collection} differs, first clean, then shared: {odd:#?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_command_does_not_take_a_chain_from_who_writes_it() -> Result<()> {
    let world = World::start().await?;
    world.traffic(10, 1).await?;
    let mut config = world.config("held")?;
    config.indexer.lease_ms = LEASE_MS;
    let services = Services::up(&config, world.folder.path()).await?;
    services.wait_for_block(world.truth()?.head().await?).await?;
    let path = write_config(&config, world.folder.path())?;
    for command in
        [&["index", "--to", "head"][..], &["rewind", "--to", "3"], &["rewind", "--drop", "--yes"]]
    {
        let output = run(&path, command)?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(7), "{command:?}: {said}");
        ensure!(said.contains(&format!("/{} ", services.pid())), "the holder is not named: {said}");
    }
    let head = world.truth()?.head().await?;
    assert_eq!(services.wait_for_block(head).await?, head);

    // killed, it gives nothing back; its successor on the same machine sees that and does not wait
    let long = Duration::from_secs(60);
    drop(services);
    config.indexer.lease_ms = u64::try_from(long.as_millis())?;
    let path = write_config(&config, world.folder.path())?;
    let log = world.folder.path().join("index.log");
    let started = Instant::now();
    let mut victim = spawn(&path, &["up", "--service", "indexer"], &log)?;
    while !std::fs::read_to_string(&log)?.contains("this process writes the chain") {
        if let Some(status) = victim.try_wait()? {
            bail!("{status}: {}", std::fs::read_to_string(&log)?);
        }
        ensure!(started.elapsed() < long / 2, "it waited: {}", std::fs::read_to_string(&log)?);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    victim.kill()?;
    victim.wait()?;
    let output = run(&path, &["index", "--to", "head"])?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    ensure!(started.elapsed() < long / 2, "it waited");
    world.stop().await
}
