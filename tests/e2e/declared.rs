//! The services and the commands ask nothing of the database that is not declared beside an index: every command they
//! send is read on its way.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use bson::Document;
use serde_json::{Value, json};
use sooho::config::{Config, ContractConfig};
use tests::{
    process::{Services, get, run, write_config},
    tap::Tap,
    world::World,
};

use super::backup::expect;

const DEPTH: u64 = 5;
/// Collections that are read; those of contract events have names of their own.
const READ: [&str; 17] = [
    "accounts",
    "candles",
    "chains",
    "history",
    "leases",
    "nft_balances",
    "nft_positions",
    "nft_transfers",
    "pool_intervals",
    "pools",
    "reconciled",
    "rows",
    "ticks",
    "token_figures",
    "tokens",
    "undo",
    "watermarks",
];

/// Everything that there is to index, with jobs that run all the time.
fn config(world: &World, database: &str, uri: String) -> Result<Config> {
    let folder = world.folder.path();
    let input = |name: &str, ty: &str, indexed: bool| json!({ "name": name, "type": ty, "indexed": indexed });
    let inputs = [
        input("from", "address", true),
        input("to", "address", true),
        input("value", "uint256", false),
    ];
    let abi =
        json!([{ "type": "event", "name": "Transfer", "inputs": inputs, "anonymous": false }]);
    std::fs::write(folder.join("erc20.json"), abi.to_string())?;
    let mut config = world.config(database)?;
    config.store.uri = uri;
    config.indexer.audit = "*/2 * * * * *".into();
    config.indexer.reconcile = "*/3 * * * * *".into();
    config.chain[0].undo_window = 16;
    config.chain[0].contract = vec![ContractConfig {
        name: "tokens".into(),
        abi: "erc20.json".into(),
        addresses: world.deployment.tokens.clone(),
        factory: None,
        events: vec!["Transfer".into()],
    }];
    config.read_abis(folder)?;
    Ok(config)
}

/// What was asked of each collection, by the name of the command.
type Asked = BTreeMap<String, BTreeSet<String>>;

/// Refuses what is not declared.
fn judged(commands: &[Document], asked: &mut Asked) -> Result<()> {
    for command in commands {
        // the driver's own greeting
        if command.contains_key("isMaster") {
            continue;
        }
        if let Some(why) = store::testing::refused(command) {
            anyhow::bail!("{why}: {command}");
        }
        let Some((name, collection)) = command.iter().next() else { continue };
        if let Some(collection) = collection.as_str() {
            asked.entry(collection.to_owned()).or_default().insert(name.clone());
        }
    }
    Ok(())
}

