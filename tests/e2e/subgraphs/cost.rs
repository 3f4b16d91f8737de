//! What a document asks of the database depends on its levels and not on its rows, whatever hangs on them.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::{process::Services, tap::Tap, world::World};

use super::{ask, configured};

/// Blocks of traffic.
const BLOCKS: u64 = 90;
/// Commands of the longer document beside twice those of the shorter one, at most: what does not fit into a first part or a first
/// message is read in another one.
const MORE: usize = 4;
/// Rows of the longer documents.
const MANY: &str = "500";

/// How often each collection was asked for a document: the least of a few times, since others read beside it. Further messages
/// of an answer count, too.
async fn asked(
    (services, tap): (&Services, &Tap),
    dex: &str,
    query: &str,
) -> Result<BTreeMap<String, usize>> {
    let mut least: Option<BTreeMap<String, usize>> = None;
    for _ in 0..4 {
        drop(tap.take()?);
        ask(services, dex, query).await?;
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for command in tap.take()? {
            if let Some(why) = store::testing::refused(&command)
                && !command.contains_key("isMaster")
            {
                anyhow::bail!("{why}: {command}");
            }
            let named = ["find", "aggregate"].iter().find_map(|name| command.get_str(name).ok());
            let goes_on =
                command.contains_key("getMore").then(|| command.get_str("collection").ok());
            // how far the chain is, others ask beside it all the time
            let name =
                named.or(goes_on.flatten()).filter(|name| !["chains", "watermarks"].contains(name));
            if let Some(name) = name {
                *counts.entry(name.to_owned()).or_default() += 1;
            }
        }
        least = Some(match least {
            Some(mut least) => {
                least.retain(|name, _| counts.contains_key(name));
                least.iter_mut().for_each(|(name, count)| *count = (*count).min(counts[name]));
                least
            }
            None => counts,
        });
    }
    Ok(least.unwrap_or_default())
}

/// Objects of an answer.
fn rows(of: &Value) -> usize {
    match of {
        Value::Array(items) => items.iter().map(rows).sum(),
        Value::Object(members) => 1 + members.values().map(rows).sum::<usize>(),
        _ => 0,
    }
}

const NEWEST: &str = "orderBy: timestamp, orderDirection: desc";
const OF_V2: &str = "uniswap-v2";
const OF_V3: &str = "uniswap-v3";
const OF_V4: &str = "uniswap-v4";

