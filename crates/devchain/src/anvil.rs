//! anvil as a child process: start, ready check, orderly stop, no leftovers.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rustix::process::Signal;
use serde_json::json;

use crate::error::DevchainError;
use crate::rpc::Rpc;
use crate::{child, tools};

const READY_WITHIN: Duration = Duration::from_secs(60);
const STOP_WITHIN: Duration = Duration::from_secs(60);
const TRIES: usize = 5;

/// How to start anvil.
#[derive(Debug, Clone)]
pub struct AnvilOptions {
    /// Port on the loopback address; a free one when `None`.
    pub port: Option<u16>,
    /// Folder for old states and the log. It belongs to this anvil and is removed when it stops.
    pub cache_dir: PathBuf,
    /// Loaded at start when it exists, written by [`Anvil::stop`].
    pub state_file: Option<PathBuf>,
    /// Chain id, 31337 by default.
    pub chain_id: u64,
    /// Keep this many states, all in memory, instead of a bounded number of them on disk.
    pub prune_history: Option<usize>,
    /// How many old states are kept on disk, for calls at old blocks and for reorgs.
    pub kept_states: usize,
    /// Time of the first block (seconds since 1970).
    pub genesis_time: u64,
    /// Gas that fits into a block.
    pub gas_limit: u64,
    /// Write old states into `state_file` too: reorgs then reach below a restart, but the file is many times larger.
    pub preserve_states: bool,
}

impl Default for AnvilOptions {
    fn default() -> Self {
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos());
        let name = format!("sooho-devchain-{}-{nanos}", std::process::id());
        Self {
            port: None,
            cache_dir: std::env::temp_dir().join(name),
            state_file: None,
            chain_id: 31337,
            prune_history: None,
            kept_states: 1100,
            genesis_time: 1_767_225_600, // 2026-01-01 00:00 UTC
            gas_limit: 2_000_000_000,
            preserve_states: false,
        }
    }
}

/// A running anvil. Dropping it kills the process; [`Anvil::stop`] lets it write its state first.
#[derive(Debug)]
pub struct Anvil {
    child: Option<Child>,
    pid: u32,
    port: u16,
    cache_dir: PathBuf,
}

impl Anvil {
    /// Starts anvil and waits until it answers. Blocks are mined only when asked for.
    ///
    /// # Errors
    /// When there is no anvil, when it ends at once (its words are in the error), or when it does not answer.
    pub async fn start(options: AnvilOptions) -> Result<Self, DevchainError> {
        let binary = tools::anvil_path()?;
        let mut tries = 0;
        loop {
            tries += 1;
            match Self::try_start(&binary, &options).await {
                // somebody else may have taken the free port between our look and anvil's bind
                Err(DevchainError::AnvilDied { status, log })
                    if options.port.is_none() && tries < TRIES =>
                {
                    tracing::warn!(status, log, "anvil ended while starting, trying another port");
                }
                outcome => return outcome,
            }
        }
    }

    async fn try_start(binary: &Path, options: &AnvilOptions) -> Result<Self, DevchainError> {
        let cache_dir = options.cache_dir.clone();
        let port = match options.port {
            Some(port) => port,
            None => free_port()
                .map_err(|source| file("looking for a free port, near", &cache_dir, source))?,
        };
        std::fs::create_dir_all(&cache_dir)
            .map_err(|source| file("creating", &cache_dir, source))?;
        let log_path = cache_dir.join("anvil.log");
        let log = File::create(&log_path).map_err(|source| file("creating", &log_path, source))?;
        let errors = log.try_clone().map_err(|source| file("opening", &log_path, source))?;

        let mut command = Command::new(binary);
        command.args(arguments(options, port)).stdout(log).stderr(errors);
        child::tie(&mut command);
        let child = command.spawn().map_err(|source| file("starting", binary, source))?;
        let mut anvil = Self { pid: child.id(), child: Some(child), port, cache_dir };
        anvil.ready(&log_path).await?;
        Ok(anvil)
    }