async fn items(url: &str) -> Result<Vec<Value>> {
    let answer = get(url).await?;
    Ok(answer["items"].as_array().with_context(|| format!("{url}: {answer}"))?.clone())
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// Asks for everything, the second page too.
async fn ask(services: &Services, world: &World) -> Result<usize> {
    let (dex, nft, d) = (&services.serving, &services.nft_api, &world.deployment);
    let chain = d.chain_id;
    let pools = items(&format!("{dex}/v1/pools?first=3")).await?;
    let tokens = items(&format!("{dex}/v1/tokens?first=3")).await?;
    let (pool, token) = (pools.first().context("no pool")?, tokens.first().context("no token")?);
    let (id, address) = (text(pool, "id"), text(token, "address"));
    let owners = items(&format!("{nft}/v1/collections/{:#x}/owners", d.erc721)).await?;
    let wallet = text(owners.first().context("no owner")?, "owner").to_owned();
    let mut urls = vec![
        format!("{dex}/v1/chains"),
        format!("{dex}/status"),
        format!("{dex}/v1/pools/{id}"),
        format!("{dex}/v1/tokens/{address}"),
        format!("{dex}/v1/pools/{id}/candles?resolution=1h"),
        format!("{dex}/v1/tokens/{address}/candles?chain={chain}&resolution=1d"),
        format!("{nft}/v1/collections"),
        format!("{nft}/v1/collections/{:#x}/tokens/1/owners", d.erc721),
    ];
    for order in ["created", "swaps"] {
        for rest in [
            "",
            "&protocol=v3",
            &format!("&token={address}"),
            &format!("&token={address}&protocol=v2"),
        ] {
            urls.push(format!("{dex}/v1/pools?orderBy={order}{rest}&first=1"));
        }
    }
    for list in [
        "tokens".to_owned(),
        format!("tokens?symbol={}", text(token, "symbol")),
        "swaps".to_owned(),
        format!("swaps?pool={id}"),
        "liquidity-events".to_owned(),
        format!("liquidity-events?pool={id}"),
        "contracts/tokens/events/Transfer".to_owned(),
        format!("contracts/tokens/events/Transfer?address={address}"),
    ] {
        urls.push(format!("{dex}/v1/{list}{}first=2", if list.contains('?') { '&' } else { '?' }));
    }
    for list in [
        format!("collections/{:#x}/owners", d.erc721),
        format!("collections/{:#x}/owners", d.erc1155),
        format!("collections/{:#x}/transfers", d.erc721),
        format!("collections/{:#x}/transfers?tokenId=1", d.erc721),
        format!("wallets/{wallet}/nfts"),
        format!("wallets/{wallet}/nfts?collection={:#x}", d.erc1155),
    ] {
        urls.push(format!("{nft}/v1/{list}{}first=2", if list.contains('?') { '&' } else { '?' }));
    }
    let mut pages = 0;
    for url in urls {
        let answer = reqwest::get(&url).await?;
        let status = answer.status();
        let body: Value = answer.json().await?;
        ensure!(status.is_success(), "{url}: {status} {body}");
        if let Some(next) = body["next"].as_str() {
            get(&format!("{url}&after={next}")).await?;
            pages += 1;
        }
    }
    let query = "{ chains { poolCount } pools(first: 3, orderBy: SWAPS) { totalCount nodes { token0 { symbol } \
                 reconciled { reconciledTVLUSD } } } swaps(first: 3) { nodes { pool { id token1 { name } } } } \
                 liquidityEvents(first: 3) { nodes { pool { id } } } tokens(first: 2) { nodes { poolCount } } }";
    services.graphql(query).await?;
    let check = json!({ "wallet": wallet, "collection": d.erc721, "tokenId": "1" });
    let client = reqwest::Client::new();
    client
        .post(format!("{nft}/v1/ownership/check"))
        .json(&check)
        .send()
        .await?
        .error_for_status()?;
    Ok(pages)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[expect(clippy::print_stdout, reason = "what was asked is part of the proof")]
async fn nothing_is_asked_that_is_not_declared() -> Result<()> {
    let world = World::start().await?;
    world.traffic(80, 1).await?;
    let tap = Tap::new(&world.mongo.uri()).await?;
    let mut asked = Asked::new();
    let config = config(&world, "declared", tap.uri())?;
    let services = Services::up(&config, world.folder.path()).await?;
    services.wait_for_block(world.truth()?.head().await?).await?;
    let pages = ask(&services, &world).await?;
    ensure!(pages > 10, "{pages} lists had a second page");
    // at the head: blocks one by one, some of them taken back, chunks that are merged, audits
    for seed in 2..8 {
        world.traffic(6, seed).await?;
        services.wait_for_block(world.truth()?.head().await?).await?;
    }
    devchain::reorg_with_traffic(&world.chain.url(), &world.deployment, DEPTH, DEPTH + 2, 9)
        .await?;
    services.wait_for_block(world.truth()?.head().await?).await?;
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    ask(&services, &world).await?;
    services.terminate().await?;
    judged(&tap.take()?, &mut asked)?;

    let path = write_config(&config, world.folder.path())?;
    let file = world.folder.path().join("declared.backup");
    let file = file.to_str().context("a path")?;
    let low = (world.truth()?.head().await? - 3).to_string();
    for arguments in [
        &["index", "--estimate"][..],
        &["verify", "--sample", "all"],
        &["reindex", "--collection", "all"],
        &["backup", "--to", file, "--chain", "local"],
        &["rewind", "--to", &low],
        &["index", "--to", "head"],
        &["rewind", "--drop", "--yes"],
        &["restore", "--from", file],
        &["index", "--to", "head"],
    ] {
        expect(&run(&path, arguments)?, 0, &[])?;
        let commands = tap.take()?;
        ensure!(commands.len() > 5, "{arguments:?} asked {} times", commands.len());
        judged(&commands, &mut asked)?;
    }
    // what is configured changes: a second generation is built, the first one is removed
    let mut other = config.clone();
    other.chain[0].dex.truncate(2);
    let path = write_config(&other, world.folder.path())?;
    expect(&run(&path, &["index", "--to", "head"])?, 0, &["took the place of the old one"])?;
    judged(&tap.take()?, &mut asked)?;

    println!("{asked:#?}");
    for collection in READ {
        let read = asked.get(collection).is_some_and(|names| {
            ["find", "aggregate", "findAndModify"].iter().any(|name| names.contains(*name))
        });
        ensure!(read, "{collection} was not read: {asked:#?}");
    }
    ensure!(asked.keys().any(|name| name.starts_with("contract_")), "{asked:#?}");
    world.stop().await
}
