//! UDF: pages of every kind over the whole life of every pair are the same bars, without holes and doubles.

use anyhow::{Context, Result, ensure};
use domain::{candle::Candle, entity::Pool};
use serde_json::Value;
use store::PoolQuery;

use super::{
    bed::Bed,
    truth::{self, Bar, RESOLUTIONS, bars, minutes, read},
};

/// What the feed says of a pool.
struct Symbol {
    ticker: String,
    inverted: bool,
    decimals: u8,
}

async fn symbol(bed: &Bed, pool: &Pool) -> Result<Option<Symbol>> {
    let said = bed.get(&format!("/udf/symbols?symbol={}", pool.id)).await?;
    if said["s"] == "error" {
        return Ok(None);
    }
    let snapshot = bed.snapshot().await?;
    let tokens = snapshot.tokens_by_addresses(&[pool.token0, pool.token1]).await?;
    let deployment = &bed.world.deployment;
    // by the rule: a stablecoin, then the native currency
    let rank = |token: alloy_primitives::Address| {
        if token == deployment.market.stablecoin {
            2
        } else {
            u8::from(token.is_zero() || token == deployment.weth)
        }
    };
    let inverted = rank(pool.token0) > rank(pool.token1);
    let base = if inverted { pool.token1 } else { pool.token0 };
    let base = tokens.iter().find(|token| token.address == base).context("a token")?;
    let decimals = if base.address.is_zero() { 18 } else { base.decimals.context("decimals")? };
    ensure!(said["name"].as_str().is_some_and(|name| !name.is_empty()), "{said}");
    let ticker = said["ticker"].as_str().context("a ticker")?.to_owned();
    Ok(Some(Symbol { ticker, inverted, decimals }))
}

async fn ask(
    bed: &Bed,
    symbol: &Symbol,
    resolution: &str,
    rest: &str,
) -> Result<(Value, Vec<Bar>)> {
    let path = format!("/udf/history?symbol={}&resolution={resolution}&{rest}", symbol.ticker);
    let answer = bed.ask(&path).await?;
    ensure!(answer.status == 200, "{path}: {answer:?}");
    let said = answer.json()?;
    let bars = if said["s"] == "ok" { read(&answer.text)? } else { Vec::new() };
    ensure!(bars.windows(2).all(|two| two[0].0 < two[1].0), "{path}: {answer:?}");
    Ok((said, bars))
}

/// Newest first, page by page, as a chart that is scrolled to the left.
async fn backward(bed: &Bed, symbol: &Symbol, resolution: &str, page: usize) -> Result<Vec<Bar>> {
    let (mut to, mut all) = (u64::MAX >> 1, Vec::new());
    loop {
        let rest = format!("from=0&to={to}&countback={page}");
        let (said, bars) = ask(bed, symbol, resolution, &rest).await?;
        let Some(first) = bars.first() else {
            ensure!(said["s"] == "no_data" && said["nextTime"].is_null(), "{said}");
            all.reverse();
            return Ok(all);
        };
        ensure!(bars.len() <= page);
        to = first.0;
        all.extend(bars.into_iter().rev());
    }
}

/// Window by window, each beginning where the one before ended.
async fn forward(
    bed: &Bed,
    symbol: &Symbol,
    resolution: &str,
    wanted: &[Bar],
    windows: u64,
) -> Result<Vec<Bar>> {
    let (Some(first), Some(last)) = (wanted.first(), wanted.last()) else { return Ok(Vec::new()) };
    let (begin, end) = (first.0.saturating_sub(9), last.0 + 9);
    let step = (end - begin) / windows + 1;
    let (mut from, mut all) = (begin, Vec::new());
    while from < end {
        let rest = format!("from={from}&to={}", from + step);
        let (said, bars) = ask(bed, symbol, resolution, &rest).await?;
        let older = wanted.iter().rev().find(|bar| bar.0 < from);
        if bars.is_empty() {
            ensure!(said["s"] == "no_data", "{said}");
            ensure!(said["nextTime"].as_u64() == older.map(|bar| bar.0), "{said} {older:?}");
        }
        all.extend(bars);
        from += step;
    }
    Ok(all)
}

