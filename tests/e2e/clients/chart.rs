//! A chart: symbols, bars back to the first one, new ones as they come; volumes are those of the chain's own logs.

use std::{collections::BTreeMap, time::Duration};

use alloy_primitives::U256;
use anyhow::{Context, Result, ensure};
use domain::decimal::Decimal;
use serde_json::Value;
use tests::{
    process::{Services, get},
    world::World,
};

use super::{logs, node::Node};

/// Bars that come at once; charts want more on a screen.
const CAP: u32 = 10;

fn text<'a>(value: &'a Value, name: &str) -> Result<&'a str> {
    value[name].as_str().with_context(|| format!("no {name}: {value}"))
}

fn seconds(resolution: &str) -> Result<u64> {
    Ok(match resolution {
        "1D" => 86_400,
        "1W" => 7 * 86_400,
        // calendar months have their own length
        "1M" => 1,
        minutes => minutes.parse::<u64>()? * 60,
    })
}

/// The bars follow each other, each opens where the one before it closed; the sum of their volumes.
fn check_bars(bars: &[Value], resolution: &str) -> Result<Decimal> {
    let (mut sum, mut before) = (Decimal::ZERO, None::<&Value>);
    for bar in bars {
        let time = bar["time"].as_u64().context("a time")?;
        // weeks begin on Mondays: 1970-01-05 was one
        let from = if resolution == "1W" { time - 4 * 86_400 } else { time };
        ensure!(from.is_multiple_of(seconds(resolution)?), "{bar} does not begin a {resolution}");
        let [open, high, low, close] = ["open", "high", "low", "close"].map(|name| &bar[name]);
        if let Some(before) = before {
            ensure!(before["time"].as_u64() < Some(time), "{bar} comes after {before}");
            ensure!(before["close"] == *open, "{bar} does not open where {before} closed");
        }
        let number = |value: &Value| -> Result<Decimal> {
            Ok(value.as_str().context("digits")?.parse::<Decimal>()?)
        };
        let (high, low) = (number(high)?, number(low)?);
        for price in [number(open)?, number(close)?] {
            ensure!(low <= price && price <= high, "{bar}");
        }
        sum += number(&bar["volume"])?;
        before = Some(bar);
    }
    Ok(sum)
}

/// What moved of the base token in the pool's swaps, in whole tokens.
async fn moved(
    services: &Services,
    info: &Value,
    swaps: &BTreeMap<logs::Place, logs::Swap>,
) -> Result<Decimal> {
    let id = text(info, "ticker")?;
    let pool = get(&format!("{}/v1/pools/{id}", services.serving)).await?["item"].clone();
    let base = text(info, "name")?.split('/').next().context("a name")?;
    let called = |token: &Value| -> Result<String> {
        let address = text(token, "address")?;
        let short = || Some(format!("{}..{}", address.get(..6)?, address.get(38..)?));
        let symbol = token["symbol"].as_str().filter(|symbol| !symbol.is_empty());
        symbol.map(str::to_owned).or_else(short).context("an address")
    };
    let side = usize::from(called(&pool["token0"])? != base);
    let token = &pool[["token0", "token1"][side]];
    ensure!(called(token)? == base, "{base} is no token of {pool}");
    let own = swaps.values().filter(|swap| swap.pool == id);
    let sum = own.map(|swap| swap.amounts[side].unsigned_abs()).sum::<U256>();
    let decimals = token["decimals"].as_u64().context("decimals")?;
    Ok(Decimal::from_units(sum, u8::try_from(decimals)?))
}

#[tokio::test]
async fn a_chart_by_udf() -> Result<()> {
    let world = World::start().await?;
    world.traffic(130, 5).await?;
    let mut config = world.config("clients_chart")?;
    config.feeds.history_cap = CAP;
    let services = Services::up(&config, world.folder.path()).await?;
    services.wait_for_block(world.truth()?.head().await?).await?;
    // names are in memory a moment after the service is ready
    let search = format!("{}/udf/search?query=&limit=30", services.serving);
    for _ in 0..600 {
        if get(&search).await?.as_array().is_some_and(|found| !found.is_empty()) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let swaps = logs::swaps(&world).await?;
    let arguments = [services.serving.as_str(), &CAP.to_string()];
    let mut chart = Node::start(world.folder.path(), "udf.mjs", &arguments)?;

    let begin = chart.next_with("config").await?;
    let configured = &begin["config"];
    ensure!(configured["supports_search"] == true, "{configured}");
    ensure!(configured["supports_group_request"] == false, "{configured}");
    ensure!(begin["time"].as_u64().is_some_and(|time| time > 1_700_000_000), "{begin}");

    let (mut symbols, mut last, mut pages) = (BTreeMap::new(), BTreeMap::new(), 0);
    let quotes = loop {
        let line = chart.line().await?;
        if !line["quotes"].is_null() {
            break line;
        }
        let (ticker, resolution) = (text(&line, "ticker")?, text(&line, "resolution")?);
        let named = || format!("{ticker} {resolution}");
        if let Some(old) = line["old"].as_array() {
            // who does not count gets the same bars
            ensure!(symbols.get(&named()) == Some(old), "{}", named());
            continue;
        }
        let bars = line["bars"].as_array().context("bars")?;
        let volume = check_bars(bars, resolution).with_context(named)?;
        let wanted = moved(&services, &line["info"], &swaps).await?;
        ensure!(volume == wanted, "{}: {volume} in bars, {wanted} in logs", named());
        let (asked, screens) = (line["asked"].as_u64(), line["screens"].as_u64());
        pages += usize::from(asked > screens);
        symbols.insert(named(), bars.clone());
        last.insert(ticker.to_owned(), line["last"].clone());
    };
    ensure!(symbols.len() > 30 && pages > 3, "{} charts, {pages} in pages", symbols.len());

    ensure!(quotes["wrong"]["s"] == "error", "{}", quotes["wrong"]);
    let quoted = quotes["quotes"]["d"].as_array().context("quotes")?;
    ensure!(quoted.len() == last.len(), "{} quotes of {}", quoted.len(), last.len());
    for quote in quoted {
        ensure!(quote["s"] == "ok", "{quote}");
        ensure!(last.get(text(quote, "n")?) == Some(&quote["v"]["lp"]), "{quote}");
    }

    chart.next_with("polling").await?;
    for seed in 50..56 {
        world.traffic(2, seed).await?;
        services.wait_for_block(world.truth()?.head().await?).await?;
        chart.order("poll").await?;
        chart.next_with("polled").await?;
    }
    // what is kept of the block before stands for a moment
    tokio::time::sleep(Duration::from_millis(500)).await;
    for order in ["poll", "end"] {
        chart.order(order).await?;
    }
    let mut drawn = 0;
    for line in chart.rest().await? {
        if !line["drawn"].is_null() {
            ensure!(line["drawn"] == line["bars"], "{}: what was drawn is not so", line["ticker"]);
            drawn += 1;
        }
    }
    ensure!(drawn == last.len(), "{drawn} charts of {}", last.len());
    services.terminate().await?;
    world.stop().await
}
