//! `bench head`: how long a block takes from the node to a reader.
//!
//! A real anvil mines blocks of traffic at a short beat and a real indexer follows. Three observers look as often as
//! they can: at the node, at the stored watermark, and at the block of a fresh snapshot.

mod observer;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Args;
use devchain::{Anvil, AnvilOptions, Deployment, Traffic};
use domain::entity::Protocol;
use serde::Serialize;
use toml::Value;

use self::observer::{Observer, Sightings};
use crate::chart::{self, Row};
use crate::database::Server;
use crate::role::Process;
use crate::{config, say};

/// What to measure.
#[derive(Debug, Args)]
pub struct Options {
    /// Blocks
    #[arg(long, default_value_t = 200)]
    blocks: u64,
    /// Milliseconds from one block to the next, at least
    #[arg(long, default_value_t = 250)]
    beat_ms: u64,
    /// Also write all figures into this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Where working files go
    #[arg(long, value_name = "DIR", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../.tools/bench"))]
    folder: PathBuf,
}

/// Longest wait for the indexer.
const PATIENCE: Duration = Duration::from_secs(60);
const SEED: u64 = 1;
const CACHE_MB: u32 = 512;

/// Times from the node's first showing a block.
#[derive(Debug, Serialize)]
struct Delays {
    blocks: u64,
    committed_p50: Duration,
    committed_p99: Duration,
    visible_p50: Duration,
    visible_p99: Duration,
}

/// Measures and prints.
///
/// # Errors
/// When a part fails, or the indexer falls behind for good.
pub async fn run(options: &Options) -> Result<()> {
    ensure!(options.blocks > 0, "--blocks must be above 0");
    std::fs::create_dir_all(&options.folder)?;
    let work = tempfile::Builder::new().prefix("work-").tempdir_in(&options.folder)?;
    let anvil = Anvil::start(AnvilOptions::default()).await.context("starting the chain")?;
    let deployment = devchain::deploy(&anvil.url()).await.context("deploying the contracts")?;
    let server = Server::start(work.path(), CACHE_MB).await?;
    let chain = chain_section(&deployment, &anvil)?;
    let file = config::write(work.path(), &server.uri, chain)?;
    let file = file.to_str().context("a path that is no text")?;
    let arguments = ["indexer", "--", "--config", file, "up", "--service", "indexer"];
    let indexer = Process::start(&arguments)?;

    let client = chain::Client::new(deployment.chain_id, &[anvil.url()])?;
    let observer = Observer { client, reader: server.store.reader(), chain: deployment.chain_id };
    let first = observer.client.latest_block().await?.number;
    observer.wait_for(first, PATIENCE).await?;
    let observing = observer.start(first);
    let mut traffic = Traffic::new(&anvil.url(), &deployment, SEED);
    for _ in 0..options.blocks {
        let next = Instant::now() + Duration::from_millis(options.beat_ms);
        traffic.run(1).await?;
        tokio::time::sleep_until(next.into()).await;
    }
    let last = observer.client.latest_block().await?.number;
    observer.wait_for(last, PATIENCE).await?;
    let sightings = observing.finish(last).await?;

    indexer.stop().await?;
    server.stop().await;
    anvil.stop().await?;
    let delays = delays(&sightings, first + 1, last)?;
    say::line(&chart::text(&rows(&delays)));
    if let Some(file) = &options.json {
        std::fs::write(file, serde_json::to_string_pretty(&delays)? + "\n")?;
    }
    Ok(())
}

/// The `[[chain]]` of a deployment.
///
/// # Errors
/// When a number has no TOML.
pub fn chain_section(deployment: &Deployment, anvil: &Anvil) -> Result<toml::Table> {
    let dex = |protocol, factory| config::dex(protocol, factory, &deployment.pricing(protocol));
    let dexes = [
        dex(Protocol::V2, deployment.v2_factory)?,
        dex(Protocol::V3, deployment.v3_factory)?,
        dex(Protocol::V4, deployment.v4_pool_manager)?,
    ];
    let mut chain = config::table([
        ("name", "local".into()),
        ("id", Value::Integer(i64::try_from(deployment.chain_id)?)),
        ("rpc", vec![anvil.url(), anvil.ws_url()].into()),
        ("start_block", Value::Integer(i64::try_from(deployment.start_block)?)),
    ]);
    chain.insert("dex".to_owned(), dexes.to_vec().into());
    Ok(chain)
}

fn delays(seen: &Sightings, first: u64, last: u64) -> Result<Delays> {
    let (mut committed, mut visible) = (Vec::new(), Vec::new());
    for number in first..=last {
        let at = |all: &observer::Times| {
            all.get(&number).copied().with_context(|| format!("block {number} was not seen"))
        };
        let mined = at(&seen.mined)?;
        committed.push(at(&seen.committed)?.saturating_duration_since(mined));
        visible.push(at(&seen.visible)?.saturating_duration_since(mined));
    }
    Ok(Delays {
        blocks: last + 1 - first,
        committed_p50: percentile(&mut committed, 50)?,
        committed_p99: percentile(&mut committed, 99)?,
        visible_p50: percentile(&mut visible, 50)?,
        visible_p99: percentile(&mut visible, 99)?,
    })
}

/// The smallest value that so many of a hundred do not exceed.
fn percentile(values: &mut [Duration], percent: usize) -> Result<Duration> {
    values.sort_unstable();
    let place = (values.len() * percent).div_ceil(100).saturating_sub(1);
    values.get(place).copied().context("nothing was measured")
}

fn rows(delays: &Delays) -> Vec<Row> {
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    let row = |name: &str, p50, p99| Row::new(name, "ms", milliseconds(p50)).and(milliseconds(p99));
    vec![
        Row::head(&format!("{} blocks, median and 99 of 100", delays.blocks)),
        row("mined to committed", delays.committed_p50, delays.committed_p99),
        row("mined to seen by a reader", delays.visible_p50, delays.visible_p99),
    ]
}

#[cfg(test)]
mod tests;
