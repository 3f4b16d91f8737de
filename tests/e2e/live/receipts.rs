//! A transaction is told as the chain tells it, log by log.

use std::collections::BTreeMap;

use abis::{
    events::{nft, positions, v2, v3, v4},
    periphery::Erc20,
};
use alloy_primitives::{Address, B256, LogData, U64, U256};
use alloy_sol_types::SolEvent;
use anyhow::{Context, Result, ensure};
use devchain::accounts;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use indexer::Target;
use serde_json::{Value, json};

use super::bed::Bed;

/// A log as the node writes it.
fn log(receipt: &Value, index: usize) -> Result<(Address, LogData)> {
    let log = &receipt["logs"][index];
    let topics: Vec<B256> = serde_json::from_value(log["topics"].clone())?;
    let data = serde_json::from_value(log["data"].clone())?;
    let address = serde_json::from_value(log["address"].clone())?;
    Ok((address, LogData::new(topics, data).context("topics")?))
}

/// What the values of an event have to be, by the declarations that the indexer reads with; `None` for events that are not
/// looked at so closely.
fn expected(contract: &str, event: &str, log: &LogData) -> Result<Option<Value>> {
    let a = |address: Address| format!("{address:#x}");
    let s = |number: &dyn ToString| number.to_string();
    Ok(Some(match (contract, event) {
        ("v2-pair", "Swap") => {
            let e = v2::Swap::decode_log_data(log)?;
            json!({
                "sender": a(e.sender), "to": a(e.to),
                "amount0In": s(&e.amount0In), "amount1In": s(&e.amount1In),
                "amount0Out": s(&e.amount0Out), "amount1Out": s(&e.amount1Out),
            })
        }
        ("v2-pair", "Sync") => {
            let e = v2::Sync::decode_log_data(log)?;
            json!({ "reserve0": s(&e.reserve0), "reserve1": s(&e.reserve1) })
        }
        ("v3-pool", "Swap") => {
            let e = v3::Swap::decode_log_data(log)?;
            json!({
                "sender": a(e.sender), "recipient": a(e.recipient),
                "amount0": s(&e.amount0), "amount1": s(&e.amount1),
                "sqrtPriceX96": s(&e.sqrtPriceX96), "liquidity": s(&e.liquidity),
                "tick": e.tick.as_i32(),
            })
        }
        ("v3-pool", "Mint") => {
            let e = v3::Mint::decode_log_data(log)?;
            json!({
                "sender": a(e.sender), "owner": a(e.owner), "amount": s(&e.amount),
                "tickLower": e.tickLower.as_i32(), "tickUpper": e.tickUpper.as_i32(),
                "amount0": s(&e.amount0), "amount1": s(&e.amount1),
            })
        }
        ("v3-positions", "IncreaseLiquidity") => {
            let e = positions::IncreaseLiquidity::decode_log_data(log)?;
            json!({
                "tokenId": s(&e.tokenId), "liquidity": s(&e.liquidity),
                "amount0": s(&e.amount0), "amount1": s(&e.amount1),
            })
        }
        ("v4-manager", "Swap") => {
            let e = v4::Swap::decode_log_data(log)?;
            json!({
                "id": format!("{:#x}", e.id), "sender": a(e.sender),
                "amount0": s(&e.amount0), "amount1": s(&e.amount1),
                "sqrtPriceX96": s(&e.sqrtPriceX96), "liquidity": s(&e.liquidity),
                "tick": e.tick.as_i32(), "fee": e.fee.to::<u32>(),
            })
        }
        ("erc20", "Transfer") => {
            let e = Erc20::Transfer::decode_log_data(log)?;
            json!({ "from": a(e.from), "to": a(e.to), "value": s(&e.value) })
        }
        ("erc721", "Transfer") => {
            let e = nft::Transfer::decode_log_data(log)?;
            json!({ "from": a(e.from), "to": a(e.to), "tokenId": s(&e.tokenId) })
        }
        ("erc1155", "TransferBatch") => {
            let e = nft::TransferBatch::decode_log_data(log)?;
            let numbers =
                |numbers: &[U256]| -> Vec<String> { numbers.iter().map(|n| s(n)).collect() };
            json!({
                "operator": a(e.operator), "from": a(e.from), "to": a(e.to),
                "ids": numbers(&e.ids), "values": numbers(&e.values),
            })
        }
        _ => return Ok(None),
    }))
}

