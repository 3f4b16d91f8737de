//! The managed local `mongod`: a child process of ours with a data folder of its own, a single-node replica set on
//! loopback, so that transactions and snapshots work.
//!
//! It is watched: when it dies under us it is started again on the same port, and the driver's retries bridge the gap.
//! When we die, it stays behind; the next start on the folder ends it first. Two never work on one folder.

use std::path::{Path, PathBuf};

use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::error::StoreError;

mod binary;
mod failure;
mod folder;
mod orphan;
mod process;
mod replica;
mod supervisor;
#[cfg(test)]
mod tests;

use self::{folder::Folder, process::Launch, supervisor::Supervisor};

/// How to run `mongod`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbeddedOptions {
    /// The executable; `None`: the one on PATH, else the one `cargo xtask setup` brought.
    pub binary: Option<PathBuf>,
    /// Folder for data, log and lock; made when missing. Must be empty or ours.
    pub data_dir: PathBuf,
    /// Memory for `mongod`'s cache in MiB; 256 at least.
    pub cache_mb: u32,
}

impl EmbeddedOptions {
    /// In this folder, with a small cache.
    #[must_use]
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self { binary: None, data_dir: data_dir.into(), cache_mb: 256 }
    }
}

/// A running `mongod`. Stop it with [`Embedded::stop`]; dropping kills it, which loses nothing that was committed.
#[derive(Debug)]
pub struct Embedded {
    port: u16,
    stop: CancellationToken,
    pid: watch::Receiver<Option<u32>>,
    supervisor: Option<JoinHandle<()>>,
    /// Held as long as a child may run on the folder.
    folder: Folder,
}

impl Embedded {
    /// Starts `mongod` and waits until it takes writes.
    ///
    /// # Errors
    /// `Folder…` when the folder is not usable, `Mongod…` when the server is missing or does not start.
    pub async fn start(options: EmbeddedOptions) -> Result<Self, StoreError> {
        let binary = binary::find(options.binary.as_deref()).await?;
        let folder = Folder::open(&options.data_dir)?;
        orphan::end(folder.db()).await;
        folder.check()?;
        let (launch, running) = Launch::first(binary, &folder, options.cache_mb).await?;
        folder.mark_ready(launch.port)?;
        let stop = CancellationToken::new();
        let (pid_sender, pid) = watch::channel(running.id());
        let port = launch.port;
        let supervisor = Supervisor { launch, stop: stop.clone(), pid: pid_sender };
        let supervisor = Some(tokio::spawn(supervisor.run(running)));
        Ok(Self { port, stop, pid, supervisor, folder })
    }

    /// Where the server of a folder that another process holds listens, as far as it is known.
    #[must_use]
    pub fn running(data_dir: &Path) -> Option<String> {
        let port = folder::port_of(data_dir)?;
        Some(format!("mongodb://127.0.0.1:{port}/?replicaSet={}", replica::NAME))
    }

    /// Where to connect.
    #[must_use]
    pub fn uri(&self) -> String {
        format!("mongodb://127.0.0.1:{}/?replicaSet={}", self.port, replica::NAME)
    }

    /// The process, `None` while it is being started again.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        *self.pid.borrow()
    }

    /// The log file of `mongod`.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.folder.log()
    }

    /// Shuts it down cleanly and waits until it is gone.
    pub async fn stop(mut self) {
        self.stop.cancel();
        if let Some(supervisor) = self.supervisor.take()
            && let Err(error) = supervisor.await
        {
            tracing::error!(%error, "the supervisor of mongod ended unexpectedly");
        }
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(supervisor) = self.supervisor.take() {
            // the child dies with the task that owns it
            supervisor.abort();
            if let Some(pid) = *self.pid.borrow() {
                process::kill(pid);
            }
        }
    }
}
