//! `bench index`: the indexer beside its two limits.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use clap::Args;
use serde::Serialize;

use crate::chart::{self, Row};
use crate::measure::{Measured, Settings, measure};
use crate::synth::Plan;
use crate::{recording, say};

/// What to measure.
#[derive(Debug, Args)]
pub struct Options {
    /// Events of the made chain
    #[arg(long, default_value_t = 200_000)]
    events: u64,
    /// Pools, a third of each of V2, V3 and V4
    #[arg(long, default_value_t = 24)]
    pools: usize,
    /// Fixes the chain
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Rounds; the medians count
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// A chain of so many events to compare with [default: 200000 when --events is more]
    #[arg(long)]
    against: Option<u64>,
    /// Cache of the database server in MiB
    #[arg(long, default_value_t = 512)]
    cache_mb: u32,
    /// Events per transaction [default: that of the configuration]
    #[arg(long)]
    events_per_commit: Option<u32>,
    /// Also write all figures into this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Where recordings are kept
    #[arg(long, value_name = "DIR", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../.tools/bench"))]
    folder: PathBuf,
}

/// With how many events a longer chain is compared.
const SHORT: u64 = 200_000;

#[derive(Debug, Serialize)]
struct Report<'a> {
    seed: u64,
    pools: usize,
    runs: usize,
    cache_mb: u32,
    chains: &'a [Measured],
}

/// Measures and prints.
///
/// # Errors
/// When a part fails.
pub async fn run(options: &Options) -> Result<()> {
    ensure!(options.events > 0 && options.pools > 0, "--events and --pools must be above 0");
    let against = options.against.or_else(|| (options.events > SHORT).then_some(SHORT));
    let settings = Settings {
        folder: &options.folder,
        rounds: options.runs,
        cache_mb: options.cache_mb,
        events_per_commit: options.events_per_commit,
    };
    let mut measured = Vec::new();
    for events in against.into_iter().chain([options.events]) {
        let plan = Plan { seed: options.seed, events, pools: options.pools };
        let file = recording::of(plan, &options.folder)?;
        measured.push(measure(&file, settings).await?);
    }
    for one in &measured {
        say::line(&chart::text(&rows(one)));
        say::line(&chart::text(&by_collection(one)));
    }
    if let [short, long] = measured.as_slice() {
        say::line(&chart::text(&comparison(short, long)));
    }
    if let Some(file) = &options.json {
        write(options, &measured, file)?;
    }
    Ok(())
}

fn write(options: &Options, chains: &[Measured], file: &Path) -> Result<()> {
    let Options { seed, pools, runs, cache_mb, .. } = *options;
    let report = Report { seed, pools, runs, cache_mb, chains };
    Ok(std::fs::write(file, serde_json::to_string_pretty(&report)? + "\n")?)
}

/// Everything about one chain.
fn rows(m: &Measured) -> Vec<Row> {
    let (run, events) = (&m.run, count(m.run.events));
    let rate = events / run.time.as_secs_f64();
    let fetch = events / m.fetch.time.as_secs_f64();
    let insert = events / m.insert.time.as_secs_f64();
    let megabytes = |bytes: u64| count(bytes) / 1e6;
    let (writes, stored) = (&run.writes, &m.stored);
    vec![
        Row::head(&format!("{} events in {} blocks", run.events, run.blocks)),
        Row::new("time", "s", run.time.as_secs_f64()),
        Row::new("events", "/s", rate),
        Row::new("blocks", "/s", count(run.blocks) / run.time.as_secs_f64()),
        Row::new("limit (a): fetch and parse", "events/s", fetch),
        Row::new("limit (b): insert_many", "events/s", insert),
        Row::new(
            "limit (b): insert_many",
            "documents/s",
            count(m.insert.items) / m.insert.time.as_secs_f64(),
        ),
        Row::new("ratio to (a)", "", rate / fetch),
        Row::new("ratio to (b)", "", rate / insert),
        Row::new("ratio to the slower limit", "", rate / fetch.min(insert)),
        Row::new("processor time of sooho", "s", run.indexer.cpu.as_secs_f64()),
        Row::new("processor time of mongod", "s", run.mongod.cpu.as_secs_f64()),
        Row::new("processor time of the node", "s", run.node.cpu.as_secs_f64()),
        Row::new("processor time of (a), of its node", "s", m.fetch.usage.cpu.as_secs_f64())
            .and(m.fetch.server.cpu.as_secs_f64()),
        Row::new("processor time of (b), of its mongod", "s", m.insert.usage.cpu.as_secs_f64())
            .and(m.insert.server.cpu.as_secs_f64()),
        Row::new("peak memory of sooho", "MB", megabytes(run.indexer.peak_rss)),
        Row::new("peak memory of mongod", "MB", megabytes(run.mongod.peak_rss)),
        Row::new("documents inserted", "per event", count(writes.inserted) / events),
        Row::new("documents updated", "per event", count(writes.updated) / events),
        Row::new("documents deleted", "per event", count(writes.deleted) / events),
        Row::new("documents stored", "per event", count(stored.documents) / events),
        Row::new("index keys stored", "per event", count(stored.keys) / events),
        Row::new("stored as BSON", "bytes per event", count(stored.data) / events),
        Row::new(
            "stored on disk, with indexes",
            "bytes per event",
            count(stored.storage + stored.indexes) / events,
        ),
    ]
}

/// What an event costs in each collection.
fn by_collection(m: &Measured) -> Vec<Row> {
    let events = count(m.run.events);
    let mut rows = vec![Row::head("Per event: documents, index keys, bytes as BSON, on disk")];
    for (name, stored) in &m.collections {
        let on_disk = stored.storage + stored.indexes;
        let [first, others @ ..] =
            [stored.documents, stored.keys, stored.data, on_disk].map(|part| count(part) / events);
        let row = Row::new(name, "", first);
        rows.push(others.into_iter().fold(row, Row::and));
    }
    rows
}

/// A long chain beside a short one.
fn comparison(short: &Measured, long: &Measured) -> Vec<Row> {
    let cost = |m: &Measured| {
        let cpu = m.run.indexer.cpu + m.run.mongod.cpu;
        (m.run.time.as_secs_f64() / count(m.run.events), cpu.as_secs_f64() / count(m.run.events))
    };
    let ((time, cpu), (time_long, cpu_long)) = (cost(short), cost(long));
    let memory = |m: &Measured| count(m.run.indexer.peak_rss);
    vec![
        Row::head(&format!("{} events against {}", long.run.events, short.run.events)),
        Row::new("time per event", "µs", time_long * 1e6).and(time * 1e6),
        Row::new("time per event", "ratio", time_long / time),
        Row::new("processor time per event", "µs", cpu_long * 1e6).and(cpu * 1e6),
        Row::new("processor time per event", "ratio", cpu_long / cpu),
        Row::new("peak memory of sooho", "ratio", memory(long) / memory(short)),
    ]
}

/// A count as a factor of a ratio.
#[expect(clippy::cast_precision_loss, reason = "counts far below 2^53, in figures for people")]
fn count(value: u64) -> f64 {
    value as f64
}