    async fn ready(&mut self, log_path: &Path) -> Result<(), DevchainError> {
        let rpc = Rpc::new(&self.url())?;
        let started = Instant::now();
        loop {
            let answered = rpc.request::<String>("eth_chainId", json!([])).await.is_ok();
            // asked after the answer: a stranger on the same port must not pass for a child that could not bind
            if let Some(child) = &mut self.child
                && let Some(status) =
                    child.try_wait().map_err(|source| file("waiting for", log_path, source))?
            {
                return Err(DevchainError::AnvilDied {
                    status: status.to_string(),
                    log: tail(log_path),
                });
            }
            if answered {
                return Ok(());
            }
            if started.elapsed() > READY_WITHIN {
                let (url, seconds) = (self.url(), READY_WITHIN.as_secs());
                return Err(DevchainError::AnvilSilent { url, seconds, log: tail(log_path) });
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Where it answers over HTTP.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Where it answers over WebSocket.
    #[must_use]
    pub fn ws_url(&self) -> String {
        format!("ws://127.0.0.1:{}", self.port)
    }

    /// Its process id.
    #[must_use]
    pub const fn pid(&self) -> u32 {
        self.pid
    }

    /// Ends anvil in order: it writes its state file, then its folder is removed.
    ///
    /// # Errors
    /// When it had to be killed, or had ended before with a failure: the state file is then not to be trusted.
    pub async fn stop(mut self) -> Result<(), DevchainError> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        child::signal(self.pid, Signal::TERM);
        let started = Instant::now();
        let status = loop {
            match child
                .try_wait()
                .map_err(|source| file("waiting for anvil in", &self.cache_dir, source))?
            {
                Some(status) => break status,
                None if started.elapsed() > STOP_WITHIN => {
                    self.child = Some(child); // dropping kills it
                    let (url, seconds) = (self.url(), STOP_WITHIN.as_secs());
                    return Err(DevchainError::AnvilSilent {
                        url,
                        seconds,
                        log: "it does not end".to_owned(),
                    });
                }
                None => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        };
        if status.success() {
            return Ok(());
        }
        Err(DevchainError::AnvilDied {
            status: status.to_string(),
            log: tail(&self.cache_dir.join("anvil.log")),
        })
    }
}

impl Drop for Anvil {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            if let Err(error) = child.kill() {
                tracing::debug!(%error, "anvil is gone already");
            }
            if let Err(error) = child.wait() {
                tracing::warn!(%error, "waiting for anvil");
            }
        }
        if let Err(error) = std::fs::remove_dir_all(&self.cache_dir) {
            tracing::debug!(%error, folder = %self.cache_dir.display(), "removing anvil's folder");
        }
    }
}

fn arguments(options: &AnvilOptions, port: u16) -> Vec<String> {
    let mut arguments: Vec<String> = [
        "--host",
        "127.0.0.1",
        "--no-mining",
        "--order",
        "fifo",
        "--base-fee",
        "0",
        "--hardfork",
        "prague",
        "--accounts",
        "1",
        "--no-request-size-limit",
        "--quiet",
    ]
    .map(str::to_owned)
    .to_vec();
    let mut add = |name: &str, value: String| arguments.extend([name.to_owned(), value]);
    add("--port", port.to_string());
    add("--chain-id", options.chain_id.to_string());
    add("--gas-limit", options.gas_limit.to_string());
    add("--timestamp", options.genesis_time.to_string());
    add("--cache-path", options.cache_dir.display().to_string());
    match options.prune_history {
        Some(states) => add("--prune-history", states.to_string()),
        None => add("--max-persisted-states", options.kept_states.to_string()),
    }
    if let Some(state) = &options.state_file {
        if state.is_file() {
            add("--load-state", state.display().to_string());
        }
        add("--dump-state", state.display().to_string());
        if options.preserve_states {
            arguments.push("--preserve-historical-states".to_owned());
        }
    }
    arguments
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn file(what: &'static str, path: &Path, source: std::io::Error) -> DevchainError {
    DevchainError::File { what, path: path.to_owned(), source }
}

/// The last lines of anvil's log.
fn tail(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    if lines.is_empty() {
        return "nothing".to_owned();
    }
    lines.iter().skip(lines.len().saturating_sub(8)).copied().collect::<Vec<_>>().join(" | ")
}
