//! Subscriptions: who listens knows what the chain has, through reorgs, broken connections and restarts.

use std::{collections::BTreeMap, net::SocketAddr};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::{
    process::{Services, get},
    world::World,
};

use super::{
    door::Door,
    logs::{self, Place, Swap},
    node::Node,
};

const CLIENTS: [&str; 5] = ["graphql-ws", "apollo", "urql", "urql-events", "graphql-sse"];
/// Most lines that a client says of a few blocks.
const LINES: usize = 500;

/// A client, and what it believes.
struct Follower {
    name: &'static str,
    node: Node,
    /// From the block after this on it was told of everything.
    begin: Option<u64>,
    swaps: BTreeMap<Place, Swap>,
    /// Blocks that left the chain, as it was told.
    left: usize,
    /// Swaps of the pool, as it was told last.
    pool: Value,
    connections: u64,
}

impl Follower {
    fn start(world: &World, name: &'static str, url: &str, pool: &str) -> Result<Self> {
        let node = Node::start(world.folder.path(), "follow.mjs", &[url, name, pool])?;
        let (swaps, pool) = (BTreeMap::new(), Value::Null);
        Ok(Self { name, node, begin: None, swaps, left: 0, pool, connections: 0 })
    }

    /// Takes in all that was said so far.
    async fn catch_up(&mut self) -> Result<()> {
        self.node.order("so far").await?;
        while self.take().await?["heard"].is_null() {}
        Ok(())
    }

    /// Takes in the next line.
    async fn take(&mut self) -> Result<Value> {
        let line = self.node.line().await.with_context(|| self.name)?;
        if let Some(count) = line["connected"].as_u64() {
            self.connections = count;
        }
        if !line["pool"].is_null() {
            self.pool = line["pool"]["pool"]["swapCount"].clone();
        }
        let news = &line["swaps"];
        if news.is_null() {
            return Ok(line);
        }
        let block = news["block"]["number"].as_u64().context("a block")?;
        self.begin.get_or_insert(block);
        for left in news["retracted"].as_array().context("retracted")? {
            let left = left["number"].as_u64().context("a number")?;
            self.swaps.retain(|place, _| place.0 != left);
            self.left += 1;
        }
        for swap in news["swaps"].as_array().context("swaps")? {
            let (place, swap) = logs::told(swap)?;
            let before = self.swaps.insert(place, swap);
            ensure!(before.is_none(), "{}: {place:?} is told twice", self.name);
        }
        Ok(line)
    }

    /// Whether it knows just what the chain has since it began.
    fn knows(&self, chain: &BTreeMap<Place, Swap>, pool: &str) -> bool {
        let Some(begin) = self.begin else { return false };
        let since = (begin + 1, 0)..;
        self.swaps.range(since.clone()).eq(chain.range(since))
            && self.pool == chain.values().filter(|swap| swap.pool == pool).count()
    }

    /// Listens until it knows what the chain has.
    async fn learn(&mut self, chain: &BTreeMap<Place, Swap>, pool: &str) -> Result<()> {
        for _ in 0..LINES {
            if self.knows(chain, pool) {
                return Ok(());
            }
            let (told, begin, name) = (self.swaps.len(), self.begin, self.name);
            let heard = self.take().await;
            heard.with_context(|| format!("{name}: {told} swaps since {begin:?}"))?;
        }
        anyhow::bail!("{}: it does not learn what the chain has", self.name)
    }

    /// What it knew is of an earlier connection; it listens until the state of the pool has come anew.
    async fn begin_anew(&mut self) -> Result<()> {
        self.pool = Value::Null;
        while self.pool.is_null() {
            self.take().await?;
        }
        self.swaps.clear();
        self.begin = None;
        Ok(())
    }
}

struct Bed {
    world: World,
    pool: String,
    followers: Vec<Follower>,
    seed: u64,
}

impl Bed {
    async fn traffic(&mut self, blocks: u64) -> Result<()> {
        self.seed += 1;
        self.world.traffic(blocks, self.seed).await.map(drop)
    }

    /// All were told of a swap: from here on they are told of all.
    async fn warm_up(&mut self) -> Result<()> {
        for follower in &mut self.followers {
            follower.begin_anew().await?;
        }
        for place in 0..self.followers.len() {
            while self.followers[place].begin.is_none() {
                self.traffic(1).await?;
                // a block of traffic has swaps; the subscription may begin after it, and then the next block tells
                let follower = &mut self.followers[place];
                let soon = std::time::Duration::from_secs(2);
                let listen = async {
                    while follower.begin.is_none() {
                        follower.take().await?;
                    }
                    Ok::<(), anyhow::Error>(())
                };
                if let Ok(heard) = tokio::time::timeout(soon, listen).await {
                    heard?;
                }
            }
        }
        Ok(())
    }

    async fn all_learn(&mut self) -> Result<()> {
        let chain = logs::swaps(&self.world).await?;
        for follower in &mut self.followers {
            follower.learn(&chain, &self.pool).await?;
        }
        Ok(())
    }
}

#[tokio::test]
async fn subscriptions_of_apollo_urql_graphql_ws_and_graphql_sse() -> Result<()> {
    let world = World::start().await?;
    world.traffic(20, 5).await?;
    let config = world.config("clients_following")?;
    let services = Services::up(&config, world.folder.path()).await?;
    services.wait_for_block(world.truth()?.head().await?).await?;
    let busiest = get(&format!("{}/v1/pools?orderBy=swaps&first=1", services.serving)).await?;
    let pool = busiest["items"][0]["id"].as_str().context("a pool")?.to_owned();

    let address: SocketAddr = config.serving.listen;
    let door = Door::to(address).await?;
    let follow = |name| Follower::start(&world, name, &door.url, &pool);
    let followers = CLIENTS.into_iter().map(follow).collect::<Result<Vec<_>>>()?;
    let mut bed = Bed { world, pool, followers, seed: 100 };

    bed.warm_up().await?;
    bed.traffic(3).await?;
    bed.all_learn().await?;
    let (url, deployment) = (bed.world.chain.url(), &bed.world.deployment);
    devchain::reorg_with_traffic(&url, deployment, 3, 4, 9).await?;
    bed.all_learn().await?;
    for follower in &bed.followers {
        ensure!(follower.left >= 3, "{}: {} blocks left", follower.name, follower.left);
    }

    // every wire breaks: clients come again by themselves
    for follower in &mut bed.followers {
        follower.catch_up().await?;
    }
    door.cut();
    bed.warm_up().await?;
    bed.traffic(2).await?;
    bed.all_learn().await?;

    // the service stops, blocks come meanwhile, and it starts again
    for follower in &mut bed.followers {
        follower.catch_up().await?;
    }
    services.terminate().await?;
    bed.traffic(2).await?;
    let services = Services::up(&config, bed.world.folder.path()).await?;
    services.wait_for_block(bed.world.truth()?.head().await?).await?;
    bed.warm_up().await?;
    bed.traffic(2).await?;
    bed.all_learn().await?;

    for mut follower in std::mem::take(&mut bed.followers) {
        let is_socket = ["graphql-ws", "apollo", "urql"].contains(&follower.name);
        ensure!(!is_socket || follower.connections >= 3, "{}", follower.connections);
        follower.node.order("end").await?;
        follower.node.rest().await.with_context(|| follower.name)?;
    }
    services.terminate().await?;
    bed.world.stop().await
}
