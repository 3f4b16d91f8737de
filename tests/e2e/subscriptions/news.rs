//! Who only listens knows what the store knows: through growth and reorgs.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::{
    process::{Services, get},
    world::World,
};

use super::{
    believed::{Blocks, Candles, Swaps},
    client::Subscriber,
};

const SWAPS: &str = "subscription($pool: String) { swaps(pool: $pool) { block { number hash }
    retracted { number hash } swaps { id blockNumber txHash pool { id swapCount token0 { symbol } } } } }";
const POOL: &str =
    "subscription($id: String!) { pool(id: $id) { block { number hash } retracted { number }
    pool { id swapCount sqrtPriceX96 reserve0 updatedBlock token0 { symbol } } } }";
const CHAIN: &str = "subscription { chain { retracted { number hash } added { number hash }
    chain { swapCount block { number hash } } } }";

const CANDLE: &str = "subscription($pool: String!, $base: CandleBase!) {
    candle(pool: $pool, resolution: \"1m\", base: $base) {
        from candles { start open high low close volume0 swapCount } } }";

/// All swaps above a block as the service lists them.
async fn listed(services: &Services, above: u64, pool: Option<&str>) -> Result<BTreeSet<String>> {
    let (mut found, mut next) = (BTreeSet::new(), None::<String>);
    loop {
        let after = next.map(|next| format!("&after={next}")).unwrap_or_default();
        let of = pool.map(|pool| format!("&pool={pool}")).unwrap_or_default();
        let page = get(&format!("{}/v1/swaps?first=500{after}{of}", services.serving)).await?;
        for swap in page["items"].as_array().with_context(|| page.to_string())? {
            if swap["blockNumber"].as_u64().context("a block")? <= above {
                return Ok(found);
            }
            found.insert(format!("{} {}", swap["id"], swap["txHash"]));
        }
        match page["next"].as_str() {
            Some(cursor) => next = Some(cursor.to_owned()),
            None => return Ok(found),
        }
    }
}

/// What one subscriber believes, by its subscriptions.
struct Believed {
    subscriber: Subscriber,
    blocks: Blocks,
    all: Swaps,
    one: Swaps,
    /// What token0 costs, and token1.
    candles: [Candles; 2],
    /// What was told of the pool last.
    pool: Value,
}

impl Believed {
    /// Takes in what came of blocks, up to this one.
    async fn up_to(&mut self, hash: &str) -> Result<()> {
        loop {
            let answer = self.subscriber.answer_to("chain").await?;
            ensure!(answer["errors"].is_null(), "{answer}");
            let news = &answer["data"]["chain"];
            self.blocks.take(news)?;
            if news["chain"]["block"]["hash"] == hash {
                return Ok(());
            }
        }
    }

    /// Takes in what came of the rest.
    async fn take(&mut self) -> Result<()> {
        let Self { subscriber, all, one, candles: [token0, token1], .. } = self;
        for (id, swaps) in [("all", all), ("one", one)] {
            for answer in subscriber.waiting(id).await? {
                ensure!(answer["errors"].is_null(), "{answer}");
                swaps.take(&answer["data"]["swaps"])?;
            }
        }
        for (id, candles) in [("TOKEN0", token0), ("TOKEN1", token1)] {
            for answer in subscriber.waiting(id).await? {
                ensure!(answer["errors"].is_null(), "{answer}");
                candles.take(&answer["data"]["candle"])?;
            }
        }
        if let Some(answer) = subscriber.waiting("pool").await?.pop() {
            self.pool = answer;
        }
        Ok(())
    }

    /// What it does not know, or what is not so.
    async fn wrong(
        &self,
        services: &Services,
        pool: &str,
        (lowest, begin): (u64, u64),
    ) -> Result<Vec<String>> {
        let mut wrong = Vec::new();
        for (believed, of) in [(&self.all, None), (&self.one, Some(pool))] {
            let listed = listed(services, lowest, of).await?;
            wrong.extend(difference(&believed.all(), &listed, begin)?);
        }
        for (candles, base) in self.candles.iter().zip(["token0", "token1"]) {
            let url = format!("{}/v1/pools/{pool}/candles", services.serving);
            let url = format!("{url}?resolution=1m&base={base}");
            wrong.extend(candles.difference(&url).await?);
        }
        Ok(wrong)
    }
}

