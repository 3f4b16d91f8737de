//! `devchain up`: a chain that lives in a folder.
//!
//! A folder that was stopped in order holds `kept.json` and the chain's state, and the next `up` goes on from there.
//! `kept.json` is taken away while the chain runs, so a folder that was left by a crash is recognised and reset; each
//! reset counts the number in `generation` up, which tells others that what they derived from the old chain is void.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Args;
use devchain::{Anvil, AnvilOptions, Deployment, Rpc, Traffic, TrafficReport};
use serde_json::json;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::say;

/// Blocks between two looks at the stop signal and the clock.
const CHUNK: u64 = 10;
/// Blocks that may fail one after the other before the chain is given up.
const PATIENCE: u32 = 5;

/// Start a chain with everything deployed, and keep it going until stopped.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Port on the loopback address.
    #[arg(long, default_value_t = 8545)]
    port: u16,
    /// Folder for the chain; `deployment.json` in it appears when the chain is ready.
    #[arg(long, default_value = ".sooho/devchain")]
    dir: PathBuf,
    /// Blocks of traffic before the chain counts as ready.
    #[arg(long, default_value_t = 300)]
    blocks: u64,
    /// Seed of the traffic.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Seconds between further blocks, 0 for none.
    #[arg(long, default_value_t = 2)]
    live_seconds: u64,
}

/// The folder's files.
struct Folder {
    dir: PathBuf,
    _lock: File,
}

pub(crate) async fn run(options: Options) -> anyhow::Result<()> {
    let shutdown = super::shutdown()?;
    let folder = Folder::open(&options.dir)?;
    let (anvil, kept) = folder.start(options.port).await?;
    let url = anvil.url();
    let deployment = match kept {
        Some(deployment) => deployment,
        None => {
            say("deploying");
            let deploying = devchain::deploy(&url);
            tokio::select! {
                deployment = deploying => deployment?,
                () = shutdown.cancelled() => bail!("stopped while deploying; the next start begins afresh"),
            }
        }
    };
    let mut traffic = Traffic::new(&url, &deployment, options.seed);
    let wanted = deployment.end_block + options.blocks;
    let missing = wanted.saturating_sub(height(&url).await?);
    let mut total = fill(&mut traffic, missing, &shutdown).await?;
    if !shutdown.is_cancelled() {
        deployment.write(&folder.file("deployment.json"))?;
        say(&format!(
            "ready at {url}, block {}; addresses in {}",
            height(&url).await?,
            folder.file("deployment.json").display()
        ));
        live(&mut traffic, options.live_seconds, &shutdown, &mut total).await?;
    }
    say("stopping");
    let head = height(&url).await?;
    anvil.stop().await?;
    deployment.write(&folder.file("kept.json"))?;
    say(&format!(
        "stopped at block {head}; {} transactions, {} swaps this time",
        total.transactions, total.swaps
    ));
    Ok(())
}

/// Mines the first traffic, with a line of progress now and then.
async fn fill(
    traffic: &mut Traffic,
    blocks: u64,
    shutdown: &CancellationToken,
) -> anyhow::Result<TrafficReport> {
    let mut total = TrafficReport::default();
    let (started, mut told) = (Instant::now(), Instant::now());
    while total.blocks < blocks && !shutdown.is_cancelled() {
        total.add(&traffic.run(CHUNK.min(blocks - total.blocks)).await?);
        if told.elapsed() > Duration::from_secs(2) || total.blocks == blocks {
            told = Instant::now();
            let spent = started.elapsed().as_millis().max(1);
            let rate = u128::from(total.blocks) * 1000 / spent;
            let left =
                u128::from(blocks - total.blocks) * spent / u128::from(total.blocks.max(1)) / 1000;
            let (done, transactions) = (total.blocks, total.transactions);
            say(&format!(
                "{done} of {blocks} blocks, {transactions} transactions, {rate} blocks/s, {left} s left"
            ));
        }
    }
    Ok(total)
}

