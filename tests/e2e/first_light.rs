//! From a real chain to answered queries that equal the chain's own.

use alloy_primitives::{Address, B256, U256};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::{
    process::{Services, get},
    truth::Truth,
    world::World,
};

#[tokio::test]
async fn answers_equal_the_chain() -> Result<()> {
    let world = World::start().await?;
    world.traffic(120, 1).await?;
    let services = Services::up(&world.config("first_light")?, world.folder.path()).await?;
    let truth = world.truth()?;
    // following the head counts too, not only catching up
    world.traffic(10, 2).await?;
    let head = truth.head().await?;
    let block = services.wait_for_block(head).await?;
    assert_eq!(block, head);

    let pools = all_pools(&services).await?;
    pools_equal(&pools, &truth, head).await?;
    swaps_equal(&services, &truth, head).await?;
    owners_equal(&services, &world, &truth, head).await?;
    pages_fit_together(&services, pools.len()).await?;
    quotes_are_live(&services, &pools).await?;
    ownership_is_checked_live(&services, &world, &truth, head).await?;
    furniture_stands(&services).await?;
    drop(services);
    world.stop().await
}

async fn all_pools(services: &Services) -> Result<Vec<Value>> {
    let (mut pools, mut after) = (Vec::new(), Value::Null);
    loop {
        let query = format!(
            "{{ block {{ number }} pools(first: 7, after: {after}) {{ totalCount pageInfo {{ hasNextPage endCursor }} \
             nodes {{ id protocol reserve0 reserve1 sqrtPriceX96 tick liquidity token0 {{ address symbol decimals }} \
             token1 {{ address }} }} }} }}"
        );
        let data = services.graphql(&query).await?;
        let page = &data["pools"];
        pools.extend(page["nodes"].as_array().context("nodes")?.iter().cloned());
        if page["pageInfo"]["hasNextPage"] != true {
            assert_eq!(page["totalCount"].to_string().trim_matches('"'), pools.len().to_string());
            return Ok(pools);
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

async fn pools_equal(pools: &[Value], truth: &Truth, block: u64) -> Result<()> {
    let mut ids = pools.iter().map(|pool| text(pool, "id")).collect::<Vec<_>>();
    ids.sort_unstable();
    assert_eq!(ids, truth.pools(block).await?);
    for pool in pools {
        let id = text(pool, "id");
        match text(pool, "protocol").as_str() {
            "V2" => {
                let stored = (text(pool, "reserve0").parse()?, text(pool, "reserve1").parse()?);
                assert_eq!(stored, truth.reserves(id.parse()?, block).await?, "{id}");
            }
            protocol => {
                let tick = pool["tick"].as_i64().context("tick")?;
                let liquidity: u128 = text(pool, "liquidity").parse()?;
                let stored =
                    (text(pool, "sqrtPriceX96").parse::<U256>()?, i32::try_from(tick)?, liquidity);
                let on_chain = match protocol {
                    "V3" => truth.v3_state(id.parse::<Address>()?, block).await?,
                    _ => truth.v4_state(id.parse::<B256>()?, block).await?,
                };
                assert_eq!(stored, on_chain, "{protocol} {id}");
            }
        }
    }
    for protocol in ["V2", "V3", "V4"] {
        ensure!(
            pools.iter().any(|pool| pool["protocol"] == protocol),
            "no {protocol} pool to compare"
        );
    }
    Ok(())
}

async fn swaps_equal(services: &Services, truth: &Truth, block: u64) -> Result<()> {
    let expected = truth.swaps(block).await?;
    let (mut swaps, mut after) = (Vec::new(), Value::Null);
    loop {
        let query = format!(
            "{{ swaps(first: 500, after: {after}) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ blockNumber logIndex amount0 amount1 }} }} }}"
        );
        let page = services.graphql(&query).await?["swaps"].clone();
        swaps.extend(page["nodes"].as_array().context("nodes")?.iter().map(ToString::to_string));
        if page["pageInfo"]["hasNextPage"] != true {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(swaps.len(), expected);
    swaps.sort_unstable();
    swaps.dedup();
    assert_eq!(swaps.len(), expected, "a swap came twice");
    Ok(())
}

async fn owners_equal(services: &Services, world: &World, truth: &Truth, block: u64) -> Result<()> {
    let mut compared = 0;
    for id in 0..200u64 {
        let url = format!(
            "{}/v1/collections/{:#x}/tokens/{id}/owners",
            services.nft_api, world.deployment.erc721
        );
        let answer = get(&url).await?;
        let stored = answer["items"].as_array().with_context(|| answer.to_string())?;
        let owner = truth.owner(world.deployment.erc721, U256::from(id), block).await;
        let expected = owner.map(|owner| format!("{owner:#x}"));
        assert_eq!(
            stored.first().map(|item| text(item, "owner").to_lowercase()),
            expected,
            "token {id}"
        );
        ensure!(stored.len() <= 1, "an ERC-721 token has one owner: {answer}");
        compared += usize::from(expected.is_some());
    }
    ensure!(compared > 5, "only {compared} tokens to compare");
    let mut compared = 0;
    for id in 0..20u64 {
        let collection = world.deployment.erc1155;
        let answer = get(&format!(
            "{}/v1/collections/{collection:#x}/tokens/{id}/owners?first=500",
            services.nft_api
        ))
        .await?;
        for item in answer["items"].as_array().with_context(|| answer.to_string())? {
            let owner = text(item, "owner").parse()?;
            let balance = truth.balance(collection, owner, U256::from(id), block).await?;
            assert_eq!(text(item, "balance"), balance.to_string(), "token {id} of {owner}");
            compared += 1;
        }
    }
    ensure!(compared > 0, "no ERC-1155 balance to compare");
    Ok(())
}

/// REST pages give the same pools, one block per page, and refuse a cursor that was tampered with.
async fn pages_fit_together(services: &Services, expected: usize) -> Result<()> {
    let (mut count, mut url) = (0, format!("{}/v1/pools?first=5", services.serving));
    loop {
        let page = get(&url).await?;
        ensure!(page["block"]["hash"].is_string(), "{page}");
        count += page["items"].as_array().with_context(|| page.to_string())?.len();
        let Some(next) = page["next"].as_str() else { break };
        url = format!("{}/v1/pools?first=5&after={next}", services.serving);
    }
    assert_eq!(count, expected);
    for bad in ["after=abcdef", "first=0", "first=1000000000", "first=-1", "token=0x12"] {
        let answer = reqwest::get(format!("{}/v1/pools?{bad}", services.serving)).await?;
        assert_eq!(answer.status(), 400, "{bad}");
        let problem: Value = answer.json().await?;
        ensure!(problem["code"].is_string() && problem["detail"].is_string(), "{bad}: {problem}");
    }
    Ok(())
}

async fn quotes_are_live(services: &Services, pools: &[Value]) -> Result<()> {
    let mut answered = 0;
    for protocol in ["V2", "V3"] {
        for pool in pools.iter().filter(|pool| pool["protocol"] == protocol) {
            let url = format!(
                "{}/v1/quote?pool={}&tokenIn={}&amount=1000&tradeType=exactIn",
                services.serving,
                text(pool, "id"),
                text(&pool["token0"], "address"),
            );
            let answer = reqwest::get(&url).await?;
            let status = answer.status();
            let body: Value = answer.json().await?;
            if status.is_success() {
                ensure!(
                    body["amountOut"].is_string() && body["block"]["hash"].is_string(),
                    "{body}"
                );
                answered += 1;
            } else {
                // an empty or drained pool is refused with a reason, not with a failure
                ensure!(status.is_client_error() && body["code"].is_string(), "{status} {body}");
            }
        }
    }
    ensure!(answered >= 4, "only {answered} quotes were answered");
    Ok(())
}

async fn ownership_is_checked_live(
    services: &Services,
    world: &World,
    truth: &Truth,
    block: u64,
) -> Result<()> {
    let collection = world.deployment.erc721;
    let url = format!("{}/v1/ownership/check", services.nft_api);
    let client = reqwest::Client::new();
    let mut checked = 0;
    for id in 0..40u64 {
        let Some(owner) = truth.owner(collection, U256::from(id), block).await else { continue };
        for (wallet, expected) in [(owner, true), (Address::repeat_byte(0x99), false)] {
            let body =
                json!({ "wallet": wallet, "collection": collection, "tokenId": id.to_string() });
            let answer: Value = client.post(&url).json(&body).send().await?.json().await?;
            assert_eq!(answer["verdict"], expected, "{answer}");
            assert_eq!(answer["differs"], false, "{answer}");
            checked += 1;
        }
    }
    ensure!(checked > 5, "only {checked} checks");
    Ok(())
}

async fn furniture_stands(services: &Services) -> Result<()> {
    for base in [&services.serving, &services.nft_api, &services.indexer] {
        for path in ["healthz", "readyz", "metrics", "status"] {
            let answer = reqwest::get(format!("{base}/{path}")).await?;
            ensure!(answer.status().is_success(), "{base}/{path}: {}", answer.status());
        }
    }
    let metrics = reqwest::get(format!("{}/metrics", services.indexer)).await?.text().await?;
    ensure!(metrics.contains("sooho_indexer_block{chain=\"local\"}"), "{metrics}");
    Ok(())
}

fn text(value: &Value, key: &str) -> String {
    match &value[key] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