#[tokio::test]
async fn who_listens_knows_what_the_store_knows() -> Result<()> {
    let world = World::start().await?;
    world.traffic(40, 51).await?;
    let services = Services::up(&world.config("news")?, world.folder.path()).await?;
    let begin = world.truth()?.head().await?;
    services.wait_for_block(begin).await?;
    let pools = get(&format!("{}/v1/pools?orderBy=swaps&first=1", services.serving)).await?;
    let pool = pools["items"][0]["id"].as_str().context("a pool")?.to_owned();

    let mut subscriber = Subscriber::connect(&services.serving).await?;
    subscriber.subscribe("chain", CHAIN, &Value::Null).await?;
    subscriber.subscribe("pool", POOL, &json!({ "id": pool })).await?;
    let first = subscriber.answer_to("chain").await?;
    ensure!(first["data"]["chain"]["chain"]["block"]["number"] == begin, "{first}");
    let first = subscriber.answer_to("pool").await?;
    ensure!(first["data"]["pool"]["pool"]["id"] == pool.as_str(), "{first}");
    subscriber.subscribe("all", SWAPS, &Value::Null).await?;
    subscriber.subscribe("one", SWAPS, &json!({ "pool": pool })).await?;
    for base in ["TOKEN0", "TOKEN1"] {
        subscriber.subscribe(base, CANDLE, &json!({ "pool": pool, "base": base })).await?;
    }
    // all have begun when something that was asked after them is answered
    subscriber.subscribe("done", "{ chains { name } }", &Value::Null).await?;
    subscriber.answer_to("done").await?;

    let client = chain::Client::new(world.deployment.chain_id, &[world.chain.url()])?;
    let mut believed = Believed {
        subscriber,
        blocks: Blocks::known(&client, begin).await?,
        all: Swaps::default(),
        one: Swaps::default(),
        candles: Default::default(),
        pool: Value::Null,
    };
    let mut lowest = begin;
    for round in 0..6 {
        if round % 2 == 1 {
            // down to below where it began
            let depth = 3 + 4 * round;
            let before = client.latest_block().await?.number;
            lowest = lowest.min(before - depth);
            let (url, deployment) = (world.chain.url(), &world.deployment);
            devchain::reorg_with_traffic(&url, deployment, depth, depth + 2, 70 + round).await?;
        } else {
            world.traffic(5, 60 + round).await?;
        }
        let head = client.latest_block().await?;
        believed.up_to(&format!("{:#x}", head.hash)).await?;
        believed.take().await?;
    }
    // what was asked last may come a moment later
    let mut wrong = believed.wrong(&services, &pool, (lowest, begin)).await?;
    for _ in 0..20 {
        if wrong.is_empty() {
            break;
        }
        believed.take().await?;
        wrong = believed.wrong(&services, &pool, (lowest, begin)).await?;
    }
    ensure!(wrong.is_empty(), "{wrong:#?}");
    believed.blocks.check(&client).await?;
    let told = (believed.all.all().len(), believed.one.all().len());
    ensure!(told.0 > 20 && told.1 > 2, "{told:?} swaps");
    let told = believed.candles.each_ref().map(|candles| candles.told);
    ensure!(told.iter().all(|told| *told > 5), "{told:?} candles");
    let left = &believed.blocks.left;
    ensure!(left.len() > 20, "{left:?}");
    ensure!(believed.all.left == *left && believed.one.left == *left, "{left:?}");
    let stored = get(&format!("{}/v1/pools/{pool}", services.serving)).await?;
    for field in ["swapCount", "sqrtPriceX96", "reserve0", "updatedBlock"] {
        let told = &believed.pool["data"]["pool"]["pool"][field];
        ensure!(*told == stored["item"][field], "{field}: {} {stored}", believed.pool);
    }
    services.terminate().await?;
    world.stop().await
}

/// What was told and is not listed, or is listed and was not told though it happened after the beginning.
fn difference(
    told: &BTreeSet<String>,
    listed: &BTreeSet<String>,
    begin: u64,
) -> Result<Vec<String>> {
    let mut found: Vec<String> = told.difference(listed).cloned().collect();
    for untold in listed.difference(told) {
        let block = untold.trim_start_matches('"').split('-').next().context("an id")?;
        if block.parse::<u64>()? > begin {
            found.push(untold.clone());
        }
    }
    Ok(found)
}
