//! What is wrong is refused and said, in the reader's own shape; what is right is found however it is written.

use alloy_primitives::U256;
use anyhow::{Context, Result, ensure};
use devchain::{Dice, Rpc};
use serde_json::Value;
use tests::{process::Services, truth::Truth, world::World};

use super::{ground::Reader, logs, shapes};

pub(super) async fn check(services: &Services, world: &World, truth: &Truth) -> Result<()> {
    let [screener, tools] = ["dexscreener", "dextools"].map(|feed| Reader { services, feed });
    for reader in [&screener, &tools] {
        refused(reader).await.context(reader.feed)?;
        mounts_are_the_same(reader, world).await.context(reader.feed)?;
        nothing_breaks(reader).await.context(reader.feed)?;
    }
    ids_are_found_in_any_case(&screener, truth).await?;
    blocks_are_found(&tools, world).await?;
    exchanges_and_holders(&tools, world, truth).await
}

/// A path that is wrong, and how.
async fn refused(reader: &Reader<'_>) -> Result<()> {
    let (latest, _) = reader.latest().await?;
    let above = format!("events?fromBlock={latest}&toBlock={}", latest + 1);
    let nowhere = "0x00000000000000000000000000000000000000aa";
    let [unknown_pair, unknown_asset] =
        ["pair", "asset"].map(|path| format!("{path}?id={nowhere}"));
    let unknown_key = format!("pair?id=0x{}", "ab".repeat(32));
    let cases = [
        (400, "events", "fromBlock"),
        (400, "events?fromBlock=5", "toBlock"),
        (400, "events?fromBlock=5&toBlock=4", "fromBlock"),
        (400, "events?fromBlock=-5&toBlock=4", "fromBlock"),
        (400, "events?fromBlock=1e9&toBlock=4", "fromBlock"),
        (400, "events?fromBlock=0&toBlock=1000", "1000 blocks"),
        (400, "events?fromBlock=%00&toBlock=4", "fromBlock"),
        (400, above.as_str(), "latest block"),
        (400, "pair", "id"),
        (400, "pair?id=0x12", "id"),
        (400, "asset?id=%00%ff", ""),
        (400, "asset?id=WETH", "id"),
        (404, unknown_pair.as_str(), ""),
        (404, unknown_key.as_str(), ""),
        (404, unknown_asset.as_str(), ""),
        (404, "nowhere/latest-block", "local"),
    ];
    for (status, path, says) in cases {
        let (found, answer) = reader.ask(path).await?;
        ensure!(found == status, "{path}: {found} {answer}");
        let text = match reader.feed {
            "dextools" => {
                shapes::check("dextools", "fault", &answer)?;
                &answer["message"]
            }
            _ => &answer["detail"],
        };
        ensure!(text.as_str().is_some_and(|text| text.contains(says)), "{path}: {answer}");
    }
    Ok(())
}

/// With the chain's id and with its name.
async fn mounts_are_the_same(reader: &Reader<'_>, world: &World) -> Result<()> {
    let plain = reader.get("latest-block").await?;
    for chain in ["local".to_owned(), world.deployment.chain_id.to_string()] {
        let (status, answer) = reader.ask(&format!("{chain}/latest-block")).await?;
        ensure!(status == 200 && answer == plain, "{chain}: {status} {answer}");
    }
    let url = format!("{}/{}/events?fromBlock=1&toBlock=9", reader.services.serving, reader.feed);
    let answer = reqwest::get(&url).await?;
    let control = answer.headers()["cache-control"].to_str()?.to_owned();
    ensure!(control.starts_with("public, max-age="), "{control}");
    let etag = answer.headers()["etag"].clone();
    let again = reqwest::Client::new().get(&url).header("if-none-match", etag).send().await?;
    ensure!(again.status() == 304, "{}", again.status());
    Ok(())
}

/// Parameters of any kind: an answer or a refusal, and never a failure.
async fn nothing_breaks(reader: &Reader<'_>) -> Result<()> {
    let mut dice = Dice::new(41);
    let paths = ["events", "pair", "asset", "block", "exchange", "asset/holders", "latest-block"];
    let names = ["fromBlock", "toBlock", "id", "number", "timestamp", "page", "pageSize"];
    let values = [
        "0",
        "1",
        "-1",
        "5",
        "17",
        "100",
        "18446744073709551615",
        "18446744073709551616",
        "1e9",
        "0x10",
        "",
        "%00",
        "%ff",
        "a b",
        "null",
        "[]",
        "0x0000000000000000000000000000000000000000",
        "99999999999999999999999999",
        "1.5",
        "%F0%9F%A6%84",
    ];
    for _ in 0..400 {
        let path = dice.pick(&paths).context("a path")?;
        let mut query = Vec::new();
        for _ in 0..dice.index(4) {
            let name = dice.pick(&names).context("a name")?;
            query.push(format!("{name}={}", dice.pick(&values).context("a value")?));
        }
        let url = format!("{}/{}/{path}?{}", reader.services.serving, reader.feed, query.join("&"));
        let status = reqwest::get(&url).await?.status();
        ensure!(!status.is_server_error(), "{url}: {status}");
    }
    Ok(())
}

