//! Starting the bench's own processes and reading what they say.

use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::roles::{Done, Ready};

/// This very executable, even if another was built in its place meanwhile.
const OWN: &str = "/proc/self/exe";

/// A running process of the bench; killed when dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    /// Its id.
    pub pid: u32,
}

impl Process {
    /// Starts this executable with other arguments.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(arguments: &[&str]) -> Result<Self> {
        let child = Command::new(OWN)
            .args(arguments)
            // captured backtraces cost a multiple
            .env_remove("RUST_BACKTRACE")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("starting {arguments:?}"))?;
        let pid = child.id().context("a process without id")?;
        Ok(Self { child, pid })
    }

    /// The next line of JSON that it says.
    async fn answer<T: DeserializeOwned>(&mut self) -> Result<T> {
        let out = self.child.stdout.as_mut().context("no standard output")?;
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line).await?;
        ensure!(!line.is_empty(), "a process of the bench ended without a result; see above");
        serde_json::from_str(&line).with_context(|| format!("a strange answer: {line}"))
    }

    /// Ends it and waits until it is gone.
    ///
    /// # Errors
    /// When it cannot be ended.
    pub async fn stop(mut self) -> Result<()> {
        self.child.kill().await.context("ending a process of the bench")
    }
}

/// A node that serves a recording.
#[derive(Debug)]
pub struct Node {
    /// Its process.
    pub process: Process,
    /// Where it answers.
    pub url: String,
}

impl Node {
    /// Starts it and waits until the recording is loaded.
    ///
    /// # Errors
    /// When the recording is none.
    pub async fn start(recording: &str) -> Result<Self> {
        let mut process = Process::start(&["node", "--recording", recording])?;
        let Ready { url } = process.answer().await?;
        Ok(Self { process, url })
    }
}

/// Runs a process to its end.
///
/// # Errors
/// When it fails.
pub async fn run(arguments: &[&str]) -> Result<Done> {
    let mut process = Process::start(arguments)?;
    let done = process.answer().await?;
    let status = process.child.wait().await?;
    ensure!(status.success(), "{arguments:?} ended with {status}");
    Ok(done)
}
