//! Contracts by ABI: what is stored equals what the chain says, after a restart, a reorg and a kill, whoever else the
//! logs concern.

use std::{collections::BTreeSet, path::Path};

use alloy_primitives::{Address, B256, U256};
use anyhow::{Context, Result, ensure};
use domain::{
    contract::{Body, Value},
    row::ContractEvent,
};
use indexer::Target;
use serde_json::json;
use sooho::config::{ChainConfig, ContractConfig, FactoryConfig};
use store::{ContractEventQuery, Store, testing::dump};
use tests::{
    process::{Services, get, run, write_config},
    world::World,
};

const TRANSFER: &str = "Transfer(address,address,uint256)";
const SYNC: &str = "Sync(uint112,uint112)";
const CREATED: &str = "PairCreated(address,address,address,uint256)";

fn entry(name: &str, parameters: &[(&str, &str, bool)]) -> serde_json::Value {
    let inputs: Vec<_> = parameters
        .iter()
        .map(|(name, ty, indexed)| json!({ "name": name, "type": ty, "indexed": indexed }))
        .collect();
    json!({ "type": "event", "name": name, "inputs": inputs, "anonymous": false })
}

/// ABI files as a user has them: a bare array, and a compiler's artifact.
fn write_abis(folder: &Path) -> Result<()> {
    let transfer = entry(
        "Transfer",
        &[("from", "address", true), ("to", "address", true), ("value", "uint256", false)],
    );
    let approval = entry(
        "Approval",
        &[("owner", "address", true), ("spender", "address", true), ("value", "uint256", false)],
    );
    std::fs::write(folder.join("erc20.json"), json!([transfer, approval]).to_string())?;
    let created = entry(
        "PairCreated",
        &[
            ("token0", "address", true),
            ("token1", "address", true),
            ("pair", "address", false),
            ("", "uint256", false),
        ],
    );
    let sync = entry("Sync", &[("reserve0", "uint112", false), ("reserve1", "uint112", false)]);
    let artifact = json!({ "contractName": "Pair", "abi": [created, sync, transfer] });
    std::fs::write(folder.join("pair.json"), artifact.to_string())?;
    Ok(())
}

/// The world's chain with two contracts: test tokens (and, with the same events, an NFT collection whose transfers have
/// another layout), and the pairs of the V2 factory.
fn chain(world: &World, name: &str) -> Result<ChainConfig> {
    let folder = world.folder.path();
    write_abis(folder)?;
    let d = &world.deployment;
    let mut config = world.config(name)?;
    config.chain[0].contract = vec![
        ContractConfig {
            name: "tokens".into(),
            abi: "erc20.json".into(),
            addresses: d.tokens.iter().copied().chain([d.erc721]).collect(),
            factory: None,
            events: vec![],
        },
        ContractConfig {
            name: "pairs".into(),
            abi: "pair.json".into(),
            addresses: vec![],
            factory: Some(FactoryConfig {
                address: d.v2_factory,
                event: "PairCreated".into(),
                parameter: "pair".into(),
            }),
            events: vec!["Sync".into(), TRANSFER.into()],
        },
    ];
    config.read_abis(folder)?;
    Ok(config.chain.remove(0))
}

/// All events of a table as of the newest block.
async fn stored(
    store: &Store,
    chain: &ChainConfig,
    collection: &str,
) -> Result<Vec<ContractEvent>> {
    let mut tables = chain.contracts.tables();
    let table = tables.find(|table| table.collection == collection).context("no such table")?;
    let snapshot = store.reader().snapshot(chain.id).await?.context("nothing is indexed")?;
    let query = ContractEventQuery {
        table: table.clone(),
        address: None,
        parameter: None,
        after: None,
        limit: 1_000_000,
    };
    let mut rows = snapshot.contract_events(&query).await?;
    rows.reverse();
    Ok(rows)
}

/// Compares a table with the node's own logs of these contracts; gives the number of events and of undecoded ones.
async fn equals_truth(
    world: &World,
    store: &Store,
    chain: &ChainConfig,
    collection: &str,
    signature: &str,
    emitters: &BTreeSet<Address>,
) -> Result<(usize, usize)> {
    let head = store.reader().watermark(chain.id).await?.context("nothing is indexed")?;
    let logs = world.truth()?.logs(signature, emitters, head.block.number).await?;
    let rows = stored(store, chain, collection).await?;
    ensure!(rows.len() == logs.len(), "{collection}: {} rows, {} logs", rows.len(), logs.len());
    let mut undecoded = 0;
    for (row, log) in rows.iter().zip(&logs) {
        let position = row.meta.position;
        ensure!(
            (Some(position.block), Some(u64::from(position.log_index)), Some(row.meta.tx_hash))
                == (log.block_number, log.log_index, log.transaction_hash)
                && row.address == log.address(),
            "{row:?} is not {log:?}"
        );
        match &row.log.body {
            Body::Decoded { values, .. } => {
                let indexed = log.topics().iter().skip(1).copied();
                let body = log.data().data.chunks(32).map(B256::from_slice);
                let words: Vec<B256> = indexed.chain(body).collect();
                let found: Vec<B256> = values.iter().map(word).collect::<Result<_>>()?;
                ensure!(found == words, "{row:?} is not {log:?}");
            }
            Body::Raw { topics, data, lossy } => {
                undecoded += 1;
                ensure!(topics == log.topics() && *data == log.data().data && !lossy);
            }
        }
    }
    Ok((rows.len(), undecoded))
}

