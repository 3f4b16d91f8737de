//! `bench serve`: what the DEX API answers per second over HTTP, each question with nothing kept, with the rows kept that follow
//! the chain, and with the answers of the block kept, beside a bare loop that asks the database the same and reads it into the
//! same rows; and how soon many who listen are told of a block.

mod bare;
mod questions;
mod subscribers;
mod words;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde::Serialize;

use self::questions::{Question, Subject};
use self::subscribers::{Chain, Heard};
use crate::chart::{self, Row};
use crate::database::Server;
use crate::load::{Flood, timed};
use crate::role::{self, Node};
use crate::service::{Kept, Service};
use crate::synth::{CHAIN_ID, Plan};
use crate::{config, recording, say};

/// What to measure.
#[derive(Debug, Args)]
pub struct Options {
    /// Events of the made chain; about three quarters of them are swaps
    #[arg(long, default_value_t = 302_000)]
    events: u64,
    /// Pools, a third of each of V2, V3 and V4
    #[arg(long, default_value_t = 240)]
    pools: usize,
    /// Fixes the chain
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Seconds that each question is asked
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Subscribers
    #[arg(long, default_value_t = 1_000)]
    subscribers: usize,
    /// Blocks that they are told of
    #[arg(long, default_value_t = 50)]
    blocks: usize,
    /// Cache of the database server in MiB
    #[arg(long, default_value_t = 512)]
    cache_mb: u32,
    /// Also write all figures into this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Where recordings are kept
    #[arg(long, value_name = "DIR", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../.tools/bench"))]
    folder: PathBuf,
}

/// Before a question is measured, it is asked for a while.
const WARM: Duration = Duration::from_millis(500);

/// For so long a question is asked to learn what it asks of the database.
const ONCE: Duration = Duration::from_millis(20);

/// A question, measured.
#[derive(Debug, Clone, Serialize)]
struct Answered {
    name: &'static str,
    /// A bare loop on the database; none where answers ask nothing of it.
    bare: Option<Flood>,
    /// The service with nothing kept: each answer is read from the database.
    stored: Flood,
    /// The service with rows in memory that follow the chain, as it is set up unless something else is said, and no answers kept.
    uncached: Flood,
    /// The service with the answers of the block kept.
    cached: Flood,
}

/// All figures.
#[derive(Debug, Serialize)]
struct Report {
    swaps: u64,
    pools: u64,
    answered: Vec<Answered>,
    heard: Heard,
}

/// Measures and prints.
///
/// # Errors
/// When a part fails, or an answer is no success.
pub async fn run(options: &Options) -> Result<()> {
    ensure!(options.seconds > 0 && options.pools >= 3, "--seconds is above 0, --pools at least 3");
    std::fs::create_dir_all(&options.folder)?;
    let plan = Plan { seed: options.seed, events: options.events, pools: options.pools };
    let file = recording::of(plan, &options.folder)?;
    let work = tempfile::Builder::new().prefix("work-").tempdir_in(&options.folder)?;
    let node = Node::start(file.to_str().context("a path that is no text")?).await?;
    let server = Server::start(work.path(), options.cache_mb).await?;
    say::note(&format!("indexing a made chain of {} events", options.events));
    let made = config::of_made_chain(work.path(), &server.uri, &node.url, None)?;
    let arguments = ["--config", text(&made)?, "index", "--to", "head"];
    role::run(&[&["indexer", "--"], &arguments[..]].concat()).await?;
    let watermark = server.store.reader().watermark(CHAIN_ID).await?.context("no block")?;
    let subject = Subject::of(&server.store).await?;
    let time = Duration::from_secs(options.seconds);
    let mut answered = Vec::new();
    for question in questions::all(&subject) {
        answered.push(question_of(&question, &server, work.path(), &node, time).await?);
    }
    say::note(&format!("{} subscribers", options.subscribers));
    let chain = Chain::begin(&server.store).await?;
    let alone = config::without_node(subscribers::CHAIN)?;
    let service = Service::start(work.path(), &server.uri, alone).await?;
    service.ready("/v1/pools?first=1").await?;
    let wanted = (options.subscribers, options.blocks);
    let heard = subscribers::measure(service.address, service.pid(), chain, wanted).await?;
    service.stop().await?;
    server.stop().await;
    node.process.stop().await?;
    let (swaps, pools) = (watermark.counters.swaps, watermark.counters.pools);
    let report = Report { swaps, pools, answered, heard };
    say::line(&chart::text(&rows(&report)));
    if let Some(file) = &options.json {
        std::fs::write(file, serde_json::to_string_pretty(&report)? + "\n")?;
    }
    Ok(())
}

async fn question_of(
    question: &Question,
    server: &Server,
    folder: &Path,
    node: &Node,
    time: Duration,
) -> Result<Answered> {
    say::note(question.name);
    let (mut floods, mut bare) = (Vec::new(), None);
    for (rows_mb, answers_mb) in [(0, 0), (64, 0), (64, 64)] {
        let kept = Kept { rows_mb, answers_mb };
        let chain = config::chain_of_made(&node.url, None)?;
        let service = Service::keeping(folder, &server.uri, chain, kept).await?;
        // nothing is kept before the pools are in memory
        service
            .until("/v1/quotes/status", |status| status["chains"][0]["block"].is_object())
            .await?;
        let requests = vec![question.request(service.address)];
        timed(service.address, requests.clone(), WARM).await?;
        if rows_mb == 0 {
            let once = async {
                timed(service.address, requests.clone(), ONCE).await.map(|flood| flood.answers)
            };
            let asked = bare::questions(server, once).await?;
            if !asked.is_empty() {
                bare = Some(bare::measure(server, asked, time).await?);
            }
        }
        floods.push(timed(service.address, requests, time).await?);
        service.stop().await?;
    }
    let [stored, uncached, cached] = floods[..] else { anyhow::bail!("three services") };
    Ok(Answered { name: question.name, bare, stored, uncached, cached })
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("a path that is no text")
}

fn rows(report: &Report) -> Vec<Row> {
    let head = format!("{} swaps, {} pools", report.swaps, report.pools);
    let mut rows = vec![Row::head(&head)];
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    for one in &report.answered {
        let Answered { name, bare, stored, uncached, cached } = one;
        rows.push(Row::new(name, "requests/s", uncached.per_second));
        rows.push(
            Row::new("  half within, 99 % within", "ms", ms(uncached.p50)).and(ms(uncached.p99)),
        );
        if let Some(bare) = bare {
            let ratio = uncached.per_second / bare.per_second;
            rows.push(Row::new("  ratio to the bare loop", "", ratio));
        }
        rows.push(Row::new("  rows from the database", "requests/s", stored.per_second));
        rows.push(Row::new("  half within, 99 % within", "ms", ms(stored.p50)).and(ms(stored.p99)));
        if let Some(bare) = bare {
            let ratio = stored.per_second / bare.per_second;
            rows.push(Row::new("  ratio to the bare loop", "", ratio));
        }
        rows.push(Row::new("  answers kept", "requests/s", cached.per_second));
        rows.push(Row::new("  half within, 99 % within", "ms", ms(cached.p50)).and(ms(cached.p99)));
        rows.push(Row::new("  ratio to none kept", "", cached.per_second / uncached.per_second));
    }
    let Heard { subscribers, p50, p99, idle } = report.heard;
    rows.push(Row::head(&format!("{subscribers} subscribers of 10 pools")));
    rows.push(Row::new("commit to all told, of half, of 99 %", "ms", ms(p50)).and(ms(p99)));
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    rows.push(Row::new("memory of an idle one", "kB", idle as f64 / 1e3));
    rows
}
