//! Somebody who reads all the time, from a service that knows nothing of what the indexer does.

use std::collections::BTreeSet;

use serde_json::Value;
use tokio::task::JoinHandle;

use super::*;

/// A height in an answer: a number or its text.
pub(super) fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// Answers there were, and pools in the last one.
type Polling = JoinHandle<Result<(u64, usize)>>;

/// The serving process, and who asks it.
pub(super) struct Readers {
    child: Child,
    base: String,
    folder: PathBuf,
    slack: Arc<AtomicU64>,
    stop: Arc<AtomicU64>,
    polling: std::sync::Mutex<Option<Polling>>,
}

impl Readers {
    pub(super) async fn start(config: &Config, world: &World) -> Result<Self> {
        let path = world.folder.path().join("readers.toml");
        std::fs::write(&path, toml::to_string(config)?)?;
        let log = world.folder.path().join("readers.log");
        let child = spawn(&path, &["up", "--service", "serving"], &log)?;
        let base = format!("http://{}", config.serving.listen);
        let (slack, stop) = (Arc::default(), Arc::default());
        let folder = world.folder.path().to_owned();
        Ok(Self { child, base, folder, slack, stop, polling: std::sync::Mutex::default() })
    }

    /// What the newest of the indexers says.
    fn logs(&self) -> String {
        let logs = ["fifth", "fourth", "third", "second", "first"];
        let mut logs = logs.iter().map(|name| self.folder.join(format!("{name}.log")));
        logs.find_map(|log| std::fs::read_to_string(log).ok()).unwrap_or_default()
    }

    /// Waits until readers see this block.
    pub(super) async fn wait_for(&self, block: u64) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(90);
        loop {
            let status = get(&format!("{}/status", self.base)).await.unwrap_or_default();
            if number(&status["chains"][0]["block"]["number"]) >= Some(block) {
                return Ok(());
            }
            ensure!(
                Instant::now() < deadline,
                "block {block} is not there: {status}: {}",
                self.logs()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Asks from now on, and says how many pools there are.
    pub(super) async fn begin(&self) -> Result<usize> {
        let (_, known) = pools(&self.base).await?;
        let count = known.len();
        let (base, slack, stop) =
            (self.base.clone(), Arc::clone(&self.slack), Arc::clone(&self.stop));
        let polling = tokio::spawn(async move {
            let (mut highest, mut answers) = (0, 0);
            loop {
                let (height, seen) = pools(&base).await?;
                let slack = slack.load(Ordering::Acquire);
                ensure!(height + slack >= highest, "block {height} after {highest}");
                // a pool that a reorg took away may be gone; those of before may not
                ensure!(known.is_subset(&seen), "of {known:?} there is {seen:?} at {height}");
                highest = highest.max(height);
                answers += 1;
                if stop.load(Ordering::Acquire) > 0 {
                    return Ok((answers, seen.len()));
                }
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
        });
        if let Ok(mut slot) = self.polling.lock() {
            *slot = Some(polling);
        }
        Ok(count)
    }

    /// By so many blocks, because the chain does.
    pub(super) fn may_go_back(&self, blocks: u64) {
        self.slack.store(blocks, Ordering::Release);
    }

    /// Ends, and says how many answers there were, and how many pools in the last one.
    pub(super) async fn stop(self) -> Result<(u64, usize)> {
        self.stop.store(1, Ordering::Release);
        let polling = self.polling.lock().ok().and_then(|mut slot| slot.take());
        polling.context("nobody asked")?.await?
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The pools, and the block they are of.
async fn pools(base: &str) -> Result<(u64, BTreeSet<String>)> {
    let answer = get(&format!("{base}/v1/pools?first=500")).await?;
    let height = number(&answer["block"]["number"]).with_context(|| answer.to_string())?;
    let items = answer["items"].as_array().with_context(|| answer.to_string())?;
    Ok((height, items.iter().map(|pool| pool["id"].to_string()).collect()))
}
