//! All that the feeds told, beside the chain.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use alloy_primitives::{Address, U256};
use anyhow::{Context, Result, ensure};
use bson::{Document, doc};
use devchain::Rpc;
use domain::{decimal::Decimal, ids::PoolId, pricing::token_prices};
use serde_json::Value;
use serving::feeds::Confirmations;
use tests::{process::Services, truth::Truth, world::World};

use super::{
    ground::{Place, Reader, set_fees, take_fees},
    logs::{self, Wanted, What},
    refusals, reserves, sending,
};

/// A pair as the feed tells it.
#[derive(Debug)]
pub(super) struct Pair {
    assets: [String; 2],
    pub(super) decimals: [u32; 2],
}

#[tokio::test]
async fn a_crawl_adds_up_to_the_chains_logs_and_balances() -> Result<()> {
    let world = World::start().await?;
    world.traffic(70, 31).await?;
    let truth = world.truth()?;
    let v3 = v3_pools(&world, truth.head().await?).await?;
    ensure!(v3.len() > 3, "{} V3 pools", v3.len());
    // the protocol takes its share, and takes it out in the middle and at the end of what is told
    set_fees(&world, &v3).await?;
    world.traffic(40, 32).await?;
    take_fees(&world, &v3[..v3.len() / 2]).await?;
    world.traffic(30, 33).await?;
    // what no event tells, in the middle of events
    sending::sync_between_swaps(&world, &truth).await?;
    let mut between = 0;
    for pool in &v3 {
        between += usize::from(sending::take_between_swaps(&world, &truth, *pool).await?.is_some());
    }
    ensure!(between > 0, "no pool of two plain tokens");
    take_fees(&world, &v3).await?;
    world.traffic(8, 34).await?;

    let taken = logs::takings(&world, truth.head().await? - 8).await?;
    ensure!(taken > 3, "the protocol took something {taken} times");

    let mut config = world.config("feeds_blocks")?;
    config.feeds.confirmations = Confirmations::Blocks(3);
    let services = Services::up(&config, world.folder.path()).await?;
    let head = truth.head().await?;
    services.wait_for_block(head).await?;
    let rpc = Rpc::new(&world.chain.url())?;
    sending::supplies(&world, &services).await?;
    for feed in ["dexscreener", "dextools"] {
        let reader = Reader { services: &services, feed };
        let latest = reader.latest().await?;
        assert_eq!(latest, (head - 3, logs::time(&rpc, head - 3).await?));
        let found = reader.crawl(latest.0, head).await?;
        let mut wanted = logs::wanted(&world, latest.0).await?;
        if feed == "dexscreener" {
            wanted.retain(|_, wanted| !matches!(wanted.what, What::Creation));
        }
        let pairs = pairs(&services, &found).await?;
        let told = equal(&rpc, &found, &wanted, &pairs).await.context(feed)?;
        skips_are_counted(&services, feed, wanted.len() - told).await?;
        balances_equal(&truth, &found, &wanted, &pairs).await.context(feed)?;
        reserves::equal(&world, &found, &wanted, &pairs, latest.0).await.context(feed)?;
        let asked = questions(&world, &reader, latest.0).await?;
        ensure!((1..=10).contains(&asked), "{asked} questions for {} pools", pairs.len());
        payments_equal(&world, &found, &wanted, &pairs).await.context(feed)?;
    }
    refusals::check(&services, &world, &truth).await?;
    drop(services);
    world.stop().await
}

async fn v3_pools(world: &World, head: u64) -> Result<Vec<Address>> {
    let wanted = logs::wanted(world, head).await?;
    let mut pools = BTreeSet::new();
    for wanted in wanted.values() {
        // only pools with a price swap, and only those of V3 have a contract and a price in their events
        if let (PoolId::Contract(pool), What::Swap(_, Some(_))) = (wanted.pool, &wanted.what) {
            pools.insert(pool);
        }
    }
    Ok(pools.into_iter().collect())
}