/// What was seen of a chain's transactions.
#[derive(Debug, Default)]
struct Seen {
    events: BTreeMap<String, usize>,
    /// Logs whose values were compared.
    checked: usize,
}

/// Compares a transaction of a block with what the node says of it.
async fn compare(bed: &Bed, head: u64, block: &Value, hash: B256) -> Result<Seen> {
    let receipt = bed.receipt(hash).await?;
    let told = bed.got(&format!("/v1/tx/{hash}")).await?;
    ensure!(told["source"] == "chain" && told["problem"].is_null(), "{told}");
    let status = if receipt["status"] == "0x1" { "success" } else { "reverted" };
    ensure!(told["status"] == status, "{told}");
    let number: u64 = serde_json::from_value::<U64>(block["number"].clone())?.to();
    ensure!(told["block"]["number"] == number, "{told}");
    ensure!(told["block"]["hash"] == block["hash"], "{told}");
    ensure!(told["confirmations"] == head - number + 1, "{told}");
    let gas: U256 = serde_json::from_value(receipt["gasUsed"].clone())?;
    ensure!(told["gasUsed"] == gas.to_string(), "{told}");
    let indexed = &told["indexed"];
    ensure!(indexed["number"] == number && indexed["reorged"] == false, "{told}");
    let is_known = indexed["hash"] == block["hash"];
    ensure!(is_known != (indexed["isFinal"] == true), "{told}");
    let logs = receipt["logs"].as_array().map_or(0, Vec::len);
    let events = told["events"].as_array().context("events")?;
    ensure!(events.len() == logs && told["eventsLeftOut"] == 0, "{told}");
    let mut seen = Seen::default();
    for (index, event) in events.iter().enumerate() {
        let (emitter, log) = log(&receipt, index)?;
        ensure!(event["address"] == format!("{emitter:#x}"), "{event}");
        let place: U64 = serde_json::from_value(receipt["logs"][index]["logIndex"].clone())?;
        ensure!(event["logIndex"] == place.to::<u64>(), "{event}");
        let (Some(contract), Some(name)) = (event["contract"].as_str(), event["event"].as_str())
        else {
            let topic = format!("{:#x}", log.topics().first().context("topic")?);
            ensure!(event["raw"]["topics"][0] == topic, "{event}");
            continue;
        };
        *seen.events.entry(format!("{contract} {name}")).or_default() += 1;
        if let Some(expected) = expected(contract, name, &log)? {
            ensure!(event["values"] == expected, "{event} {expected}");
            seen.checked += 1;
        }
        if ["v2-pair", "v3-pool"].contains(&contract) {
            ensure!(event["poolId"] == format!("{emitter:#x}"), "{event}");
        }
        if contract == "v4-manager" {
            ensure!(event["poolId"] == event["values"]["id"], "{event}");
        }
    }
    Ok(seen)
}

/// Transactions of all kinds.
#[tokio::test]
async fn receipts_are_told_log_by_log() -> Result<()> {
    let bed = Bed::start("receipts", 811).await?;
    let head = bed.follow().await?;
    let mut all = Seen::default();
    // the deployment, the first pools, and every third block
    let first = bed.at.start_block;
    for number in (first..=head).filter(|number| *number < first + 12 || number % 3 == 0) {
        let block: Value =
            bed.rpc.request("eth_getBlockByNumber", json!([U64::from(number), false])).await?;
        let hashes: Vec<B256> = serde_json::from_value(block["transactions"].clone())?;
        let compared = hashes.into_iter().map(|hash| compare(&bed, head, &block, hash));
        let compared: Vec<_> = compared.collect();
        let compared = stream::iter(compared).buffered(4).try_collect::<Vec<_>>().await?;
        for seen in compared {
            all.checked += seen.checked;
            for (event, count) in seen.events {
                *all.events.entry(event).or_default() += count;
            }
        }
    }
    for wanted in [
        "v2-factory PairCreated",
        "v2-pair Swap",
        "v2-pair Sync",
        "v3-factory PoolCreated",
        "v3-pool Swap",
        "v3-pool Mint",
        "v3-positions IncreaseLiquidity",
        "v4-manager Swap",
        "v4-manager ModifyLiquidity",
        "wrapped-native Deposit",
        "erc20 Transfer",
        "erc721 Transfer",
    ] {
        ensure!(all.events.get(wanted).is_some_and(|count| *count > 0), "no {wanted}: {all:?}");
    }
    ensure!(all.checked > 300, "{all:?}");
    bed.stop().await
}

