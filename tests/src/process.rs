//! The real executable as a child process.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use sooho::config::Config;

/// `sooho` beside this test's own binary: both are built by the same command.
///
/// # Errors
/// When it was not built.
pub fn executable() -> Result<PathBuf> {
    let mut folder = std::env::current_exe()?;
    while folder.pop() {
        let candidate = folder.join("sooho");
        if candidate.is_file() {
            return Ok(candidate);
        }
    }
    bail!("the sooho executable is not built; run the tests with `cargo xtask test`")
}

/// Writes a configuration where the executable can read it.
///
/// # Errors
/// When the folder refuses.
pub fn write_config(config: &Config, folder: &Path) -> Result<PathBuf> {
    let path = folder.join(format!("{}.toml", config.store.database));
    std::fs::write(&path, toml::to_string(config)?)?;
    Ok(path)
}

/// Runs a command of the executable to its end.
///
/// # Errors
/// When it cannot be started.
pub fn run(config: &Path, arguments: &[&str]) -> Result<Output> {
    Ok(Command::new(executable()?)
        .arg("--config")
        .arg(config)
        .args(arguments)
        .stdin(Stdio::null())
        .output()?)
}

/// Starts a command of the executable with its log in a file.
///
/// # Errors
/// When it cannot be started.
pub fn spawn(config: &Path, arguments: &[&str], log: &Path) -> Result<Child> {
    spawn_with(config, arguments, log, &[])
}

fn spawn_with(
    config: &Path,
    arguments: &[&str],
    log: &Path,
    environment: &[(&str, &str)],
) -> Result<Child> {
    let log = std::fs::File::create(log)?;
    Ok(Command::new(executable()?)
        .envs(environment.iter().copied())
        .arg("--config")
        .arg(config)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()?)
}

/// A running `sooho up`; killed when dropped.
#[derive(Debug)]
pub struct Services {
    child: Child,
    /// Base URL of the DEX API.
    pub serving: String,
    /// Base URL of the community API.
    pub nft_api: String,
    /// Base URL of the indexer.
    pub indexer: String,
}

impl Services {
    /// Starts all services and waits until both APIs are ready and the indexer listens.
    ///
    /// # Errors
    /// When they are not within a minute; the log says why.
    pub async fn up(config: &Config, folder: &Path) -> Result<Self> {
        Self::up_with(config, folder, &[]).await
    }

    /// The same, with these variables in its environment. Its log is `up.log` in the folder.
    ///
    /// # Errors
    /// Like [`Services::up`].
    pub async fn up_with(
        config: &Config,
        folder: &Path,
        environment: &[(&str, &str)],
    ) -> Result<Self> {
        let path = write_config(config, folder)?;
        let log = folder.join("up.log");
        let child = spawn_with(&path, &["up"], &log, environment)?;
        let url = |address: SocketAddr| format!("http://{address}");
        let mut services = Self {
            child,
            serving: url(config.serving.listen),
            nft_api: url(config.nft_api.listen),
            indexer: url(config.indexer.listen),
        };
        let ready = services.wait_ready(Duration::from_secs(60)).await;
        ready.with_context(|| std::fs::read_to_string(&log).unwrap_or_default())?;
        Ok(services)
    }

    async fn wait_ready(&mut self, patience: Duration) -> Result<()> {
        let deadline = Instant::now() + patience;
        // of a chain that another process indexes an API is ready at once, perhaps before the indexer listens
        for (base, path) in
            [(&self.serving, "readyz"), (&self.nft_api, "readyz"), (&self.indexer, "healthz")]
        {
            loop {
                if let Ok(answer) = reqwest::get(format!("{base}/{path}")).await
                    && answer.status().is_success()
                {
                    break;
                }
                if let Some(status) = self.child.try_wait()? {
                    bail!("sooho ended early: {status}");
                }
                ensure!(Instant::now() < deadline, "{base} is not ready");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        Ok(())
    }

    /// The process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until a service has indexed this block, and returns the height.
    ///
    /// # Errors
    /// After a minute.
    pub async fn wait_for_block(&self, number: u64) -> Result<u64> {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            // while the database is away there is no status
            let status = get(&format!("{}/status", self.serving)).await.unwrap_or_default();
            let block = status["chains"][0]["block"]["number"].clone();
            let height =
                block.as_u64().or_else(|| block.as_str().and_then(|text| text.parse().ok()));
            match height {
                Some(height) if height >= number => return Ok(height),
                _ => {}
            }
            ensure!(Instant::now() < deadline, "block {number} is not indexed: {status}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Asks the process to end and waits until it has.
    ///
    /// # Errors
    /// When it does not end well within half a minute.
    pub async fn terminate(mut self) -> Result<()> {
        let pid = self.child.id().to_string();
        ensure!(Command::new("kill").arg(&pid).status()?.success(), "kill {pid}");
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(status) = self.child.try_wait()? {
                ensure!(status.success(), "sooho ended with {status}");
                return Ok(());
            }
            ensure!(Instant::now() < deadline, "sooho does not end");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Asks a GraphQL question.
    ///
    /// # Errors
    /// When the answer carries errors.
    pub async fn graphql(&self, query: &str) -> Result<Value> {
        let client = reqwest::Client::new();
        let body = serde_json::json!({ "query": query });
        let answer: Value = client
            .post(format!("{}/graphql", self.serving))
            .json(&body)
            .send()
            .await?
            .json()
            .await?;
        ensure!(answer.get("errors").is_none(), "{query}: {answer}");
        Ok(answer["data"].clone())
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The JSON at a URL, whatever its status.
///
/// # Errors
/// When nothing answers or the answer is no JSON.
pub async fn get(url: &str) -> Result<Value> {
    Ok(reqwest::get(url).await?.json().await?)
}

/// The value of the first metric of a service whose line starts like this, without its fraction.
///
/// # Errors
/// When nothing answers.
pub async fn metric(base: &str, starts: &str) -> Result<Option<u64>> {
    let text = reqwest::get(format!("{base}/metrics")).await?.text().await?;
    let line = text.lines().find(|line| line.starts_with(starts));
    Ok(line.and_then(|line| line.rsplit(' ').next()?.split('.').next()?.parse().ok()))
}

/// A loopback address with a port that was free a moment ago.
///
/// # Errors
/// When there is none.
pub fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
