//! What is told from memory is what the store has: two services of one store, one of which keeps nothing, are asked the same
//! beside a chain that grows, and goes back.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use sooho::config::Config;
use tests::{
    process::{Services, free_address, get, metric},
    world::World,
};

/// Between two looks so many blocks.
const STEPS: [u64; 2] = [7, 1];
/// Pools that are looked at: those with most swaps.
const POOLS: usize = 4;
/// Tries to ask both at one block.
const TRIES: usize = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_in_memory_is_what_is_stored() -> Result<()> {
    let world = World::start().await?;
    world.traffic(30, 11).await?;
    let mut config = world.config("rows")?;
    // neither of them keeps answers
    config.feeds.answers_mb = 0;
    let keeping = Services::up(&config, world.folder.path()).await?;
    let plain = beside(&world, &config).await?;
    let both = [&keeping, &plain];
    let mut seed = 100;
    for blocks in STEPS {
        compare(&world, both).await.with_context(|| format!("before {seed}"))?;
        seed += 1;
        world.traffic(blocks, seed).await?;
    }
    let url = world.chain.url();
    for (depth, blocks) in [(5, 6), (1, 2)] {
        seed += 1;
        devchain::reorg_with_traffic(&url, &world.deployment, depth, blocks, seed).await?;
        compare(&world, both).await.with_context(|| format!("after a reorg of {depth}"))?;
    }
    let from_memory = |services: &Services| {
        let base = services.serving.clone();
        async move { metric(&base, r#"sooho_rows_reads_total{chain="local",of="memory"}"#).await }
    };
    let (many, none) = (from_memory(&keeping).await?, from_memory(&plain).await?);
    ensure!(many.is_some_and(|count| count > 100), "{many:?} reads were answered from memory");
    ensure!(none.unwrap_or_default() == 0, "{none:?}");
    plain.terminate().await?;
    keeping.terminate().await?;
    world.stop().await
}

/// Another service of the same store, which asks it always.
async fn beside(world: &World, config: &Config) -> Result<Services> {
    let mut config = config.clone();
    config.serving.rows_mb = 0;
    config.serving.listen = free_address()?;
    config.nft_api.listen = free_address()?;
    config.indexer.listen = free_address()?;
    let folder = world.folder.path().join("plain");
    std::fs::create_dir_all(&folder)?;
    Services::up(&config, &folder).await
}

/// Both say the same of the newest block, each question twice.
async fn compare(world: &World, both: [&Services; 2]) -> Result<()> {
    let head = world.truth()?.head().await?;
    for services in both {
        services.wait_for_block(head).await?;
    }
    let pools = get(&format!("{}/v1/pools?orderBy=swaps&first={POOLS}", both[1].serving)).await?;
    let pools = pools["items"].as_array().context("pools")?;
    let ids = pools.iter().filter_map(|pool| pool["id"].as_str());
    for question in ids.flat_map(of_pool).chain(of_all()) {
        for _ in 0..2 {
            same(both, &question).await.with_context(|| format!("{question:?}"))?;
        }
    }
    Ok(())
}

#[derive(Debug)]
enum Question {
    Get(String),
    Query(String),
}

fn of_pool(id: &str) -> Vec<Question> {
    let candles = [
        "resolution=1m&limit=5",
        "resolution=15m",
        "resolution=1m&limit=20&fill=true",
        "resolution=5m&from=1&to=9999999999&limit=2",
        "resolution=4h",
    ];
    let candles = candles.map(|which| format!("/v1/pools/{id}/candles?{which}"));
    let rest = ["days?first=3", "days", "hours?first=2"];
    let mut questions: Vec<Question> =
        rest.iter().map(|rest| Question::Get(format!("/v1/pools/{id}/{rest}"))).collect();
    questions.extend(candles.map(Question::Get));
    for first in [3, 100, 2] {
        let fields =
            "id amount0 amount1 pool { id swapCount volumeUSD token0 { symbol poolCount } }";
        questions.push(Question::Query(format!(
            "{{ block {{ hash }} swaps(first: {first}, pool: \"{id}\") {{ nodes {{ {fields} }} \
             pageInfo {{ endCursor hasNextPage }} }} }}"
        )));
    }
    questions.push(Question::Get(format!("/v1/swaps?pool={id}&first=4")));
    questions.push(Question::Get(format!("/v1/pools/{id}")));
    questions
}

fn of_all() -> Vec<Question> {
    let mut questions = Vec::new();
    for (first, more) in [(2, ""), (500, ""), (3, ", protocol: V3"), (5, ", dex: \"uniswap-v2\"")] {
        let fields = "id totalValueLockedUSD volumeUSD txCount swapCount token0 { symbol } token1 { decimals }";
        questions.push(Question::Query(format!(
            "{{ block {{ hash }} pools(orderBy: TVL, first: {first}{more}) {{ nodes {{ {fields} }} \
             pageInfo {{ endCursor hasNextPage }} }} }}"
        )));
    }
    for path in ["pools?orderBy=tvl&first=4", "pools?orderBy=swaps", "pools", "tokens", "swaps"] {
        questions.push(Question::Get(format!("/v1/{path}")));
    }
    questions
}

async fn same(both: [&Services; 2], question: &Question) -> Result<()> {
    let mut last = json!(null);
    for _ in 0..TRIES {
        let [one, other] = both.map(|services| ask(services, question));
        let (one, other) = (one.await?, other.await?);
        if block(&one) == block(&other) {
            ensure!(one == other, "{one}\nis not\n{other}");
            return Ok(());
        }
        last = json!([block(&one), block(&other)]);
    }
    anyhow::bail!("the two are never at one block: {last}")
}

fn block(answer: &Value) -> &Value {
    &answer["block"]["hash"]
}

async fn ask(services: &Services, question: &Question) -> Result<Value> {
    let answer = match question {
        Question::Get(path) => get(&format!("{}{path}", services.serving)).await?,
        Question::Query(query) => services.graphql(query).await?,
    };
    ensure!(block(&answer).is_string(), "{answer}");
    Ok(answer)
}