/// Every pair of the events, and its assets, as both feeds tell them.
async fn pairs(
    services: &Services,
    events: &BTreeMap<Place, Value>,
) -> Result<BTreeMap<String, Pair>> {
    let [screener, tools] = ["dexscreener", "dextools"].map(|feed| Reader { services, feed });
    let mut pairs = BTreeMap::new();
    for event in events.values() {
        let id = event["pairId"].as_str().context("a pair")?;
        if pairs.contains_key(id) {
            continue;
        }
        let pair = screener.get(&format!("pair?id={id}")).await?["pair"].clone();
        let other = tools.get(&format!("pair?id={id}")).await?["pair"].clone();
        for name in ["id", "asset0Id", "asset1Id", "createdAtBlockNumber", "createdAtTxnId"] {
            ensure!(pair[name] == other[name], "{name}: {pair} {other}");
        }
        ensure!(pair["id"] == id, "{pair} is not {id}");
        let (mut assets, mut decimals) = ([String::new(), String::new()], [0; 2]);
        for (i, name) in ["asset0Id", "asset1Id"].into_iter().enumerate() {
            let asset = pair[name].as_str().context("an asset")?;
            let found = screener.get(&format!("asset?id={asset}")).await?["asset"].clone();
            let other = tools.get(&format!("asset?id={asset}")).await?["asset"].clone();
            ensure!(found["id"] == asset && other["id"] == asset, "{found} {other}");
            ensure!(found["symbol"] == other["symbol"], "{found} {other}");
            assets[i] = asset.to_owned();
            decimals[i] = u32::try_from(found["decimals"].as_u64().context("decimals")?)?;
        }
        pairs.insert(id.to_owned(), Pair { assets, decimals });
    }
    ensure!(pairs.len() > 8, "{} pairs", pairs.len());
    Ok(pairs)
}

/// Events and logs are the same; how many were told.
async fn equal(
    rpc: &Rpc,
    found: &BTreeMap<Place, Value>,
    wanted: &BTreeMap<Place, Wanted>,
    pairs: &BTreeMap<String, Pair>,
) -> Result<usize> {
    let (mut senders, mut times) = (BTreeMap::new(), BTreeMap::new());
    let mut kinds = BTreeMap::<String, usize>::new();
    for (place, event) in found {
        let wanted = wanted.get(place).with_context(|| format!("{event} is in no log"))?;
        let fault = || format!("{event} is not {wanted:?}");
        let id = event["pairId"].as_str().context("a pair")?;
        ensure!(id.eq_ignore_ascii_case(&wanted.pool.to_string()), "{}", fault());
        ensure!(event["txnId"] == format!("{:#x}", wanted.tx_hash), "{}", fault());
        ensure!(event["txnIndex"] == wanted.tx_index, "{}", fault());
        if let Entry::Vacant(unknown) = senders.entry(wanted.tx_hash) {
            unknown.insert(logs::sender(rpc, wanted.tx_hash).await?);
        }
        let maker = senders[&wanted.tx_hash].to_checksum(None);
        ensure!(event["maker"] == maker, "{maker} sent it: {}", fault());
        if let Entry::Vacant(unknown) = times.entry(place.0) {
            unknown.insert(logs::time(rpc, place.0).await?);
        }
        ensure!(event["block"]["blockTimestamp"] == times[&place.0], "{}", fault());
        same(event, wanted, &pairs[id]).with_context(fault)?;
        *kinds.entry(event["eventType"].to_string()).or_default() += 1;
    }
    for (place, wanted) in wanted {
        // what was told is wanted; what is wanted is told, or cannot be
        ensure!(wanted.what.is_told() == found.contains_key(place), "{place:?} {wanted:?}");
    }
    ensure!(kinds.len() >= 3 && kinds.values().all(|count| *count > 5), "too little: {kinds:?}");
    Ok(found.len())
}

/// Kind, amounts to the unit, and price of an event.
fn same(event: &Value, wanted: &Wanted, pair: &Pair) -> Result<()> {
    let amount = |name: &str, i: usize| units(&event[name], pair.decimals[i]);
    match &wanted.what {
        What::Creation => ensure!(event["eventType"] == "creation", "another kind"),
        What::Nothing => ensure!(false, "nothing happened"),
        What::Swap(deltas, root) => {
            ensure!(event["eventType"] == "swap", "another kind");
            let names = if deltas[0].is_positive() {
                ["asset0In", "asset1Out"]
            } else {
                ["asset0Out", "asset1In"]
            };
            for (i, name) in names.into_iter().enumerate() {
                ensure!(amount(name, i)? == deltas[i].unsigned_abs(), "another {name}");
            }
            let Some(price) = event["priceNative"].as_str() else { return Ok(()) };
            let price: Decimal = price.parse()?;
            let wanted = match root {
                Some(root) => {
                    let decimals = pair.decimals.map(u8::try_from);
                    let [Ok(decimals0), Ok(decimals1)] = decimals else { return Ok(()) };
                    token_prices(*root, decimals0, decimals1).1
                }
                // see `reserves`
                None => return Ok(()),
            };
            let off = (price - wanted).abs();
            ensure!(off <= wanted.scaled(-28), "a price of {price}, not {wanted}");
        }
        What::Join(amounts) | What::Exit(amounts) => {
            let joins = matches!(wanted.what, What::Join(_));
            ensure!(event["eventType"] == if joins { "join" } else { "exit" }, "another kind");
            let told = [amount("amount0", 0)?, amount("amount1", 1)?];
            // V4 does not say in its logs: see `payments_equal`
            ensure!(amounts.is_none_or(|amounts| amounts == told), "{told:?}");
        }
    }
    Ok(())
}