/// The DEX, a document of four levels, and commands for it at most.
const DOCUMENTS: [(&str, &str, usize); 17] = [
    (
        OF_V3,
        "pools(first: FIRST) { id swaps(first: 20, NEWEST) { id transaction { id mints(first: 10) { id } \
         swaps(first: 10) { id } } } }",
        30,
    ),
    (
        OF_V2,
        "pairs(first: FIRST) { id swaps(first: 20, NEWEST) { id transaction { id mints(first: 10) { id pair { id } } } } }",
        30,
    ),
    (
        OF_V3,
        "swaps(first: FIRST, NEWEST) { id transaction { id swaps { id pool { id } } burns { id pool { id } } } }",
        24,
    ),
    (
        OF_V4,
        "transactions(first: FIRST, NEWEST) { id modifyLiquiditys(first: 10) { id pool { id ticks(first: 20) { id } } } \
         transfers(first: 5) { id position { id transfers(first: 5) { id } } } }",
        40,
    ),
    (
        OF_V3,
        "tokens(first: FIRST) { id whitelistPools(first: 10) { id ticks(first: 100, orderBy: tickIdx) { id pool { id } } } }",
        20,
    ),
    (
        OF_V3,
        "tokens(first: FIRST) { id tokenDayData(first: 5) { id token { id whitelistPools(first: 5) { id \
         poolHourData(first: 5) { id } } } } }",
        24,
    ),
    (
        OF_V3,
        "bundles(first: FIRST) { ethPriceUSD } pools(first: FIRST) { id \
         poolDayData(first: 30, orderBy: date, orderDirection: desc) { id pool { token0 { id } } } }",
        24,
    ),
    (
        OF_V3,
        "positions(first: FIRST) { id transaction { id } tickLower { id pool { id poolHourData(first: 5) { id } } } \
         tickUpper { id } }",
        30,
    ),
    (
        OF_V3,
        "positionSnapshots(first: FIRST) { id transaction { id } position { id tickLower { id pool { id } } } }",
        30,
    ),
    (
        OF_V3,
        "positionSnapshots(first: FIRST, where: { owner_not: \"0x\" }, NEWEST) { id position { id transaction { id mints { id } } } }",
        30,
    ),
    (
        OF_V4,
        "positions(first: FIRST) { id transfers(first: 10) { id transaction { id modifyLiquiditys(first: 10) { id } } } \
         subscriptions { id } }",
        24,
    ),
    (
        OF_V2,
        "tokens(first: FIRST) { id pairBase(first: 20, orderBy: reserveUSD, orderDirection: desc) { id \
         swaps(first: 20, NEWEST) { id transaction { id } } } pairQuote { id } }",
        30,
    ),
    (
        OF_V2,
        "users(first: FIRST) { id liquidityPositions { id pair { id pairHourData(first: 5) { id } \
         liquidityPositionSnapshots(first: 9) { id } } } }",
        34,
    ),
    (
        OF_V2,
        "transactions(first: FIRST, NEWEST) { id mints { id } burns { id } swaps { id pair { id } } }",
        24,
    ),
    (
        OF_V3,
        "swaps(first: FIRST, NEWEST, where: { timestamp_lt: TIME }) { id pool { id } transaction { id mints { id } } }",
        24,
    ),
    (
        OF_V3,
        "pools(first: FIRST, where: { swaps_: { amountUSD_gt: 0 } }) { id ticks(first: 3) { id } }",
        16,
    ),
    (
        OF_V3,
        "pools(first: FIRST, block: { number: BLOCK }) { id ticks(first: 20) { id } \
         swaps(first: 20) { id transaction { id mints { id } } } poolHourData(first: 20) { id } \
         token0 { id tokenDayData { id } } }",
        44,
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[expect(clippy::print_stdout, reason = "the figures are part of the proof")]
async fn a_documents_commands_do_not_grow_with_its_rows() -> Result<()> {
    let world = World::start().await?;
    world.traffic(BLOCKS, 77).await?;
    let tap = Tap::new(&world.mongo.uri()).await?;
    let mut config = configured(&world)?;
    config.store.uri = tap.uri();
    let services = Services::up(&config, world.folder.path()).await?;
    let head = world.truth()?.head().await?;
    services.wait_for_block(head).await?;
    let older = (head - 20).to_string();
    let of_time = format!("{{ swaps(first: 1, skip: 100, {NEWEST}) {{ timestamp }} }}");
    let of_time = ask(&services, OF_V3, &of_time).await?;
    let time = of_time["swaps"][0]["timestamp"].as_str().context("no time")?.to_owned();
    let mut faults = Vec::new();
    for (dex, document, most) in DOCUMENTS {
        let document =
            document.replace("NEWEST", NEWEST).replace("BLOCK", &older).replace("TIME", &time);
        let [few, many] =
            ["5", MANY].map(|first| format!("{{ {} }}", document.replace("FIRST", first)));
        let answers = [ask(&services, dex, &few).await?, ask(&services, dex, &many).await?];
        let [of_few, of_many] = answers.map(|answer| rows(&answer));
        let for_few = asked((&services, &tap), dex, &few).await.with_context(|| few.clone())?;
        let for_many = asked((&services, &tap), dex, &many).await.with_context(|| many.clone())?;
        let sum = |counts: &BTreeMap<String, usize>| counts.values().sum::<usize>();
        let (once, again) = (sum(&for_few), sum(&for_many));
        println!("{dex}: {once} commands for {of_few} rows, {again} for {of_many}: {document}");
        if again > most || again > 2 * once + MORE || once == 0 {
            faults.push(format!("{document}: {for_few:?} for 5, {for_many:?} for {MANY}"));
        }
    }
    ensure!(faults.is_empty(), "{faults:#?}");
    // orders without an index are counted
    ask(&services, "uniswap-v3", "{ swaps(first: 5, orderBy: amountUSD) { id } }").await?;
    let metrics = reqwest::get(format!("{}/metrics", services.serving)).await?.text().await?;
    let served =
        "sooho_subgraph_searches_total{outcome=\"served\",subgraph=\"uniswap/uniswap-v3\"}";
    ensure!(metrics.contains(served), "{metrics}");
    services.terminate().await?;
    world.stop().await
}
