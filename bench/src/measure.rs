//! One chain, measured: limit (a), the indexer, limit (b), again and again in this order, and of each the median.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use crate::config;
use crate::database::{Collections, Server, Stored, Writes};
use crate::process::Usage;
use crate::role::{self, Node};
use crate::say;
use crate::synth::CHAIN_ID;

/// A limit: what is possible when only one half of the work is done.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Limit {
    /// Wall time.
    pub time: Duration,
    /// Of the process that did it.
    pub usage: Usage,
    /// Of the server that answered: the node or the database.
    pub server: Usage,
    /// Logs fetched, or documents inserted.
    pub items: u64,
    /// Blocks fetched.
    pub blocks: u64,
}

/// A run of the indexer.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Run {
    /// Wall time.
    pub time: Duration,
    /// Of sooho.
    pub indexer: Usage,
    /// Of the database server.
    pub mongod: Usage,
    /// Of the node.
    pub node: Usage,
    /// Documents written.
    pub writes: Writes,
    /// Events that the indexer counted.
    pub events: u64,
    /// Blocks behind it.
    pub blocks: u64,
}

/// Everything about one chain; times are medians.
#[derive(Debug, Clone, Serialize)]
pub struct Measured {
    /// Limit (a).
    pub fetch: Limit,
    /// The indexer.
    pub run: Run,
    /// What it left.
    pub stored: Stored,
    /// The same by collection.
    pub collections: Collections,
    /// Limit (b).
    pub insert: Limit,
}

/// How to measure.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a> {
    /// Working files go below it and are removed.
    pub folder: &'a Path,
    /// How often.
    pub rounds: usize,
    /// Cache of the database server in MiB.
    pub cache_mb: u32,
    /// Events per transaction; `None`: as a user has it who says nothing.
    pub events_per_commit: Option<u32>,
}

/// Measures the chain of a recording.
///
/// # Errors
/// When a part fails, or the indexer does not do all of its work.
pub async fn measure(recording: &Path, settings: Settings<'_>) -> Result<Measured> {
    let Settings { folder, rounds, cache_mb, events_per_commit } = settings;
    let work = tempfile::Builder::new().prefix("work-").tempdir_in(folder)?;
    let dump = work.path().join("dump");
    std::fs::create_dir(&dump)?;
    say::note("loading the recording");
    let node = Node::start(recording.to_str().context("a path that is no text")?).await?;
    let (mut fetches, mut runs, mut inserts) = (Vec::new(), Vec::new(), Vec::new());
    let mut collections = Collections::new();
    for round in 1..=rounds.max(1) {
        let fetch = fetch(&node, work.path()).await?;
        let server = start(work.path(), cache_mb).await?;
        let run = index(&node, &server, work.path(), events_per_commit).await?;
        if round == 1 {
            collections = server.stored().await?;
            server.dump(&dump).await?;
        }
        server.stop().await;
        let insert = insert(&dump, work.path(), cache_mb).await?;
        ensure!(
            fetch.items == run.events,
            "the indexer counted {} of {} events",
            run.events,
            fetch.items
        );
        ensure!(
            fetch.blocks == run.blocks,
            "the indexer stored {} of {} blocks",
            run.blocks,
            fetch.blocks
        );
        let stored = Stored::total(&collections);
        ensure!(
            insert.items == stored.documents,
            "{} of {} documents were inserted",
            insert.items,
            stored.documents
        );
        let seconds = |time: Duration| time.as_secs_f64();
        say::note(&format!(
            "round {round} of {rounds}: fetch {:.2} s, index {:.2} s, insert {:.2} s",
            seconds(fetch.time),
            seconds(run.time),
            seconds(insert.time)
        ));
        fetches.push(fetch);
        runs.push(run);
        inserts.push(insert);
    }
    node.process.stop().await?;
    Ok(Measured {
        fetch: median(fetches, |limit| limit.time)?,
        run: median(runs, |run| run.time)?,
        stored: Stored::total(&collections),
        collections,
        insert: median(inserts, |limit| limit.time)?,
    })
}

async fn fetch(node: &Node, folder: &Path) -> Result<Limit> {
    let config = config::of_made_chain(folder, "mongodb://127.0.0.1:1", &node.url, None)?;
    let before = Usage::of(node.process.pid)?;
    let done = role::run(&["fetch", "--config", text(&config)?]).await?;
    let server = Usage::of(node.process.pid)?.since(before);
    Ok(Limit { time: done.time, usage: done.usage, server, items: done.items, blocks: done.blocks })
}

async fn index(
    node: &Node,
    server: &Server,
    folder: &Path,
    events_per_commit: Option<u32>,
) -> Result<Run> {
    let config = config::of_made_chain(folder, &server.uri, &node.url, events_per_commit)?;
    let (mongod, node_before) = (server.usage()?, Usage::of(node.process.pid)?);
    let written = server.writes().await?;
    let arguments = ["indexer", "--", "--config", text(&config)?, "index", "--to", "head"];
    let done = role::run(&arguments).await?;
    let writes = server.writes().await?.since(written);
    let watermark = server.store.reader().watermark(CHAIN_ID).await?;
    let watermark = watermark.context("the indexer stored no block")?;
    Ok(Run {
        time: done.time,
        indexer: done.usage,
        mongod: server.usage()?.since(mongod),
        node: Usage::of(node.process.pid)?.since(node_before),
        writes,
        events: watermark.counters.events,
        blocks: watermark.block.number + 1,
    })
}

/// A server that remembers little, as one of its own does while sooho fetches a chain.
async fn start(folder: &Path, cache_mb: u32) -> Result<Server> {
    let server = Server::start(folder, cache_mb).await?;
    server.store.remember(true).await?;
    Ok(server)
}

async fn insert(dump: &Path, folder: &Path, cache_mb: u32) -> Result<Limit> {
    let server = start(folder, cache_mb).await?;
    server.clear().await?;
    let before = server.usage()?;
    let done = role::run(&["insert", "--uri", &server.uri, "--dump", text(dump)?]).await?;
    let used = server.usage()?.since(before);
    server.stop().await;
    Ok(Limit {
        time: done.time,
        usage: done.usage,
        server: used,
        items: done.items,
        blocks: done.blocks,
    })
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("a path that is no text")
}

/// The one in the middle by time; the upper of the two middle ones of an even number.
fn median<T>(mut all: Vec<T>, time: impl Fn(&T) -> Duration) -> Result<T> {
    all.sort_by_key(|one| time(one));
    let middle = all.len() / 2;
    all.into_iter().nth(middle).context("nothing was measured")
}

#[cfg(test)]
mod tests;
