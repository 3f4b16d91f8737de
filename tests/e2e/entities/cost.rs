//! The commands of a query do not grow with its rows, whatever hangs on them.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use tests::{process::Services, tap::Tap};

/// How often each collection was asked by a query: the least of a few times, since others read beside it.
async fn asked(services: &Services, tap: &Tap, query: &str) -> Result<BTreeMap<String, usize>> {
    let mut least: Option<BTreeMap<String, usize>> = None;
    for _ in 0..5 {
        drop(tap.take()?);
        services.graphql(query).await?;
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for command in tap.take()? {
            if let Some(why) = store::testing::refused(&command)
                && !command.contains_key("isMaster")
            {
                anyhow::bail!("{why}: {command}");
            }
            let name = ["find", "aggregate"].iter().find_map(|name| command.get_str(name).ok());
            // how far the chain is, others ask beside it all the time
            if let Some(name) = name.filter(|name| !["chains", "watermarks"].contains(name)) {
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

pub(super) async fn check(services: &Services, tap: &Tap) -> Result<()> {
    let pool = "id volumeUSD token1PerToken0 token0 { symbol figures { dex priceUSD } } token1 { symbol } \
                days(first: 3) { volumeUSD } hours { txCount } reconciled { driftToken0 }";
    let queries = [
        (format!("pools(orderBy: TVL, first: FIRST) {{ nodes {{ {pool} }} }}"), 9),
        (format!("pools(first: FIRST, asOf: {{ block: BLOCK }}) {{ edges {{ node {{ {pool} }} }} }}"), 20),
        (format!("swaps(first: FIRST) {{ nodes {{ id amount0Decimal pool {{ {pool} }} }} }}"), 10),
        (format!("swaps(first: FIRST, asOf: {{ block: BLOCK }}) {{ nodes {{ id pool {{ {pool} }} }} }}"), 20),
        (format!("liquidityEvents(first: FIRST) {{ nodes {{ id amount0Decimal pool {{ {pool} }} }} }}"), 10),
        (format!("positions(first: FIRST) {{ nodes {{ id amount0 amount1Decimal pool {{ {pool} }} }} }}"), 10),
        ("positions(first: FIRST) { nodes { id amountUSD } }".to_owned(), 6),
        ("tokens(first: FIRST) { nodes { symbol figures { dex volumeUSD } } }".to_owned(), 5),
        ("pools(first: FIRST, dex: \"uniswap-v2\") { totalCount nodes { id reserve0Decimal live { reserve0Decimal } } }".to_owned(), 4),
        ("positions(first: FIRST) { totalCount nodes { id freed0Decimal feesCollected1Decimal } }".to_owned(), 4),
        ("liquidityPositions(pool: \"PAIR\", first: FIRST) { totalCount nodes { balanceDecimal amount1Decimal } }".to_owned(), 4),
        // what is measured for speed
        ("pools(orderBy: TVL, first: FIRST) { nodes { id totalValueLockedUSD volumeUSD txCount } }".to_owned(), 2),
    ];
    let pair = services
        .graphql("{ pools(protocol: V2, orderBy: SWAPS, first: 1) { nodes { id } } }")
        .await?;
    let pair = pair["pools"]["nodes"][0]["id"].as_str().context("a pair")?.to_owned();
    let block = services.graphql("{ block { number } }").await?["block"]["number"].to_string();
    let older = (block.parse::<u64>()? - 5).to_string();
    for (query, most) in queries {
        let with = |first: &str| {
            let query =
                query.replace("FIRST", first).replace("BLOCK", &older).replace("PAIR", &pair);
            format!("{{ {query} }}")
        };
        let (few, many) = (with("2"), with("60"));
        let (for_few, for_many) =
            (asked(services, tap, &few).await?, asked(services, tap, &many).await?);
        ensure!(for_few == for_many, "{query}: {for_few:?} for 2 rows, {for_many:?} for 60");
        let sum: usize = for_many.values().sum();
        ensure!(sum > 0, "{query}: nothing is asked, so nothing is measured");
        ensure!(sum <= most, "{query}: {sum} commands, {for_many:?}");
    }
    // a price of the chain is dear: fewer of them fit into a query
    let price = "{ tokens(first: FIRST) { nodes { livePrice { live pool market } } } }";
    let (few, many) = (price.replace("FIRST", "2"), price.replace("FIRST", "12"));
    let (for_few, for_many) =
        (asked(services, tap, &few).await?, asked(services, tap, &many).await?);
    ensure!(for_few == for_many, "live prices: {for_few:?} for 2 tokens, {for_many:?} for 12");
    ensure!(for_many.get("pools") == Some(&1), "{for_many:?}");
    Ok(())
}
