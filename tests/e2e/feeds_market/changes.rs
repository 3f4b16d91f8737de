//! How much prices changed in 24 hours, worked out of the history of the pools; and that it is the same however few are asked
//! for.

use anyhow::{Context, Result, ensure};
use devchain::Rpc;
use domain::{candle::cut_usd, decimal::Decimal};
use serde_json::{Value, json};
use serving::feeds::{FeedSettings, testing};
use store::{PoolQuery, Snapshot};

use super::bed::{Bed, sleep_days};

const DAY: u64 = 86_400;

/// The last block before a time.
async fn block_before(bed: &Bed, time: u64) -> Result<u64> {
    let rpc = Rpc::new(&bed.world.chain.url())?;
    let mut number = bed.snapshot().await?.block().number;
    loop {
        let params = json!([format!("{number:#x}"), false]);
        let block: Value = rpc.request("eth_getBlockByNumber", params).await?;
        let text = block["timestamp"].as_str().and_then(|text| text.strip_prefix("0x"));
        if u64::from_str_radix(text.context("a time")?, 16)? < time {
            return Ok(number);
        }
        number = number.checked_sub(1).context("nothing is older")?;
    }
}

/// `price_change_percent_24h` of every market against the pool as it was before the window. How many changed.
async fn check(bed: &Bed, snapshot: &Snapshot) -> Result<usize> {
    let begin = snapshot.block().timestamp - DAY + 1;
    let before = block_before(bed, begin).await?;
    let pools = snapshot.pools(&PoolQuery { limit: 500, ..PoolQuery::default() }).await?;
    let then = snapshot.pools_at(pools, before).await?;
    let summary = bed.get("/cmc/summary").await?;
    let mut changed = 0;
    for row in summary.as_array().context("markets")? {
        let text = |name: &str| row[name].as_str().context("a text");
        let number = |name: &str| -> Result<Decimal> { Ok(text(name)?.parse()?) };
        let (last, told) = (number("last_price")?, number("price_change_percent_24h")?);
        let market = text("trading_pairs")?;
        let Some(pool) = then.iter().find(|pool| market.ends_with(&pool.id.to_string())) else {
            continue;
        };
        let price = pool.figures.token1_price;
        if price.is_zero() {
            continue;
        }
        let inverted = text("base_currency")? == format!("{:#x}", pool.token1);
        let open = if inverted { Decimal::ONE.safe_div(price) } else { price };
        let wanted = ((last - open) * Decimal::from(100_i64)).safe_div(open);
        ensure!(told == wanted, "{row}: it was {open} in block {before}: {wanted}");
        changed += usize::from(!wanted.is_zero());
    }
    Ok(changed)
}

/// `lastDay` of every pool against its swaps in the window. How many traded.
async fn last_days(bed: &Bed, snapshot: &Snapshot) -> Result<usize> {
    let begin = snapshot.block().timestamp - DAY + 1;
    let before = block_before(bed, begin).await?;
    let swaps = snapshot.swaps_in(before + 1..=snapshot.block().number, u32::MAX).await?;
    let query = "{ block { number } pools(first: 100) { nodes { id swapCount lastDay { swapCount volumeUSD open last \
                 changePercent } } } }";
    let answer = bed.services.graphql(query).await?;
    ensure!(answer["block"]["number"] == snapshot.block().number, "{answer}");
    let mut traded = 0;
    for pool in answer["pools"]["nodes"].as_array().context("pools")? {
        let day = &pool["lastDay"];
        if day.is_null() {
            continue;
        }
        let id = pool["id"].as_str().context("id")?;
        let mine: Vec<_> = swaps.iter().filter(|swap| swap.pool.to_string() == id).collect();
        let number = |name: &str| -> Result<Decimal> {
            Ok(day[name].as_str().context("a number")?.parse()?)
        };
        ensure!(day["swapCount"] == mine.len(), "{pool}: {} swaps", mine.len());
        let usd = mine.iter().map(|swap| cut_usd(swap.amount_usd));
        ensure!(number("volumeUSD")? == usd.fold(Decimal::ZERO, |sum, one| sum + one), "{pool}");
        let (open, last) = (number("open")?, number("last")?);
        let change = ((last - open) * Decimal::from(100_i64)).safe_div(open);
        ensure!(number("changePercent")? == change, "{pool}");
        traded += usize::from(!mine.is_empty());
    }
    Ok(traded)
}

#[tokio::test]
async fn changes_are_those_since_the_price_before_the_window() -> Result<()> {
    let mut bed = Box::pin(Bed::start("feeds_changes")).await?;
    let (mut changed, settings) = (0, FeedSettings::default());
    // the window begins elsewhere in its hour each time
    for seed in 0..12 {
        let snapshot = bed.snapshot().await?;
        changed += check(&bed, &snapshot).await?;
        ensure!(last_days(&bed, &snapshot).await? > 3, "nobody traded");
        let all = testing::days(&snapshot, &settings, usize::MAX).await;
        let few = testing::days(&snapshot, &settings, 0).await;
        let (all, few) = (all.map_err(anyhow::Error::msg)?, few.map_err(anyhow::Error::msg)?);
        ensure!(all == few && all.len() > 5, "{all:?} {few:?}");
        bed.world.traffic(4, seed).await?;
        bed = bed.caught_up().await?;
    }
    ensure!(changed > 50, "{changed} markets changed");
    // nothing is traded for longer than is looked back at first, and then all wake up
    sleep_days(&bed.world, 75).await?;
    bed.world.traffic(40, 99).await?;
    bed = bed.caught_up().await?;
    let snapshot = bed.snapshot().await?;
    ensure!(check(&bed, &snapshot).await? > 3, "nothing changed since long ago");
    bed.stop().await
}
