//! A served chain with some days of trades.

use anyhow::{Context, Result, ensure};
use devchain::Rpc;
use indexer::Target;
use serde_json::{Value, json};
use sooho::config::Config;
use store::{Snapshot, Store};
use tests::{process::Services, world::World};

/// A chain, what is stored of it, and the service.
pub struct Bed {
    pub world: World,
    pub store: Store,
    pub services: Services,
    client: reqwest::Client,
}

/// An answer as it came.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Result<Value> {
        serde_json::from_str(&self.text).with_context(|| self.text.clone())
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Bed {
    /// Some days of traffic, served.
    pub async fn start(name: &str) -> Result<Self> {
        let world = World::start().await?;
        world.traffic(130, 5).await?;
        Self::serve(world, name, |_| ()).await
    }

    /// What this chain has, served with changed settings.
    pub async fn serve(world: World, name: &str, set: impl FnOnce(&mut Config)) -> Result<Self> {
        let store = Box::pin(world.index(name, Target::Head)).await?;
        let mut config = world.config(name)?;
        set(&mut config);
        let services = Services::up(&config, world.folder.path()).await?;
        let bed = Self { world, store, services, client: reqwest::Client::new() };
        // names are in memory a moment after the service is ready
        for _ in 0..600 {
            if bed.ask("/udf/search?query=a").await?.status == 200 {
                return Ok(bed);
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        anyhow::bail!("the service finds no symbols")
    }

    /// Whatever is answered.
    pub async fn ask(&self, path: &str) -> Result<Answer> {
        self.ask_with(path, &[]).await
    }

    pub async fn ask_with(&self, path: &str, headers: &[(&str, &str)]) -> Result<Answer> {
        let mut request = self.client.get(format!("{}{path}", self.services.serving));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Ok(Answer { status, headers, text: answer.text().await? })
    }

    /// What is answered with 200.
    pub async fn get(&self, path: &str) -> Result<Value> {
        let answer = self.ask(path).await?;
        ensure!(answer.status == 200, "{path}: {} {}", answer.status, answer.text);
        answer.json()
    }

    pub async fn snapshot(&self) -> Result<Snapshot> {
        let chain = self.world.deployment.chain_id;
        self.store.reader().snapshot(chain).await?.context("nothing is indexed")
    }

    /// When the service has the chain's newest block.
    pub async fn caught_up(self) -> Result<Self> {
        let head = self.world.truth()?.head().await?;
        self.services.wait_for_block(head).await?;
        Ok(self)
    }

    pub async fn stop(self) -> Result<()> {
        self.services.terminate().await?;
        self.world.stop().await
    }
}

/// Lets so many days pass on the chain: an empty block after them.
pub async fn sleep_days(world: &World, days: u64) -> Result<()> {
    let rpc = Rpc::new(&world.chain.url())?;
    let head: Value = rpc.request("eth_getBlockByNumber", json!(["latest", false])).await?;
    let time = head["timestamp"].as_str().and_then(|text| text.strip_prefix("0x"));
    let time = u64::from_str_radix(time.context("a block without a time")?, 16)?;
    let _: Value = rpc.request("evm_mine", json!([time + days * 86_400])).await?;
    Ok(())
}