async fn ids_are_found_in_any_case(reader: &Reader<'_>, truth: &Truth) -> Result<()> {
    let (latest, _) = reader.latest().await?;
    for id in truth.pools(latest).await?.iter().take(20) {
        let lower = reader.ask(&format!("pair?id={id}")).await?;
        let upper = reader.ask(&format!("pair?id=0x{}", id[2..].to_ascii_uppercase())).await?;
        ensure!(lower == upper, "{lower:?} {upper:?}");
        ensure!(lower.0 == 200, "{id}: {lower:?}");
        let told = lower.1["pair"]["id"].as_str().context("an id")?;
        ensure!(id.len() == 42 || told == id, "a V4 id is lowercase: {told}");
    }
    Ok(())
}

/// Every block by its height and by its time.
async fn blocks_are_found(reader: &Reader<'_>, world: &World) -> Result<()> {
    let (rpc, (latest, newest)) = (Rpc::new(&world.chain.url())?, reader.latest().await?);
    let block = |answer: &Value| {
        let of = |name: &str| answer["block"][name].as_u64().unwrap_or(u64::MAX);
        (of("blockNumber"), of("blockTimestamp"))
    };
    for number in [0, 1, 7, latest / 2, latest - 1, latest] {
        let time = logs::time(&rpc, number).await?;
        let found = reader.get(&format!("block?number={number}")).await?;
        ensure!(block(&found) == (number, time), "{number}: {found}");
        // the youngest that is not younger; the number counts when both are given
        let found = reader.get(&format!("block?timestamp={time}")).await?;
        let after = logs::time(&rpc, number + 1).await?;
        ensure!(block(&found).1 == time || after == time, "{time}: {found}");
        let found = reader.get(&format!("block?number={number}&timestamp=0")).await?;
        ensure!(block(&found) == (number, time), "{found}");
        if after > time + 1 {
            let found = reader.get(&format!("block?timestamp={}", after - 1)).await?;
            ensure!(block(&found) == (number, time), "{}: {found}", after - 1);
        }
    }
    let found = reader.get(&format!("block?timestamp={}", newest + 1_000_000)).await?;
    ensure!(block(&found) == (latest, newest), "{found}");
    for (status, path) in [
        (400, "block".to_owned()),
        (400, "block?number=x".to_owned()),
        (404, "block?timestamp=0".to_owned()),
        (404, format!("block?number={}", latest + 1)),
    ] {
        let (found, answer) = reader.ask(&path).await?;
        ensure!(found == status, "{path}: {found} {answer}");
    }
    Ok(())
}

async fn exchanges_and_holders(reader: &Reader<'_>, world: &World, truth: &Truth) -> Result<()> {
    let deployment = &world.deployment;
    for (factory, name) in [
        (deployment.v2_factory, "uniswap-v2"),
        (deployment.v3_factory, "uniswap-v3"),
        (deployment.v4_pool_manager, "uniswap-v4"),
    ] {
        let found = reader.get(&format!("exchange?id={factory}")).await?["exchange"].clone();
        ensure!(found["name"] == name, "{found}");
        ensure!(found["factoryAddress"] == factory.to_checksum(None), "{found}");
    }
    let (status, _) = reader.ask(&format!("exchange?id={}", deployment.deployer)).await?;
    ensure!(status == 404, "{status}");

    let head = truth.head().await?;
    let mut seen = 0;
    for pair in truth.pairs(reader.latest().await?.0).await? {
        let path = format!("asset/holders?id={pair}&page=0&pageSize=50");
        let found = reader.get(&path).await?["asset"].clone();
        let mut last = i64::MAX;
        for holder in found["holders"].as_array().context("holders")? {
            let address = holder["address"].as_str().context("an address")?.parse()?;
            let held = truth.token_balance(pair, address, head).await?;
            let whole = held / U256::from(1_000_000_000_000_000_000_u64);
            let told = holder["quantity"].as_i64().context("a number")?;
            ensure!(!held.is_zero() && i64::try_from(whole).ok() == Some(told), "{holder} {held}");
            ensure!(told <= last, "the largest come first: {found}");
            last = told;
            seen += 1;
        }
        let past = reader.get(&format!("asset/holders?id={pair}&page=900")).await?;
        ensure!(past["asset"]["holders"] == Value::Array(vec![]), "{past}");
    }
    ensure!(seen > 3, "{seen} holders");
    let token = deployment.tokens.first().context("a token")?;
    let (status, answer) = reader.ask(&format!("asset/holders?id={token}")).await?;
    ensure!(status == 404 && answer["code"] == "HOLDERS_UNKNOWN", "{status} {answer}");
    Ok(())
}
