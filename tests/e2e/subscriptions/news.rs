//! Who only listens knows what the store knows: through growth and reorgs.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::{
    process::{Services, get},
    world::World,
};

use super::client::Subscriber;

const SWAPS: &str = "subscription($pool: String) { swaps(pool: $pool) { block { number hash }
    retracted { number hash } swaps { id blockNumber txHash pool { id swapCount token0 { symbol } } } } }";
const POOL: &str =
    "subscription($id: String!) { pool(id: $id) { block { number hash } retracted { number }
    pool { id swapCount sqrtPriceX96 reserve0 updatedBlock token0 { symbol } } } }";
const CHAIN: &str = "subscription { chain { retracted { number hash } added { number hash }
    chain { swapCount block { number hash } } } }";

/// Swaps that a subscriber believes in, by block.
#[derive(Default)]
struct Believed {
    swaps: BTreeMap<u64, BTreeSet<String>>,
    retracted: usize,
}

impl Believed {
    fn take(&mut self, news: &Value) -> Result<()> {
        for block in news["retracted"].as_array().context("retracted")? {
            self.retracted += 1;
            self.swaps.remove(&block["number"].as_u64().context("a number")?);
        }
        for swap in news["swaps"].as_array().context("swaps")? {
            let block = swap["blockNumber"].as_u64().context("a block")?;
            let id = format!("{} {}", swap["id"], swap["txHash"]);
            ensure!(self.swaps.entry(block).or_default().insert(id), "told twice: {swap}");
            ensure!(swap["pool"]["token0"]["symbol"].is_string(), "{swap}");
        }
        Ok(())
    }

    fn all(&self) -> BTreeSet<String> {
        self.swaps.values().flatten().cloned().collect()
    }
}

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

/// Takes answers in until the one of this block.
async fn up_to(
    subscriber: &mut Subscriber,
    id: &str,
    hash: &str,
    mut take: impl FnMut(&Value) -> Result<Option<String>>,
) -> Result<()> {
    loop {
        let answer = subscriber.answer_to(id).await?;
        ensure!(answer["errors"].is_null(), "{answer}");
        if take(&answer["data"])?.as_deref() == Some(hash) {
            return Ok(());
        }
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
    // both have begun when something that was asked after them is answered
    subscriber.subscribe("done", "{ chains { name } }", &Value::Null).await?;
    subscriber.answer_to("done").await?;

    let client = chain::Client::new(world.deployment.chain_id, &[world.chain.url()])?;
    let (mut all, mut one) = (Believed::default(), Believed::default());
    let (mut lowest, mut newest) = (begin, Value::Null);
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
        let hash = format!("{:#x}", head.hash);
        up_to(&mut subscriber, "chain", &hash, |news| {
            let block = &news["chain"]["chain"]["block"];
            Ok(block["hash"].as_str().map(str::to_owned))
        })
        .await?;
        take_all(&mut subscriber, &mut all, &mut one, &mut newest).await?;
    }
    // what was asked last may come a moment later
    let mut missing = Vec::new();
    for _ in 0..20 {
        missing.clear();
        for (believed, of) in [(&all, None), (&one, Some(pool.as_str()))] {
            let listed = listed(&services, lowest, of).await?;
            missing.extend(difference(&believed.all(), &listed, begin)?);
        }
        if missing.is_empty() {
            break;
        }
        take_all(&mut subscriber, &mut all, &mut one, &mut newest).await?;
    }
    ensure!(missing.is_empty(), "{missing:?}");
    let told = (all.all().len(), one.all().len());
    ensure!(told.0 > 20 && told.1 > 2, "{told:?} swaps");
    ensure!(all.retracted > 20 && one.retracted == all.retracted, "{}", all.retracted);
    let stored = get(&format!("{}/v1/pools/{pool}", services.serving)).await?;
    for field in ["swapCount", "sqrtPriceX96", "reserve0", "updatedBlock"] {
        let told = &newest["data"]["pool"]["pool"][field];
        ensure!(*told == stored["item"][field], "{field}: {newest} {stored}");
    }
    services.terminate().await?;
    world.stop().await
}

/// Takes in what came.
async fn take_all(
    subscriber: &mut Subscriber,
    all: &mut Believed,
    one: &mut Believed,
    newest: &mut Value,
) -> Result<()> {
    for (id, believed) in [("all", all), ("one", one)] {
        for answer in subscriber.waiting(id).await? {
            ensure!(answer["errors"].is_null(), "{answer}");
            believed.take(&answer["data"]["swaps"])?;
        }
    }
    if let Some(answer) = subscriber.waiting("pool").await?.pop() {
        *newest = answer;
    }
    Ok(())
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
