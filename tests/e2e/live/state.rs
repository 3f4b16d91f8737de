//! Live state beside stored state: the one is that of the contracts at the newest block, the other that of the index.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use alloy_primitives::{Address, B256, U256};
use anyhow::{Context, Result, ensure};
use domain::market::{Price, Source, Status};
use indexer::Target;
use serde_json::{Value, json};
use tests::{
    process::{free_address, get, spawn, write_config},
    world::World,
};

/// The index stands still, the chain goes on.
#[tokio::test]
async fn live_state_is_the_contracts_and_stored_state_is_the_index() -> Result<()> {
    let world = World::start().await?;
    world.traffic(40, 7).await?;
    let store = world.index("still", Target::Head).await?;
    let indexed = world.truth()?.head().await?;
    let mut config = world.config("still")?;
    config.serving.listen = free_address()?;
    let path = write_config(&config, world.folder.path())?;
    let log = world.folder.path().join("serving.log");
    let mut serving = spawn(&path, &["up", "--service", "serving"], &log)?;
    let base = format!("http://{}", config.serving.listen);
    let deadline = Instant::now() + Duration::from_secs(60);
    while !reqwest::get(format!("{base}/readyz")).await.is_ok_and(|a| a.status().is_success()) {
        ensure!(Instant::now() < deadline, "not ready: {}", std::fs::read_to_string(&log)?);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    world.traffic(1, 8).await?;
    let checked = async {
        pools(&world, &base).await?;
        balances(&world, &base, indexed).await?;
        prices(&world, &base, &store).await
    };
    let checked = checked.await;
    serving.kill()?;
    serving.wait()?;
    checked?;
    world.stop().await
}

async fn ask(base: &str, query: &str) -> Result<Value> {
    let client = reqwest::Client::new().post(format!("{base}/graphql"));
    let answer: Value = client.json(&json!({ "query": query })).send().await?.json().await?;
    ensure!(answer.get("errors").is_none(), "{query}: {answer}");
    Ok(answer["data"].clone())
}

async fn pools(world: &World, base: &str) -> Result<()> {
    let state = "reserve0 reserve1 sqrtPriceX96 tick liquidity token1PerToken0";
    let query = format!(
        "{{ pools(first: 100) {{ nodes {{ id protocol {state} live {{ {state} differsFromStored \
            block {{ number }} problem {{ code }} }} }} }} }}"
    );
    let answer = ask(base, &query).await?;
    let truth = world.truth()?;
    let head = truth.head().await?;
    let (mut same, mut other) = (0, 0);
    for pool in answer["pools"]["nodes"].as_array().context("pools")? {
        let (id, live) = (pool["id"].as_str().context("id")?, &pool["live"]);
        ensure!(live["block"]["number"] == head && live["problem"].is_null(), "{pool}");
        let fields = ["reserve0", "reserve1", "sqrtPriceX96", "tick", "liquidity"];
        if pool["protocol"] == "V2" {
            let (reserve0, reserve1) = truth.reserves(id.parse()?, head).await?;
            ensure!(live["reserve0"] == reserve0.to_string(), "{pool}");
            ensure!(live["reserve1"] == reserve1.to_string(), "{pool}");
        } else {
            let (root, tick, liquidity) = match id.parse::<Address>() {
                Ok(address) => truth.v3_state(address, head).await?,
                Err(_) => truth.v4_state(id.parse::<B256>()?, head).await?,
            };
            ensure!(live["sqrtPriceX96"] == root.to_string(), "{pool}");
            ensure!(live["tick"] == tick && live["liquidity"] == liquidity.to_string(), "{pool}");
        }
        let differs = fields.iter().any(|field| pool[field] != live[field]);
        ensure!(live["differsFromStored"] == differs, "{pool}");
        if !differs {
            ensure!(live["token1PerToken0"] == pool["token1PerToken0"], "{pool}");
        }
        same += u32::from(!differs);
        other += u32::from(differs);
    }
    ensure!(same > 0 && other > 3, "{same} stayed as they were, {other} did not");
    Ok(())
}

async fn balances(world: &World, base: &str, indexed: u64) -> Result<()> {
    let truth = world.truth()?;
    let head = truth.head().await?;
    let d = &world.deployment;
    let (who, nobody) = (d.v4_pool_manager, Address::repeat_byte(0x99));
    // what is no contract tells nothing
    let tokens = [d.tokens[0], d.weth, d.tokens[1], nobody];
    let list: Vec<String> = tokens.iter().map(ToString::to_string).collect();
    for (at, block) in [("head", head), ("indexed", indexed)] {
        let url = format!("{base}/v1/accounts/{who}/balances?at={at}&tokens={}", list.join(","));
        let told = get(&url).await?;
        ensure!(told["block"]["number"] == block && told["at"] == at, "{told}");
        let native = truth.native_balance(who, block).await?;
        ensure!(told["items"][0]["balance"] == native.to_string(), "{told}");
        for (index, token) in tokens.iter().take(3).enumerate() {
            let has: U256 = truth.token_balance(*token, who, block).await?;
            ensure!(told["items"][index + 1]["balance"] == has.to_string(), "{told}");
        }
        ensure!(
            told["items"][1]["symbol"] == "HUSD" && told["items"][1]["decimals"] == 6,
            "{told}"
        );
        ensure!(told["items"][4]["balance"].is_null(), "{told}");
    }
    for (query, code) in [("at=soon", "QUERY_INVALID"), ("tokens=x", "ADDRESS_INVALID")] {
        let answer = get(&format!("{base}/v1/accounts/{who}/balances?{query}")).await?;
        ensure!(answer["code"] == code, "{answer}");
    }
    let many: Vec<String> =
        (1..=101_u32).map(|n| Address::left_padding_from(&n.to_be_bytes()).to_string()).collect();
    let answer =
        get(&format!("{base}/v1/accounts/{who}/balances?tokens={}", many.join(","))).await?;
    ensure!(answer["code"] == "TOKENS_INVALID", "{answer}");
    Ok(())
}

/// A dollar that costs 1 on the market, and ether beside it.
async fn prices(world: &World, base: &str, store: &store::Store) -> Result<()> {
    let d = &world.deployment;
    let now = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    let price = |value: &str| -> Result<Price> {
        Ok(Price {
            value: Some(value.parse()?),
            status: Status::Fresh,
            sources: vec![Source::Chainlink],
            as_of: Some(now),
            confidence: None,
            fresh_until: Some(now + 600_000),
            reason: None,
        })
    };
    let sheet = [(d.tokens[0], price("1")?), (d.weth, price("2500")?)];
    store.market().put_sheet(d.chain_id, now, now, &sheet).await?;
    let state = "id token0 { address } token1PerToken0 token0PerToken1 \
                 live { token1PerToken0 token0PerToken1 }";
    let answer = ask(
        base,
        &format!(
            "{{ token(address: \"{}\") {{ livePrice {{ live pool poolId market marketStatus \
               marketAgeSeconds deviation block {{ number }} problem {{ code }} }} }} \
               pools(first: 100) {{ nodes {{ {state} }} }} }}",
            d.weth
        ),
    )
    .await?;
    let told = &answer["token"]["livePrice"];
    ensure!(told["market"] == "2500" && told["marketStatus"] == "FRESH", "{told}");
    ensure!(told["marketAgeSeconds"].is_u64() && told["problem"].is_null(), "{told}");
    let pools = answer["pools"]["nodes"].as_array().context("pools")?;
    let pool = pools.iter().find(|pool| pool["id"] == told["poolId"]).context("no such pool")?;
    let weth = format!("{:#x}", d.weth);
    let side =
        if pool["token0"]["address"] == weth { "token1PerToken0" } else { "token0PerToken1" };
    // the other side is a dollar
    let same = |one: &Value, other: &Value| -> Result<bool> {
        let read = |value: &Value| -> Result<domain::decimal::Decimal> {
            Ok(value.as_str().context("no price")?.parse()?)
        };
        Ok(read(one)? == read(other)?)
    };
    ensure!(same(&told["live"], &pool["live"][side])?, "{told} {pool}");
    ensure!(same(&told["pool"], &pool[side])?, "{told} {pool}");
    ensure!(told["deviation"].is_string(), "{told}");
    Ok(())
}
