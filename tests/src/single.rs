//! One service of `sooho up` as a process of its own.

use std::{
    net::SocketAddr,
    path::Path,
    process::Child,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use crate::process::spawn;

/// A running service; killed when dropped.
#[derive(Debug)]
pub struct Single {
    child: Child,
    /// Its base URL.
    pub base: String,
}

impl Single {
    /// Starts the service and waits until it listens; it need not have anything to answer yet.
    ///
    /// # Errors
    /// When it does not within half a minute; the log says why.
    pub async fn start(
        config: &Path,
        service: &str,
        address: SocketAddr,
        folder: &Path,
    ) -> Result<Self> {
        let log = folder.join(format!("{service}.log"));
        let child = spawn(config, &["up", "--service", service], &log)?;
        let mut single = Self { child, base: format!("http://{address}") };
        let ready = single.wait(Duration::from_secs(30)).await;
        ready.with_context(|| std::fs::read_to_string(&log).unwrap_or_default())?;
        Ok(single)
    }

    /// The process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    async fn wait(&mut self, patience: Duration) -> Result<()> {
        let deadline = Instant::now() + patience;
        loop {
            match reqwest::get(format!("{}/healthz", self.base)).await {
                Ok(answer) if answer.status().is_success() => return Ok(()),
                _ => {}
            }
            let ended = self.child.try_wait()?;
            ensure!(ended.is_none() && Instant::now() < deadline, "it does not listen: {ended:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Single {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