async fn edges(bed: &Bed, symbol: &Symbol, resolution: &str, wanted: &[Bar]) -> Result<()> {
    for count in [1, 2, 329, 5_000] {
        let (_, bars) = ask(bed, symbol, resolution, &format!("countback={count}")).await?;
        let newest = &wanted[wanted.len().saturating_sub(count)..];
        ensure!(bars == newest, "{count} of {resolution}: {bars:?}");
    }
    let middle = wanted.len() / 2;
    let edge = wanted[middle].0;
    for (to, most) in [(edge, middle), (edge + 1, middle + 1), (edge.saturating_sub(1), middle)] {
        let (_, bars) = ask(bed, symbol, resolution, &format!("to={to}&countback=3")).await?;
        ensure!(bars == wanted[most.saturating_sub(3)..most], "{to} {resolution}: {bars:?}");
    }
    let (first, last) = (wanted[0].0, wanted[wanted.len() - 1].0);
    for rest in [format!("from=0&to={first}"), format!("to={first}&countback=9"), "to=0".to_owned()]
    {
        let (said, _) = ask(bed, symbol, resolution, &rest).await?;
        ensure!(said == serde_json::json!({ "s": "no_data" }), "{rest}: {said}");
    }
    let ahead = format!("from={}&to={}", last + 400_000_000, last + 500_000_000);
    let (said, _) = ask(bed, symbol, resolution, &ahead).await?;
    ensure!(said == serde_json::json!({ "s": "no_data", "nextTime": last }), "{said}");
    Ok(())
}

/// Without gaps: every period from the first bar on, at the price that stood.
async fn filled(bed: &Bed, symbol: &Symbol, resolution: &str, wanted: &[Bar]) -> Result<()> {
    let (_, bars) = ask(bed, symbol, resolution, "countback=400&fill=1").await?;
    let mut traded = wanted.iter().filter(|bar| bars.first().is_some_and(|first| bar.0 >= first.0));
    for two in bars.windows(2) {
        ensure!(truth::begin(resolution, two[1].0)? == two[1].0);
        ensure!(truth::begin(resolution, two[1].0 - 1)? == two[0].0, "a gap after {:?}", two[0]);
        ensure!(two[1].1[0] == two[0].1[3], "{two:?} do not meet");
    }
    for bar in bars.iter().filter(|bar| wanted.iter().any(|one| one.0 == bar.0)) {
        ensure!(Some(bar) == traded.next(), "{bar:?}");
    }
    ensure!(traded.next().is_none(), "a bar is missing");
    Ok(())
}

async fn check(bed: &Bed, pool: &Pool, minutes: &[Candle], thorough: bool) -> Result<Option<bool>> {
    let Some(symbol) = symbol(bed, pool).await? else {
        ensure!(!pool.figures.counted, "{} is not shown", pool.id);
        return Ok(None);
    };
    for resolution in RESOLUTIONS {
        let wanted = bars(minutes, resolution, symbol.inverted, symbol.decimals)?;
        let page = if thorough { 7 } else { 60 };
        let found = backward(bed, &symbol, resolution, page).await?;
        ensure!(found == wanted, "{} {resolution}: {found:?}, wanted {wanted:?}", pool.id);
        if thorough {
            let found = forward(bed, &symbol, resolution, &wanted, 40).await?;
            ensure!(found == wanted, "{} {resolution} forward: {found:?}", pool.id);
            edges(bed, &symbol, resolution, &wanted).await?;
            filled(bed, &symbol, resolution, &wanted).await?;
        }
    }
    Ok(Some(symbol.inverted))
}

#[tokio::test]
async fn pages_of_bars_are_the_candles_whichever_way_they_are_read() -> Result<()> {
    let bed = Box::pin(Bed::start("feeds_pages")).await?;
    let snapshot = bed.snapshot().await?;
    let query = PoolQuery { order: store::PoolOrder::Swaps, limit: 500, ..PoolQuery::default() };
    let (mut inverted, mut straight) = (0, 0);
    for pool in snapshot.pools(&query).await? {
        let minutes = minutes(&snapshot, &pool).await?;
        let thorough = inverted.min(straight) < 2 && minutes.len() > 20;
        let checked = check(&bed, &pool, &minutes, thorough).await;
        match checked.with_context(|| format!("{pool:?}"))? {
            Some(true) => inverted += 1,
            Some(false) => straight += 1,
            None => {}
        }
    }
    ensure!(inverted > 2 && straight > 2, "{inverted} inverted, {straight} not");
    bed.stop().await
}
