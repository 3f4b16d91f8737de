//! Pools, blocks and series as of older blocks, some of which only the node knows by hash.

use alloy::{
    eips::BlockNumberOrTag,
    providers::{Provider, ProviderBuilder},
};
use alloy_primitives::{B256, U256};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::{process::Services, world::World};

use super::{address, all, decimal, hash, refused, sum, text};

/// A block as the node has it.
pub(super) async fn header(node: &impl Provider, number: u64) -> Result<(B256, u64)> {
    let block = node.get_block_by_number(BlockNumberOrTag::Number(number)).await?;
    let header = block.context("no such block")?.header;
    Ok((header.hash, header.timestamp))
}

/// The node itself.
pub(super) fn node(world: &World) -> Result<impl Provider> {
    Ok(ProviderBuilder::new().connect_http(world.chain.url().parse()?))
}

pub(super) async fn check(world: &World, services: &Services) -> Result<()> {
    let node = node(world)?;
    let head = world.truth()?.head().await?;
    let first = world.deployment.end_block;
    for number in [first + 9, head - 20, head - 16, head - 15, head] {
        let as_of = format!("asOf: {{ block: {number} }}");
        let (hash, timestamp) = header(&node, number).await?;
        let block = json!({ "number": number, "hash": hash, "timestamp": timestamp });
        pools(world, services, number, &as_of, &block).await.with_context(|| as_of.clone())?;
        events(services, number).await.with_context(|| as_of.clone())?;

        // the newest block that is not younger than a time
        for time in [timestamp, timestamp - 1] {
            let query = format!("{{ block(asOf: {{ timestamp: {time} }}) {{ number }} }}");
            let found =
                services.graphql(&query).await?["block"]["number"].as_u64().context("number")?;
            ensure!(header(&node, found).await?.1 <= time, "{time}: {found}");
            ensure!(found == head || header(&node, found + 1).await?.1 > time, "{time}: {found}");
        }
    }
    let start = world.deployment.start_block;
    for (path, code) in [
        (format!("/v1/swaps?asOfBlock={}", head + 1_000_000), "BLOCK_IN_FUTURE"),
        (format!("/v1/swaps?asOfBlock={}", start.saturating_sub(1)), "BLOCK_BEFORE_START"),
        ("/v1/swaps?asOfTimestamp=1".to_owned(), "BLOCK_BEFORE_START"),
        (format!("/v1/pools?orderBy=tvl&asOfBlock={first}"), "AS_OF_UNSUPPORTED"),
        (
            format!("/v1/accounts/{}/positions?asOfBlock={first}", world.deployment.v3_factory),
            "AS_OF_UNSUPPORTED",
        ),
    ] {
        let found = if start == 0 && code == "BLOCK_BEFORE_START" {
            json!(code)
        } else {
            refused(services, &path).await?
        };
        ensure!(found == code, "{path}: {found}");
    }
    Ok(())
}

/// Every pool is what its contract said at the block.
async fn pools(
    world: &World,
    services: &Services,
    number: u64,
    as_of: &str,
    block: &Value,
) -> Result<()> {
    let truth = world.truth()?;
    let query = format!(
        "{{ block({as_of}) {{ number hash timestamp }} pools(first: 500, {as_of}) {{ block {{ number hash timestamp }} \
         nodes {{ id protocol createdBlock reserve0 reserve1 sqrtPriceX96 tick liquidity volumeToken0 \
         token0 {{ address poolCount }} days(first: 3) {{ volumeToken0 }} }} }} \
         dexes({as_of}) {{ name poolCount }} }}"
    );
    let data = services.graphql(&query).await?;
    ensure!(data["block"] == *block && data["pools"]["block"] == *block, "{block}: {data}");
    let nodes = data["pools"]["nodes"].as_array().context("nodes")?;
    let counted = data["dexes"].as_array().context("DEXes")?;
    let counted: u64 = counted.iter().filter_map(|dex| dex["poolCount"].as_u64()).sum();
    let ids = truth.pools(number).await?;
    ensure!(nodes.len() == ids.len() && counted == ids.len() as u64, "{} of {ids:?}", nodes.len());
    for pool in nodes {
        let id = text(pool, "id")?;
        ensure!(pool["createdBlock"].as_u64().is_some_and(|created| created <= number), "{pool}");
        if pool["protocol"] == "V2" {
            let (reserve0, reserve1) = truth.reserves(address(id)?, number).await?;
            ensure!(pool["reserve0"] == reserve0.to_string(), "{reserve0}: {pool}");
            ensure!(pool["reserve1"] == reserve1.to_string(), "{reserve1}: {pool}");
        } else {
            let (price, tick, liquidity): (U256, i32, u128) = if pool["protocol"] == "V3" {
                truth.v3_state(address(id)?, number).await?
            } else {
                truth.v4_state(hash(id)?, number).await?
            };
            ensure!(pool["sqrtPriceX96"] == price.to_string(), "{price}: {pool}");
            ensure!(pool["tick"] == tick && pool["liquidity"] == liquidity.to_string(), "{pool}");
        }
    }
    for pool in nodes.iter().step_by(3) {
        // pages by creation as of the block, and a pool by its id, say the same
        let id = text(pool, "id")?;
        let query =
            format!("{{ pool(id: \"{id}\", {as_of}) {{ volumeToken0 sqrtPriceX96 reserve0 }} }}");
        let one = services.graphql(&query).await?["pool"].clone();
        for field in ["volumeToken0", "sqrtPriceX96", "reserve0"] {
            ensure!(one[field] == pool[field], "{field}: {one}, {pool}");
        }
        // what its days say then is all that moved until then
        let days = all(services, &format!("/v1/pools/{id}/days?asOfBlock={number}")).await?;
        let volume = sum(&days, "volumeToken0")?;
        ensure!(volume == decimal(pool, "volumeToken0")?, "{volume}: {pool}");
    }
    let page = all(services, &format!("/v1/pools?asOfBlock={number}")).await?;
    ensure!(page.len() == ids.len(), "{} of {}", page.len(), ids.len());
    Ok(())
}

/// Rows are those up to the block, all of them.
async fn events(services: &Services, number: u64) -> Result<()> {
    for list in ["swaps", "liquidity-events"] {
        let now = all(services, &format!("/v1/{list}")).await?;
        let then = all(services, &format!("/v1/{list}?asOfBlock={number}")).await?;
        let is_then = |row: &&Value| row["blockNumber"].as_u64().is_some_and(|at| at <= number);
        let wanted: Vec<&Value> = now.iter().filter(is_then).collect();
        ensure!(
            then.iter().eq(wanted.iter().copied()),
            "{list}: {} of {}",
            then.len(),
            wanted.len()
        );
    }
    Ok(())
}