fn word(value: &Value) -> Result<B256> {
    match value {
        Value::Address(address) => Ok(address.into_word()),
        Value::Uint(number) => Ok(B256::from(*number)),
        other => anyhow::bail!("{other:?} is no word"),
    }
}

/// Everything that is stored of the contracts against the node; at least so much.
async fn check(world: &World, store: &Store, chain: &ChainConfig) -> Result<()> {
    let d = &world.deployment;
    let head = store.reader().watermark(chain.id).await?.context("nothing is indexed")?;
    let tokens: BTreeSet<Address> = d.tokens.iter().copied().chain([d.erc721]).collect();
    let pairs = world.truth()?.pairs(head.block.number).await?;
    ensure!(pairs.len() >= 3, "{} pairs", pairs.len());
    let (transfers, undecoded) =
        equals_truth(world, store, chain, "contract_tokens_Transfer", TRANSFER, &tokens).await?;
    ensure!(transfers > 100 && undecoded > 0 && undecoded < transfers, "{transfers} {undecoded}");
    let approval = "Approval(address,address,uint256)";
    let found =
        equals_truth(world, store, chain, "contract_tokens_Approval", approval, &tokens).await?;
    ensure!(found.0 > 0);
    let sync = equals_truth(world, store, chain, "contract_pairs_Sync", SYNC, &pairs).await?;
    ensure!(sync.0 > 50 && sync.1 == 0, "{sync:?}");
    let lp = equals_truth(world, store, chain, "contract_pairs_Transfer", TRANSFER, &pairs).await?;
    ensure!(lp.0 > 0, "{lp:?}");
    let factory = BTreeSet::from([d.v2_factory]);
    let created =
        equals_truth(world, store, chain, "contract_pairs_PairCreated", CREATED, &factory).await?;
    ensure!(created == (pairs.len(), 0), "{created:?}");
    Ok(())
}

#[tokio::test]
async fn what_is_stored_is_what_the_chain_says() -> Result<()> {
    let world = World::start().await?;
    world.traffic(60, 3).await?;
    let settings = chain(&world, "contracts")?;
    let store = world.index_chain(&settings, "contracts", Target::Head).await?;
    check(&world, &store, &settings).await?;
    // a DEX and a collection that the same logs concern miss nothing
    let plain = dump(&world.index("plain", Target::Head).await?).await?;
    let both = dump(&store).await?;
    ensure!(plain.values().flatten().count() > 1_000, "too little happened");
    for (collection, documents) in &plain {
        // counters of all events, and what they were before
        if !["watermarks", "undo"].contains(&collection.as_str()) {
            ensure!(both.get(collection) == Some(documents), "{collection} differs");
        }
    }
    let undecoded = world.metrics.undecoded.with_label_values(&["local", "tokens", "Transfer"]);
    ensure!(undecoded.get() > 0, "logs of another layout are not counted");

    // an indexer that starts again knows the pairs; the chain is another meanwhile, near the head and deep below it
    for (depth, blocks, seed) in [(9, 12, 21), (40, 44, 22)] {
        devchain::reorg_with_traffic(&world.chain.url(), &world.deployment, depth, blocks, seed)
            .await?;
        let store = world.index_chain(&settings, "contracts", Target::Head).await?;
        check(&world, &store, &settings).await?;
    }
    let clean = dump(&world.index_chain(&settings, "clean", Target::Head).await?).await?;
    let followed = dump(&store).await?;
    for (collection, documents) in clean.iter().filter(|(name, _)| name.starts_with("contract_")) {
        ensure!(followed.get(collection) == Some(documents), "{collection} differs");
    }
    ensure!(clean.keys().filter(|name| name.starts_with("contract_")).count() == 5);
    world.stop().await
}

#[tokio::test]
async fn the_executable_reads_the_file_and_serves_the_events() -> Result<()> {
    let world = World::start().await?;
    world.traffic(30, 4).await?;
    let folder = world.folder.path();
    let mut config = world.config("served")?;
    config.chain = vec![chain(&world, "served")?];
    let mut broken = config.clone();
    broken.store.database = "broken".into();
    broken.chain[0].contract[1].events = vec!["Snyc".into()];
    for command in [&["config", "check", "--offline"][..], &["index", "--to", "head"], &["up"]] {
        let output = run(&write_config(&broken, folder)?, command)?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains("chain.0.contract.1 (`pairs`)"), "{said}");
        assert!(said.contains("event `Snyc` is not in the ABI, which has Sync(uint112"), "{said}");
        assert_eq!(said.trim().lines().count(), 1, "{said}");
    }

    let services = Services::up(&config, folder).await?;
    let head = services.wait_for_block(world.truth()?.head().await?).await?;
    let pairs = world.truth()?.pairs(head).await?;
    let logs = world.truth()?.logs(SYNC, &pairs, head).await?;
    let base = format!("{}/v1/contracts/pairs/events/Sync", services.serving);
    let page = get(&format!("{base}?first=1")).await?;
    let newest = logs.last().context("no Sync")?;
    let (item, data) = (&page["items"][0], &newest.data().data);
    assert_eq!(item["txHash"], json!(newest.transaction_hash), "{page}");
    assert_eq!(item["values"]["reserve0"], U256::from_be_slice(&data[..32]).to_string());
    assert_eq!(item["values"]["reserve1"], U256::from_be_slice(&data[32..]).to_string());
    let pair = newest.address();
    let of_pair = logs.iter().filter(|log| log.address() == pair).count();
    let page = get(&format!("{base}?first=500&address={pair:#x}")).await?;
    let shown = page["items"].as_array().context("no items")?;
    assert_eq!(shown.len(), of_pair.min(500));
    services.terminate().await?;
    world.stop().await
}