/// One that waits, one that nobody knows, and what is no hash.
#[tokio::test]
async fn transactions_wait_and_are_unknown() -> Result<()> {
    let bed = Bed::start("waiting", 821).await?;
    let unknown = B256::repeat_byte(0x55);
    let (status, answer) = bed.get(&format!("/v1/tx/{unknown}")).await?;
    ensure!(status == 404 && answer["code"] == "TRANSACTION_UNKNOWN", "{answer}");
    for wrong in ["0x12", "nothing", &format!("0x{}", "g".repeat(64))] {
        let (status, answer) = bed.get(&format!("/v1/tx/{wrong}")).await?;
        ensure!(status == 400 && answer["code"] == "HASH_INVALID", "{answer}");
    }
    let (from, to) = (accounts::address_of(accounts::trader_key(0))?, bed.at.deployer);
    let sent = json!({ "from": from, "to": to, "value": "0x10", "gas": "0x5208" });
    let hash = bed.send(sent).await?;
    let path = format!("/v1/tx/{hash}");
    let told = bed.got(&path).await?;
    ensure!(told["status"] == "pending" && told["confirmations"] == 0, "{told}");
    ensure!(
        told["value"] == "16" && told["block"].is_null() && told["indexed"].is_null(),
        "{told}"
    );
    bed.mine().await?;
    let told = bed.got(&path).await?;
    ensure!(told["status"] == "success" && told["confirmations"] == 1, "{told}");
    bed.follow().await?;
    bed.mine().await?;
    let told = bed.got(&path).await?;
    ensure!(told["indexed"]["reorged"] == false, "{told}");
    // a head is believed for a moment
    tokio::time::sleep(std::time::Duration::from_millis(150)).await;
    ensure!(bed.got(&path).await?["confirmations"] == 2, "{told}");
    bed.stop().await
}

/// The store stands still while the chain takes blocks back.
#[tokio::test]
async fn a_block_that_the_store_has_otherwise_is_named() -> Result<()> {
    use tests::process::{free_address, spawn, write_config};
    let world = tests::world::World::start().await?;
    world.traffic(30, 5).await?;
    drop(world.index("reorged", Target::Head).await?);
    let mut config = world.config("reorged")?;
    config.serving.listen = free_address()?;
    let path = write_config(&config, world.folder.path())?;
    let log = world.folder.path().join("serving.log");
    let mut serving = spawn(&path, &["up", "--service", "serving"], &log)?;
    let base = format!("http://{}", config.serving.listen);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !reqwest::get(format!("{base}/readyz")).await.is_ok_and(|a| a.status().is_success()) {
        ensure!(
            std::time::Instant::now() < deadline,
            "not ready: {}",
            std::fs::read_to_string(&log)?
        );
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    devchain::reorg_with_traffic(&world.chain.url(), &world.deployment, 4, 6, 77).await?;
    let rpc = devchain::Rpc::new(&world.chain.url())?;
    let head = world.truth()?.head().await?;
    let (mut other, mut later) = (0, 0);
    for number in head - 5..=head {
        let block: Value =
            rpc.request("eth_getBlockByNumber", json!([U64::from(number), false])).await?;
        for hash in block["transactions"].as_array().context("transactions")? {
            let hash = hash.as_str().context("hash")?;
            let told: Value = reqwest::get(format!("{base}/v1/tx/{hash}")).await?.json().await?;
            ensure!(told["block"]["hash"] == block["hash"], "{told}");
            if number > head - 2 {
                ensure!(told["indexed"].is_null(), "{told}");
                later += 1;
            } else {
                ensure!(told["indexed"]["reorged"] == true, "{told}");
                ensure!(told["indexed"]["hash"] != block["hash"], "{told}");
                other += 1;
            }
        }
    }
    serving.kill()?;
    serving.wait()?;
    ensure!(other > 0 && later > 0, "{other} and {later}");
    world.stop().await
}
