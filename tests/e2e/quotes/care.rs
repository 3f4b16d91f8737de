//! Pools that need care: tokens that take a part of what is transferred, fees that hooks set, ticks that are not whole. Each
//! over HTTP, beside what the contracts do.

use std::time::Duration;

use alloy_primitives::{Address, U256, keccak256};
use alloy_sol_types::SolValue as _;
use anyhow::{Context, Result, ensure};
use bson::doc;
use futures::TryStreamExt as _;
use indexer::Target;
use serde_json::Value;
use sooho::config::TaxConfig;
use tests::{
    process::{Services, get, metric, run, write_config},
    quoting::{hand::Hand, known::dynamic_key},
    world::World,
};

/// Asks until the answer is as wanted; which blocks and trials are known comes a moment later.
async fn until(url: &str, wanted: impl Fn(&Value) -> bool) -> Result<Value> {
    let mut answer = Value::Null;
    for _ in 0..400 {
        answer = get(url).await?;
        if wanted(&answer) {
            return Ok(answer);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    anyhow::bail!("{url}: {answer}")
}

fn quote(services: &Services, pool: &str, from: Address, amount: U256) -> String {
    format!("{}/v1/quote?pool={pool}&tokenIn={from}&amount={amount}&verify=true", services.serving)
}

fn refused_as(answer: &Value, reason: &str) -> bool {
    answer["code"] == "POOL_UNSUPPORTED" && answer["reason"] == reason
}

#[tokio::test]
async fn a_tax_is_recognised_and_reckoned_with_where_it_is_known() -> Result<()> {
    let world = World::start().await?;
    world.traffic(12, 301).await?;
    let hand = Hand::new(&world)?;
    let pools = hand.taxed_pair(world.deployment.tokens[3]).await?;
    let pair = pools.pair.to_string();
    let unit = U256::from(10).pow(U256::from(18));

    // nobody said anything of it: its transfers are tried out
    let mut config = world.config("taxed")?;
    let services = Services::up(&config, world.folder.path()).await?;
    services.wait_for_block(world.truth()?.head().await?).await?;
    for from in [pools.taxed, pools.plain] {
        let url = quote(&services, &pair, from, unit);
        until(&url, |answer| refused_as(answer, "tax")).await?;
    }
    let tried = r#"sooho_quote_tokens_tried{chain="local",verdict="taxed"}"#;
    ensure!(metric(&services.serving, tried).await? >= Some(1), "no metric");
    // all others are plain, but the one of the traffic that takes a part, too
    let plain = r#"sooho_quote_tokens_tried{chain="local",verdict="plain"}"#;
    for _ in 0..200 {
        if metric(&services.serving, plain).await? >= Some(5) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    ensure!(metric(&services.serving, plain).await? >= Some(5), "plain tokens are not told");
    let refuses = r#"sooho_quote_tokens_tried{chain="local",verdict="refuses"}"#;
    ensure!(metric(&services.serving, refuses).await?.is_none(), "a token seems to refuse");
    services.terminate().await?;

    // it is known: what is quoted is what arrives
    config.chain[0].tax = vec![TaxConfig { token: pools.taxed, buy_bps: 100, sell_bps: 100 }];
    let services = Services::up(&config, world.folder.path()).await?;
    let mut amount = U256::from(7_000_003);
    for round in 0..16 {
        let head = world.truth()?.head().await?;
        let (from, to) =
            if round % 2 == 0 { (pools.taxed, pools.plain) } else { (pools.plain, pools.taxed) };
        let url = quote(&services, &pair, from, amount);
        let answer = until(&url, |answer| answer["block"]["number"] == head).await?;
        let quoted: U256 = answer["amountOut"].as_str().context("amountOut")?.parse()?;
        ensure!(answer["verification"]["status"] == "UNAVAILABLE", "{answer}");
        let arrived = hand.swap_taxed(from, to, amount).await?;
        ensure!(arrived == quoted, "round {round}: {arrived} arrived, {quoted} quoted");
        amount = amount * U256::from(19) + U256::from(round);
        amount = amount.min(unit * U256::from(3_000));
    }
    let url = quote(&services, &pair, pools.plain, unit) + "&tradeType=exactOut";
    let answer = get(&url).await?;
    ensure!(refused_as(&answer, "tax"), "{answer}");
    services.terminate().await?;
    world.stop().await
}

#[tokio::test]
async fn a_fee_that_hooks_set_is_read_at_the_block() -> Result<()> {
    let world = World::start().await?;
    world.traffic(6, 311).await?;
    let hand = Hand::new(&world)?;
    let tokens = &world.deployment.tokens;
    let key = dynamic_key(tokens[0], tokens[1])?;
    hand.dynamic_pool(&key, &[(-3_000, 3_000, 4_000_000_000_000)]).await?;
    let pool = keccak256(key.abi_encode()).to_string();
    let services = Services::up(&world.config("dynamic")?, world.folder.path()).await?;
    let mut before = None;
    for pips in [0, 500, 30_000, 500_000, 3] {
        hand.change_fee(&key, pips).await?;
        let head = world.truth()?.head().await?;
        let url = quote(&services, &pool, key.currency0, U256::from(1_000_000_000));
        let answer = until(&url, |answer| answer["block"]["number"] == head).await?;
        ensure!(answer["verification"]["status"] == "EQUAL", "{pips} pips: {answer}");
        let out = answer["amountOut"].as_str().map(str::to_owned);
        ensure!(out.is_some() && out != before, "{pips} pips: {answer}");
        before = out;
    }
    services.terminate().await?;
    world.stop().await
}

/// A pool that has been followed from later than its first position lacks a tick, and its history does not know it either: no
/// number, a reason, and what mends it. Where the history knows it, it is mended without anybody asking.
#[tokio::test]
async fn amms_rs_81_late_start() -> Result<()> {
    let world = World::start().await?;
    world.traffic(40, 321).await?;
    let config = world.config("late")?;
    let store = world.index("late", Target::Head).await?;
    drop(store);
    let path = write_config(&config, world.folder.path())?;
    let client = mongodb::Client::with_uri_str(&config.store.uri).await?;
    let database = client.database("late");
    let ticks = database.collection::<bson::Document>("ticks");
    let lost = ticks.find_one(doc! {}).await?.context("no ticks")?;
    let id = lost.get_document("_id")?.clone();
    ticks.delete_one(doc! { "_id": &id }).await?;
    // the history of the ticks of its pool: their keys begin with the pool
    let of_pool = id.get_binary_generic("p")?.clone();
    let history = database.collection::<bson::Document>("history");
    let (mut known, mut removed) = (history.find(doc! { "_id.t": 2 }).await?, 0);
    while let Some(chunk) = known.try_next().await? {
        let id = chunk.get_document("_id")?;
        if id.get_binary_generic("k")?.starts_with(&of_pool) {
            removed += history.delete_one(doc! { "_id": id }).await?.deleted_count;
        }
    }
    ensure!(removed > 1, "{removed} chunks");

    let services = Services::up(&config, world.folder.path()).await?;
    let url = format!("{}/v1/quotes/status", services.serving);
    let status = until(&url, |status| status["chains"][0]["block"].is_object()).await?;
    let chain = &status["chains"][0];
    let incomplete = chain["incomplete"].as_array().context("incomplete")?;
    ensure!(incomplete.len() == 1 && chain["pools"]["incomplete"] == 1, "{status}");
    let repair = chain["repair"].as_str().context("repair")?;
    ensure!(repair.contains("sooho rewind --chain local --drop"), "{repair}");
    let pool = incomplete[0].as_str().context("a pool")?.to_owned();
    let told = get(&format!("{}/v1/pools/{pool}", services.serving)).await?;
    let text = told["item"]["token0"]["address"].as_str().or(told["item"]["token0"].as_str());
    let token: Address = text.with_context(|| told.to_string())?.parse()?;
    let amount = U256::from(10).pow(U256::from(15));
    let refused = get(&quote(&services, &pool, token, amount)).await?;
    ensure!(refused_as(&refused, "incomplete"), "{refused}");
    ensure!(refused["detail"].as_str().is_some_and(|detail| detail.contains("sooho verify")));
    let figure = r#"sooho_quote_pools{chain="local",protocol="v3",state="incomplete"}"#;
    let other = figure.replace("v3", "v4");
    let counted =
        [metric(&services.serving, figure).await?, metric(&services.serving, &other).await?];
    ensure!(counted.contains(&Some(1)), "{counted:?}");
    // the indexer tried, and says that it is more than it can do
    until_metric(&services, "sooho_indexer_pools_incomplete", 1).await?;
    services.terminate().await?;

    // what is told to mend it does
    let dropped = run(&path, &["rewind", "--chain", "local", "--drop", "--yes"])?;
    ensure!(dropped.status.success(), "{}", String::from_utf8_lossy(&dropped.stderr));
    let services = Services::up(&config, world.folder.path()).await?;
    services.wait_for_block(world.truth()?.head().await?).await?;
    let fits = exact(&services, &pool, token).await?;
    services.terminate().await?;

    // a tick is lost that the history knows: nobody has to do anything
    ensure!(ticks.delete_one(doc! { "_id": &id }).await?.deleted_count == 1, "it is not there");
    let services = Services::up(&config, world.folder.path()).await?;
    until_metric(&services, "sooho_indexer_pools_mended_total", 1).await?;
    until_metric(&services, "sooho_indexer_pools_incomplete", 0).await?;
    ensure!(exact(&services, &pool, token).await? == fits, "another answer");
    ensure!(ticks.find_one(doc! { "_id": &id }).await? == Some(lost), "another tick");
    services.terminate().await?;
    world.stop().await
}

/// An answer of the pool that is the contract's, and no pool is incomplete.
async fn exact(services: &Services, pool: &str, token: Address) -> Result<Value> {
    let status = format!("{}/v1/quotes/status", services.serving);
    let whole = serde_json::json!([]);
    until(&status, |status| status["chains"][0]["incomplete"] == whole).await?;
    for digits in (2..20).rev() {
        let amount = U256::from(10).pow(U256::from(digits));
        let answer = get(&quote(services, pool, token, amount)).await?;
        if answer["verification"]["status"] == "EQUAL" {
            return Ok(answer["amountOut"].clone());
        }
        ensure!(answer["code"] == "AMOUNT_TOO_LARGE", "{answer}");
    }
    anyhow::bail!("no amount is answered")
}

/// Waits for a metric of the indexer.
async fn until_metric(services: &Services, name: &str, wanted: u64) -> Result<()> {
    let name = format!(r#"{name}{{chain="local"}}"#);
    for _ in 0..400 {
        if metric(&services.indexer, &name).await? == Some(wanted) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    anyhow::bail!("{name} is {:?}", metric(&services.indexer, &name).await?)
}

/// The largest amount that is told fits, and one more does not.
#[tokio::test]
async fn too_much_is_told_with_what_fits() -> Result<()> {
    let world = World::start().await?;
    world.traffic(40, 331).await?;
    let services = Services::up(&world.config("largest")?, world.folder.path()).await?;
    services.wait_for_block(world.truth()?.head().await?).await?;
    let pools = get(&format!("{}/v1/pools?first=50", services.serving)).await?;
    let pools = pools["items"].as_array().context("pools")?.clone();
    let (mut told, mut routed) = (0, 0);
    for pool in &pools {
        let id = pool["id"].as_str().context("an id")?;
        let token = |field: &str| {
            pool[field]["address"].as_str().or(pool[field].as_str()).map(str::to_owned)
        };
        let (zero, one) = (token("token0").context("token0")?, token("token1").context("token1")?);
        for kind in ["exactIn", "exactOut"] {
            let ask = |amount: &str| {
                format!(
                    "{}/v1/quote?pool={id}&tokenIn={zero}&tradeType={kind}&amount={amount}",
                    services.serving
                )
            };
            let largest = largest(&get(&ask(&(U256::MAX >> 130_usize).to_string())).await?)?;
            let Some(largest) = largest else { continue };
            let fits = get(&ask(&largest.to_string())).await?;
            ensure!(fits["amountOut"].is_string(), "{id} {kind} {largest}: {fits}");
            let more = get(&ask(&(largest + U256::ONE).to_string())).await?;
            ensure!(more["code"] == "AMOUNT_TOO_LARGE", "{id} {kind} {largest}: {more}");
            told += 1;
            let way = |amount: &str| {
                format!(
                    "{}/v1/quote?tokenIn={zero}&tokenOut={one}&tradeType={kind}&amount={amount}&maxSplits=1",
                    services.serving
                )
            };
            let answer = get(&way(&(U256::MAX >> 130_usize).to_string())).await?;
            if let Some(largest) = self::largest(&answer)? {
                let fits = get(&way(&largest.to_string())).await?;
                ensure!(fits["amountOut"].is_string(), "{zero} {one} {kind} {largest}: {fits}");
                routed += 1;
            }
        }
    }
    ensure!(told > 20 && routed > 20, "{told} of pools, {routed} of ways");
    services.terminate().await?;
    world.stop().await
}

fn largest(answer: &Value) -> Result<Option<U256>> {
    if answer["code"] != "AMOUNT_TOO_LARGE" {
        ensure!(answer["code"].is_string() || answer["amountOut"].is_string(), "{answer}");
        return Ok(None);
    }
    let text = answer["largestAmount"].as_str().with_context(|| answer.to_string())?;
    Ok(Some(text.parse()?))
}
