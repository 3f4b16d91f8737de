//! A changed configuration on a running database: readers lose nothing, and what comes of it is what an index made from
//! scratch has, whatever happens on the way.

use std::{
    path::PathBuf,
    process::Child,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use indexer::Target;
use sooho::config::Config;
use store::testing::{dump, dump_chain};
use tests::{
    process::{get, metric, run, spawn, write_config},
    world::World,
};

mod commands;
mod readers;
mod rivals;

use readers::Readers;

/// Slow enough to do something while it goes on.
const EVENTS_PER_COMMIT: usize = 30;
const DEPTH: u64 = 9;

/// One DEX and nothing else.
fn small(world: &World, database: &str) -> Result<Config> {
    let mut config = world.config(database)?;
    config.chain[0].dex.truncate(1);
    config.chain[0].collection.clear();
    config.chain[0].range = 4;
    config.chain[0].events_per_commit = EVENTS_PER_COMMIT;
    config.indexer.audit = "*/2 * * * * *".into();
    Ok(config)
}

/// The same with a second DEX and a collection.
fn large(world: &World, small: &Config) -> Result<Config> {
    let mut config = small.clone();
    let all = world.config("all")?;
    config.chain[0].dex.push(all.chain[0].dex[1].clone());
    config.chain[0].collection.push(all.chain[0].collection[0].clone());
    Ok(config)
}

/// The indexer in a process of its own; killed when dropped.
struct Indexing {
    child: Child,
    base: String,
    log: PathBuf,
}

impl Indexing {
    fn start(config: &Config, world: &World, name: &str) -> Result<Self> {
        let log = world.folder.path().join(format!("{name}.log"));
        let path = write_config(config, world.folder.path())?;
        let child = spawn(&path, &["up", "--service", "indexer"], &log)?;
        Ok(Self { child, base: format!("http://{}", config.indexer.listen), log })
    }

    fn said(&self) -> Result<String> {
        Ok(std::fs::read_to_string(&self.log)?)
    }

    /// Waits for a line of the log.
    async fn says(&mut self, words: &str) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(90);
        while !self.said()?.contains(words) {
            if let Some(status) = self.child.try_wait()? {
                bail!("{status}: {}", self.said()?);
            }
            ensure!(Instant::now() < deadline, "it never said `{words}`: {}", self.said()?);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// Waits until so many blocks of the new generation are stored, and gives the newest.
    async fn built(&mut self, blocks: u64) -> Result<u64> {
        let deadline = Instant::now() + Duration::from_secs(90);
        loop {
            ensure!(!self.said()?.contains("took the place"), "it is through already");
            let status = get(&format!("{}/status", self.base)).await.unwrap_or_default();
            match readers::number(&status["chains"][0]["building"]["block"]["number"]) {
                Some(block) if block >= blocks => return Ok(block),
                _ => ensure!(Instant::now() < deadline, "{status}: {}", self.said()?),
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for Indexing {
    /// As `kill -9` does.
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[tokio::test]
async fn a_dex_and_a_collection_are_added_while_readers_read() -> Result<()> {
    let world = World::start().await?;
    world.traffic(320, 1).await?;
    let first = small(&world, "grown")?;
    let second = large(&world, &first)?;
    let start = world.deployment.end_block;

    let mut indexing = Indexing::start(&first, &world, "first")?;
    let readers = Readers::start(&second, &world).await?;
    readers.wait_for(world.truth()?.head().await?).await?;
    let known = readers.begin().await?;
    ensure!(known > 2, "there are {known} pools of the first DEX");
    indexing.says("this process writes the chain").await?;
    drop(indexing);

    // the new configuration; the chain goes on meanwhile
    let mut indexing = Indexing::start(&second, &world, "second")?;
    indexing.says("added dex `uniswap-v3`, added collection `apes`").await?;
    world.traffic(3, 2).await?;
    let reached = indexing.built(start + 20).await?;
    ensure!(metric(&indexing.base, "sooho_indexer_building_block{").await? >= Some(start));
    drop(indexing);

    let mut indexing = Indexing::start(&second, &world, "third")?;
    indexing.says("the rebuild goes on").await?;
    ensure!(indexing.built(0).await? >= reached, "it began again");
    // a reorg: readers follow it on the old generation, the new one never saw those blocks
    readers.may_go_back(DEPTH);
    devchain::reorg_with_traffic(&world.chain.url(), &world.deployment, DEPTH, DEPTH + 4, 7)
        .await?;
    readers.wait_for(world.truth()?.head().await?).await?;
    readers.may_go_back(0);
    let reached = indexing.built(reached + 20).await?;
    drop(indexing);

    let mut indexing = Indexing::start(&second, &world, "fourth")?;
    ensure!(indexing.built(0).await? >= reached, "it began again");
    indexing.says("took the place of the old one").await?;
    // in the midst of the removal, or just behind it
    drop(indexing);
    world.traffic(3, 3).await?;
    let mut indexing = Indexing::start(&second, &world, "fifth")?;
    readers.wait_for(world.truth()?.head().await?).await?;
    ensure!(!indexing.said()?.contains("the configuration changed"), "{}", indexing.said()?);
    // audits looked at what was stored each time, not at what was configured
    indexing.says("this process writes the chain").await?;
    for name in ["first", "second", "third", "fourth", "fifth"] {
        let log = std::fs::read_to_string(world.folder.path().join(format!("{name}.log")))?;
        ensure!(!log.contains("differs from the chain"), "{name}: {log}");
    }
    let (answers, all) = readers.stop().await?;
    ensure!(answers > 50 && all > known, "{answers} answers, {known} pools became {all}");
    indexing.child.kill()?;
    drop(indexing);
    // what was left to remove is removed
    let path = write_config(&second, world.folder.path())?;
    let output = run(&path, &["index", "--to", "head"])?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    same_as_from_scratch(&world, &second).await?;
    world.stop().await
}

/// The only generation that is left, and it has what an index of the same configuration has.
async fn same_as_from_scratch(world: &World, config: &Config) -> Result<()> {
    let chain = &config.chain[0];
    let store = world.store(&config.store.database).await?;
    let scratch = format!("{}-scratch", config.store.database);
    let clean = dump(&world.index_chain(chain, &scratch, Target::Head).await?).await?;
    let found = dump_chain(&store, chain.id).await?;
    ensure!(clean.get("rows").is_some_and(|rows| rows.len() > 50), "too little happened");
    for (collection, documents) in &clean {
        let grown = found.get(collection).map(Vec::as_slice).unwrap_or_default();
        let odd = documents.iter().zip(grown).find(|(clean, grown)| clean != grown);
        let odd = odd.map(|(a, b)| (String::from_utf8_lossy(a), String::from_utf8_lossy(b)));
        ensure!(grown == documents, "{collection} differs, first clean, then grown: {odd:#?}");
    }
    let sizes = |all: &std::collections::BTreeMap<String, Vec<Vec<u8>>>| {
        all.iter().map(|(name, documents)| (name.clone(), documents.len())).collect::<Vec<_>>()
    };
    assert_eq!(sizes(&dump(&store).await?), sizes(&clean), "something of an old one is left");
    Ok(())
}
