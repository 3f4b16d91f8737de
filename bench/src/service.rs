//! A `serving` of sooho in a process of its own.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use reqwest::Client;
use serde_json::Value;
use toml::Table;

use crate::config;
use crate::role::Process;

/// Longest wait for the service.
const PATIENCE: Duration = Duration::from_secs(30);

/// A service that answers.
#[derive(Debug)]
pub struct Service {
    process: Process,
    /// Where.
    pub address: SocketAddr,
    /// The same as the beginning of URLs.
    pub base: String,
}

/// What a service keeps in memory, in MB.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    /// Rows that are asked most.
    pub rows_mb: u32,
    /// Answers of the newest block.
    pub answers_mb: u32,
}

impl Service {
    /// Starts one for this `[[chain]]`.
    ///
    /// # Errors
    /// When it does not begin to answer.
    pub async fn start(folder: &Path, store: &str, chain: Table) -> Result<Self> {
        Self::open(folder, store, chain, "").await
    }

    /// The same, which keeps so much in memory.
    ///
    /// # Errors
    /// When it does not begin to answer.
    pub async fn keeping(folder: &Path, store: &str, chain: Table, kept: Kept) -> Result<Self> {
        let Kept { rows_mb, answers_mb } = kept;
        let settings = format!("rows_mb = {rows_mb}\n[feeds]\nanswers_mb = {answers_mb}\n");
        Self::open(folder, store, chain, &settings).await
    }

    async fn open(folder: &Path, store: &str, chain: Table, settings: &str) -> Result<Self> {
        // it is free a moment later, too
        let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
        let file = config::write(folder, store, chain)?;
        let listen = format!("\n[serving]\nlisten = \"{address}\"\n{settings}");
        let whole = std::fs::read_to_string(&file)? + &listen;
        std::fs::write(&file, whole)?;
        let file = file.to_str().context("a path that is no text")?;
        let process =
            Process::start(&["indexer", "--", "--config", file, "up", "--service", "serving"])?;
        let base = format!("http://{address}");
        let service = Self { process, address, base };
        service.ready("/healthz").await?;
        Ok(service)
    }

    /// Waits until this path is answered with success.
    ///
    /// # Errors
    /// When it takes too long.
    pub async fn ready(&self, path: &str) -> Result<()> {
        let (client, until) = (Client::new(), Instant::now() + PATIENCE);
        loop {
            match client.get(format!("{}{path}", self.base)).send().await {
                Ok(answer) if answer.status().is_success() => return Ok(()),
                _ => ensure!(Instant::now() < until, "{path} is not answered; see above"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the answer to this path is as wanted.
    ///
    /// # Errors
    /// When it takes too long.
    pub async fn until(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Result<()> {
        let (client, until) = (Client::new(), Instant::now() + PATIENCE);
        loop {
            let answer = client.get(format!("{}{path}", self.base)).send().await?;
            let answer: Value = answer.json().await?;
            if wanted(&answer) {
                return Ok(());
            }
            ensure!(Instant::now() < until, "{path} answers {answer}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Its process.
    #[must_use]
    pub const fn pid(&self) -> u32 {
        self.process.pid
    }

    /// Ends it.
    ///
    /// # Errors
    /// When it cannot be ended.
    pub async fn stop(self) -> Result<()> {
        self.process.stop().await
    }
}
