//! What operators decide is what is answered.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use indexer::Target;
use serde_json::Value;
use serving::feeds::{BarOpen, TimeUnit};
use sooho::config::ExcludeConfig;
use store::{PoolOrder, PoolQuery};
use tests::world::World;

use super::{
    bed::Bed,
    truth::{self, minutes, read},
};

/// Ids of a feed's pairs.
async fn listed(bed: &Bed) -> Result<BTreeSet<String>> {
    let pairs = bed.get("/coingecko/pairs").await?;
    let id = |row: &Value| Ok(row["pool_id"].as_str().context("an id")?.to_owned());
    pairs.as_array().context("pairs")?.iter().map(id).collect()
}

#[tokio::test]
async fn the_settings_of_feeds_are_kept_to() -> Result<()> {
    const MOST: u32 = 9;
    const CAP: u32 = 7;
    let world = World::start().await?;
    world.traffic(130, 5).await?;
    let store = Box::pin(world.index("feeds_settings", Target::Head)).await?;
    let chain = world.deployment.chain_id;
    let snapshot = store.reader().snapshot(chain).await?.context("nothing is indexed")?;
    let query = PoolQuery { order: PoolOrder::Swaps, limit: 500, ..PoolQuery::default() };
    let mut pools = snapshot.pools(&query).await?;
    pools.retain(|pool| pool.figures.counted && truth::is_priced(pool));
    let (hidden, shown) = pools.split_first().context("a pool")?;
    // a token of few pools, which the busiest shown one does not hold
    let busiest = shown.iter().find(|pool| pool.protocol == hidden.protocol).context("a pool")?;
    let of = |pool: &domain::entity::Pool| [pool.token0, pool.token1];
    let taken: BTreeSet<_> = of(busiest).into_iter().chain(of(hidden)).collect();
    let token = shown.iter().take(8).flat_map(of).find(|token| !taken.contains(token));
    let token = token.context("a token to leave out")?;
    let exclude =
        ExcludeConfig { chain: "local".to_owned(), pools: vec![hidden.id], tokens: vec![token] };
    let bed = Bed::serve(world, "feeds_settings", |config| {
        config.feeds.bar_open = BarOpen::FirstTrade;
        config.feeds.next_time = TimeUnit::Milliseconds;
        config.feeds.most_pools = MOST;
        config.feeds.history_cap = CAP;
        config.feeds.exclude = vec![exclude];
    });
    let bed = Box::pin(bed).await?;

    let most = snapshot.pools(&PoolQuery { limit: MOST, ..query }).await?;
    let is_left_out =
        |pool: &domain::entity::Pool| pool.id == hidden.id || of(pool).contains(&token);
    let wanted: BTreeSet<String> = most
        .iter()
        .filter(|pool| !is_left_out(pool) && truth::is_priced(pool))
        .map(|pool| pool.id.to_string())
        .collect();
    ensure!(listed(&bed).await? == wanted, "{wanted:?}");
    ensure!(wanted.len() > 2 && wanted.len() < MOST as usize - 1, "{wanted:?}");
    let of_token = pools.iter().find(|pool| of(pool).contains(&token)).context("a pool")?;
    for pool in [hidden, of_token] {
        let id = pool.id;
        let symbol = bed.ask(&format!("/udf/symbols?symbol={id}")).await?;
        ensure!(symbol.json()?["s"] == "error", "{symbol:?}");
        ensure!(symbol.header("cache-control") == "no-store", "{symbol:?}");
        let found = bed.get(&format!("/udf/search?query={id}")).await?;
        ensure!(found == Value::Array(vec![]), "{found}");
        let pair = bed.ask(&format!("/dexscreener/pair?id={id}")).await?;
        ensure!(pair.status == 404, "{pair:?}");
    }

    let ticker = busiest.id;
    let symbol = bed.get(&format!("/udf/symbols?symbol={ticker}")).await?;
    let base = symbol["description"].as_str().context("a description")?.to_owned();
    let path = format!("/udf/history?symbol={ticker}&resolution=60");
    let bars = read(&bed.ask(&format!("{path}&countback=100")).await?.text)?;
    ensure!(bars.len() == CAP as usize, "{bars:?}");
    // each bar opens with its own first price, which the candles of its minutes tell
    let candles = minutes(&snapshot, busiest).await?;
    let (mut own, mut other) = (0, 0);
    let mut before = None;
    for (start, [open, .., close, _]) in &bars {
        let first = candles.iter().find(|candle| {
            candle.is_priced() && truth::begin("60", candle.start).ok() == Some(*start)
        });
        let first = first.context("a candle")?;
        let both = [first.open, first.inverse().open];
        ensure!(both.contains(open), "{base} at {start}: {open}, not {both:?}");
        own += 1;
        other += usize::from(before.is_some_and(|before| before != *open));
        before = Some(*close);
    }
    ensure!(own == bars.len() && other > 0, "every bar opens where the one before it closed");
    let (newest, _) = bars.last().context("a bar")?;
    let gap = format!("{path}&from={}&to={}", newest + 3_600, newest + 3_601);
    let nothing = bed.get(&gap).await?;
    ensure!(nothing["s"] == "no_data" && nothing["nextTime"] == newest * 1_000, "{nothing}");
    bed.stop().await
}