/// Mines a block every few seconds until stopped.
async fn live(
    traffic: &mut Traffic,
    seconds: u64,
    shutdown: &CancellationToken,
    total: &mut TrafficReport,
) -> anyhow::Result<()> {
    if seconds == 0 {
        shutdown.cancelled().await;
        return Ok(());
    }
    let mut ticks = tokio::time::interval(Duration::from_secs(seconds));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    let mut failures = 0;
    loop {
        tokio::select! {
            _ = ticks.tick() => match traffic.run(1).await {
                Ok(report) => {
                    failures = 0;
                    total.add(&report);
                }
                // a reorg asked for by somebody else may come between our sending and our mining
                Err(error) if failures < PATIENCE => {
                    failures += 1;
                    say(&format!("{error}; trying again"));
                }
                Err(error) => return Err(error.into()),
            },
            () = shutdown.cancelled() => return Ok(()),
        }
    }
}

async fn height(url: &str) -> anyhow::Result<u64> {
    let head: String = Rpc::new(url)?.request("eth_blockNumber", json!([])).await?;
    u64::from_str_radix(head.trim_start_matches("0x"), 16).context("the chain's height")
}

impl Folder {
    /// Takes the folder for this process alone.
    fn open(dir: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(dir).with_context(|| format!("creating {}", dir.display()))?;
        let path = dir.join("lock");
        let lock = File::create(&path).with_context(|| format!("creating {}", path.display()))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { dir: dir.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                bail!(
                    "{} is in use by another devchain: stop that one, or give another --dir",
                    dir.display()
                )
            }
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("locking {}", path.display()))
            }
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    fn remove(&self, name: &str) -> anyhow::Result<()> {
        let path = self.file(name);
        let outcome = if path.is_dir() {
            std::fs::remove_dir_all(&path)
        } else {
            std::fs::remove_file(&path)
        };
        match outcome {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("removing {}", path.display()))
            }
            _ => Ok(()),
        }
    }

    /// Starts anvil on the kept chain, or on a new one when there is none that can be trusted.
    async fn start(&self, port: u16) -> anyhow::Result<(Anvil, Option<Deployment>)> {
        let options = AnvilOptions {
            port: Some(port),
            cache_dir: self.file("cache"),
            state_file: Some(self.file("state.json")),
            ..AnvilOptions::default()
        };
        if port_taken(port) {
            bail!("port {port} is in use: stop what listens there, or give another --port");
        }
        self.remove("cache")?;
        self.remove("deployment.json")?;
        if self.file("kept.json").is_file() && self.file("state.json").is_file() {
            let kept = Deployment::read(&self.file("kept.json"));
            self.remove("kept.json")?;
            match kept {
                Ok(deployment) => match Anvil::start(options.clone()).await {
                    Ok(anvil) => {
                        say(&format!("continuing the chain of {}", self.dir.display()));
                        return Ok((anvil, Some(deployment)));
                    }
                    Err(error) => say(&format!("the kept chain cannot be loaded: {error}")),
                },
                Err(error) => say(&error.to_string()),
            }
        }
        self.reset()?;
        Ok((Anvil::start(options).await?, None))
    }

    /// Forgets the old chain and counts the generation up.
    fn reset(&self) -> anyhow::Result<()> {
        let path = self.file("generation");
        let before = match std::fs::read_to_string(&path) {
            Ok(text) => text.trim().parse::<u64>().unwrap_or_default(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => 0,
            Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
        };
        if before > 0 {
            say(&format!(
                "{} was not stopped in order: a new chain replaces the old one",
                self.dir.display()
            ));
        }
        self.remove("kept.json")?;
        self.remove("state.json")?;
        std::fs::write(&path, format!("{}\n", before + 1))
            .with_context(|| format!("writing {}", path.display()))
    }
}

/// Whether somebody else listens on the port.
fn port_taken(port: u16) -> bool {
    std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, port)).is_err()
}
