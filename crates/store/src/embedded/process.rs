//! Starting and ending the child process.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    process::{Child, Command},
    time::{Instant, sleep, timeout},
};

use super::{failure, folder::Folder, replica};
use crate::error::StoreError;

/// How long a start may take; recovery after a crash reads the journal.
const READY_SECONDS: u64 = 120;
/// How long a clean shutdown may take.
const SHUTDOWN: Duration = Duration::from_secs(30);
/// A log larger than this is begun anew at a start.
const LOG_BYTES: u64 = 16 * 1024 * 1024;
/// When the cache writes changed pages, in percent of it. By the server's defaults (5 and 20) a page that is still being
/// filled is written many times over.
const EVICTION: &str = "eviction_dirty_target=60,eviction_dirty_trigger=80,\
                        eviction_updates_target=40,eviction_updates_trigger=60";
/// Ports tried when another process is faster.
const PORTS: u32 = 3;

/// How to start the server, again and again the same way.
#[derive(Debug, Clone)]
pub(super) struct Launch {
    binary: PathBuf,
    db: PathBuf,
    log: PathBuf,
    stderr: PathBuf,
    cache_mb: u32,
    pub(super) port: u16,
}

/// A child of ours. Dropping kills it.
#[derive(Debug)]
pub(super) struct Running {
    child: Child,
}

impl Launch {
    /// Chooses a port and starts.
    pub(super) async fn first(
        binary: PathBuf,
        folder: &Folder,
        cache_mb: u32,
    ) -> Result<(Self, Running), StoreError> {
        let mut launch = Self {
            binary,
            db: folder.db().to_owned(),
            log: folder.log(),
            stderr: folder.stderr(),
            cache_mb: cache_mb.max(256),
            port: 0,
        };
        let mut wanted = folder.last_port();
        for _ in 1..PORTS {
            launch.port = launch.free_port(wanted.take())?;
            match launch.start().await {
                // somebody took the port between our look and the server's
                Err(StoreError::MongodStart { reason, .. })
                    if reason.contains("Address already in use") => {}
                other => return other.map(|running| (launch, running)),
            }
        }
        launch.port = launch.free_port(None)?;
        let running = launch.start().await?;
        Ok((launch, running))
    }

    /// Starts and waits until writes are taken.
    pub(super) async fn start(&self) -> Result<Running, StoreError> {
        if fs::metadata(&self.log).is_ok_and(|meta| meta.len() > LOG_BYTES) {
            File::create(&self.log)
                .map_err(|source| self.failed("the log cannot be begun anew", source))?;
        }
        let log_start = fs::metadata(&self.log).map(|meta| meta.len()).unwrap_or_default();
        let child = self.command()?.spawn().map_err(|error| self.not_started(error.to_string()))?;
        let mut running = Running { child };
        let deadline = Instant::now() + Duration::from_secs(READY_SECONDS);
        let mut replica = replica::Replica::new(self.port).await?;
        loop {
            if let Some(status) =
                running.child.try_wait().map_err(|error| self.not_started(error.to_string()))?
            {
                return Err(self.not_started(self.reason(status, log_start)));
            }
            if replica.is_ready().await {
                return Ok(running);
            }
            if Instant::now() >= deadline {
                let (seconds, reason, log) =
                    (READY_SECONDS, replica.state().to_owned(), self.log.clone());
                return Err(StoreError::MongodNotReady { seconds, reason, log });
            }
            sleep(Duration::from_millis(30)).await;
        }
    }

    /// Why a child that ended did so, from what it logged since `log_start`.
    pub(super) fn reason(&self, status: ExitStatus, log_start: u64) -> String {
        failure::reason(&self.log, log_start, &self.stderr, status)
    }

    /// Length of the log now.
    pub(super) fn log_length(&self) -> u64 {
        fs::metadata(&self.log).map(|meta| meta.len()).unwrap_or_default()
    }

    fn command(&self) -> Result<Command, StoreError> {
        let stderr = File::create(&self.stderr)
            .map_err(|source| self.failed("mongod.err cannot be made", source))?;
        // in GB with three decimals, by integers
        let cache = format!("{}.{:03}", self.cache_mb / 1024, (self.cache_mb % 1024) * 1000 / 1024);
        let mut command = Command::new(&self.binary);
        command
            .args([
                "--replSet",
                replica::NAME,
                "--bind_ip",
                "127.0.0.1",
                "--nounixsocket",
                "--quiet",
                "--logappend",
            ])
            .args([
                "--port",
                &self.port.to_string(),
                "--wiredTigerCacheSizeGB",
                &cache,
                "--oplogSize",
                "512",
            ])
            // what is indexed is written once and mostly read later: pages gather changes until a checkpoint wants them
            .args(["--wiredTigerEngineConfigString", EVICTION])
            .args(["--setParameter", "diagnosticDataCollectionEnabled=false"])
            // there is no other node that could take over meanwhile
            .args(["--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100"])
            .arg("--dbpath")
            .arg(&self.db)
            .arg("--logpath")
            .arg(&self.log)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(stderr)
            // Ctrl-C on a terminal goes to a whole group; ours is shut down after its users
            .process_group(0)
            .kill_on_drop(true);
        Ok(command)
    }

    /// The wanted port if it is free, else any.
    fn free_port(&self, wanted: Option<u16>) -> Result<u16, StoreError> {
        let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
        wanted
            .filter(|port| *port != 0)
            .and_then(|port| bind(port).ok())
            .map_or_else(|| bind(0), Ok)
            .and_then(|listener| listener.local_addr())
            .map(|address| address.port())
            .map_err(|error| self.not_started(format!("no free port on loopback: {error}")))
    }

    fn failed(&self, what: &'static str, source: std::io::Error) -> StoreError {
        StoreError::Folder { folder: self.db.clone(), what, source }
    }

    fn not_started(&self, reason: String) -> StoreError {
        StoreError::MongodStart { reason, log: self.log.clone() }
    }
}

impl Running {
    /// The process id while it runs.
    pub(super) fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits until it ends by itself.
    pub(super) async fn wait(&mut self) -> std::io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Ends it cleanly, or by force when that takes too long.
    pub(super) async fn shutdown(mut self) {
        if let Some(pid) = self.id() {
            send(pid, Signal::TERM);
        }
        if timeout(SHUTDOWN, self.child.wait()).await.is_err() {
            tracing::warn!("mongod did not shut down in time, it is killed");
            if let Err(error) = self.child.kill().await {
                tracing::warn!(%error, "mongod could not be killed");
            }
        }
    }
}

/// Kills a process.
pub(super) fn kill(pid: u32) {
    send(pid, Signal::KILL);
}

/// Sends a signal. That the process is gone already is no error.
pub(super) fn send(pid: u32, signal: Signal) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    if let Some(pid) = pid
        && let Err(error) = kill_process(pid, signal)
        && error != rustix::io::Errno::SRCH
    {
        tracing::warn!(pid = pid.as_raw_nonzero().get(), %error, "a signal could not be sent");
    }
}