/// A decimal text in smallest units; it has no more digits than those.
pub(super) fn units(value: &Value, decimals: u32) -> Result<U256> {
    let text = value.as_str().with_context(|| format!("{value} is no text"))?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = fraction.trim_end_matches('0');
    let missing = (decimals as usize).checked_sub(fraction.len()).context("too many digits")?;
    Ok(U256::from_str_radix(&format!("{whole}{fraction}{}", "0".repeat(missing)), 10)?)
}

async fn skips_are_counted(services: &Services, feed: &str, skipped: usize) -> Result<()> {
    let text = reqwest::get(format!("{}/metrics", services.serving)).await?.text().await?;
    let ours = format!("sooho_feed_skipped_total{{feed=\"{feed}\"");
    let counts = text.lines().filter(|line| line.starts_with(&ours));
    let counts: Vec<usize> =
        counts.filter_map(|line| line.rsplit(' ').next()?.parse().ok()).collect();
    ensure!(counts.iter().sum::<usize>() == skipped, "{counts:?} for {skipped}");
    ensure!(text.contains("# HELP sooho_feed_skipped_total"), "no help");
    Ok(())
}

/// After the last event of a pair in a block it holds what the tokens say.
async fn balances_equal(
    truth: &Truth,
    found: &BTreeMap<Place, Value>,
    wanted: &BTreeMap<Place, Wanted>,
    pairs: &BTreeMap<String, Pair>,
) -> Result<()> {
    let mut last = BTreeMap::new();
    for (place, event) in found.iter().filter(|(_, event)| event.get("reserves").is_some()) {
        last.insert((wanted[place].pool, place.0), event);
    }
    let mut compared = 0;
    for ((pool, block), event) in last {
        let PoolId::Contract(address) = pool else { continue };
        let pair = &pairs[event["pairId"].as_str().context("a pair")?];
        for (i, name) in ["asset0", "asset1"].into_iter().enumerate() {
            let told = units(&event["reserves"][name], pair.decimals[i])?;
            let held = truth.token_balance(pair.assets[i].parse()?, address, block).await?;
            ensure!(told == held, "{pool} holds {held} of {name} after {block}: {event}");
        }
        compared += 1;
    }
    ensure!(compared > 100, "only {compared} compared");
    Ok(())
}

/// What V4 positions are said to have cost is what was paid for them.
async fn payments_equal(
    world: &World,
    found: &BTreeMap<Place, Value>,
    wanted: &BTreeMap<Place, Wanted>,
    pairs: &BTreeMap<String, Pair>,
) -> Result<()> {
    let last = found.keys().next_back().context("events")?.0;
    let payments = logs::payments(world, last).await?;
    let mut compared = 0;
    for (place, event) in found.iter().filter(|(_, event)| event["eventType"] == "join") {
        let wanted = &wanted[place];
        let (PoolId::Key(_), Some(paid)) = (wanted.pool, payments.get(&wanted.tx_hash)) else {
            continue;
        };
        let pair = &pairs[event["pairId"].as_str().context("a pair")?];
        for (i, name) in ["amount0", "amount1"].into_iter().enumerate() {
            let token: Address = pair.assets[i].parse()?;
            // the native currency leaves no log
            if token.is_zero() {
                continue;
            }
            let (told, paid) = (units(&event[name], pair.decimals[i])?, paid.get(&token));
            ensure!(told == paid.copied().unwrap_or_default(), "{paid:?} was paid: {event}");
            compared += 1;
        }
    }
    ensure!(compared > 10, "only {compared} payments compared");
    Ok(())
}

/// What the database is asked about pools for the events of all blocks, told by its own log.
async fn questions(world: &World, reader: &Reader<'_>, latest: u64) -> Result<u64> {
    let client = mongodb::Client::with_uri_str(world.mongo.uri()).await?;
    let database = client.database("feeds_blocks");
    database.run_command(doc! { "profile": 2 }).await?;
    reader.get(&format!("events?fromBlock=1&toBlock={latest}")).await?;
    database.run_command(doc! { "profile": 0 }).await?;
    let profile = database.collection::<Document>("system.profile");
    let about = ["rows", "history", "pools", "tokens", "reconciled"];
    let about: Vec<String> = about.iter().map(|name| format!("feeds_blocks.{name}")).collect();
    let filter = doc! { "ns": { "$in": about }, "op": { "$ne": "getmore" } };
    let asked = profile.count_documents(filter).await?;
    profile.drop().await?;
    Ok(asked)
}
