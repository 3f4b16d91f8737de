//! CoinGecko and CoinMarketCap: every pair is listed, the trades are the chain's own logs, volumes are the sums of them, and both
//! feeds say the same.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::Address;
use anyhow::{Context, Result, ensure};
use domain::{
    decimal::Decimal,
    entity::{Pool, Token},
    market::{Price, Source, Status},
};
use serde_json::Value;
use store::{PoolQuery, TokenQuery};
use tests::world::World;

use super::{bed::Bed, truth};
use crate::clients::logs::{self, Swap};

const DAY: u64 = 86_400;

fn rows(value: &Value) -> Result<&Vec<Value>> {
    value.as_array().with_context(|| value.to_string())
}

fn text<'a>(row: &'a Value, name: &str) -> Result<&'a str> {
    row[name].as_str().with_context(|| format!("{name} of {row}"))
}

/// A number as a string, in plain notation, never below nothing.
fn number(row: &Value, name: &str) -> Result<Decimal> {
    let text = text(row, name)?;
    ensure!(text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'), "{name}: {text}");
    Ok(text.parse()?)
}

/// The trades of a market, all pages; ids are unique and ascend.
async fn trades(bed: &Bed, path: &str, from: u64, to: u64) -> Result<Vec<Value>> {
    let (mut end, mut all) = (to, BTreeMap::new());
    loop {
        let asked = format!("{path}&limit=40&start_time={from}&end_time={end}");
        let found = bed.get(&asked).await?;
        let found: Vec<Value> = match &found {
            Value::Array(flat) => flat.clone(),
            sides => rows(&sides["buy"])?.iter().chain(rows(&sides["sell"])?).cloned().collect(),
        };
        let before = all.len();
        for trade in found {
            let time = trade["trade_timestamp"].as_u64().or(trade["timestamp"].as_u64());
            let seconds = time.context("a time")? / 1_000;
            ensure!((from..=end).contains(&seconds), "{asked}: {trade}");
            all.insert(trade["trade_id"].as_u64().context("an id")?, (seconds, trade));
        }
        // several in one second may be more than a page
        let oldest = all.values().map(|(seconds, _)| *seconds).min();
        match oldest.filter(|_| all.len() > before) {
            Some(oldest) => end = oldest,
            None if end > from && oldest.is_some() => end -= 1,
            None => break,
        }
        if end < from || all.len() == before && end + 1 < oldest.unwrap_or_default() {
            break;
        }
    }
    Ok(all.into_values().map(|(_, trade)| trade).collect())
}

fn sum(trades: &[Value], name: &str) -> Result<Decimal> {
    trades.iter().try_fold(Decimal::ZERO, |sum, trade| Ok(sum + number(trade, name)?))
}

/// A pool, and the decimals of its tokens.
struct Traded<'a> {
    pool: &'a Pool,
    decimals: [u8; 2],
}

impl<'a> Traded<'a> {
    fn find(pools: &'a [Pool], tokens: &[Token], id: &str) -> Result<Self> {
        let pool = pools.iter().find(|pool| pool.id.to_string() == id).context("a pool")?;
        let decimals = |address| {
            let token = tokens.iter().find(|token| token.address == address);
            token.and_then(|token| token.decimals).context("decimals")
        };
        Ok(Self { pool, decimals: [decimals(pool.token0)?, decimals(pool.token1)?] })
    }

    /// What a log says of a trade: time in milliseconds, base, target, whether the base is bought.
    fn trade(&self, ticker: &Value, swap: &Swap) -> Result<(u64, [Decimal; 2], &'static str)> {
        let [amount0, amount1] = swap.amounts;
        let [zero, one] = [(amount0, self.decimals[0]), (amount1, self.decimals[1])]
            .map(|(amount, decimals)| Decimal::from_units(amount.unsigned_abs(), decimals));
        let is_base0 = text(ticker, "base_currency")? == format!("{:#x}", self.pool.token0);
        let (amounts, base) =
            if is_base0 { ([zero, one], amount0) } else { ([one, zero], amount1) };
        // what leaves the pool somebody has bought
        Ok((swap.time * 1_000, amounts, if base.is_negative() { "buy" } else { "sell" }))
    }
}

/// The trades of a ticker are what the logs of its pool say, each once and in their order.
fn check_trades(ticker: &Value, of: &Traded<'_>, logs: &[&Swap], trades: &[Value]) -> Result<()> {
    ensure!(logs.len() == trades.len(), "{ticker}: {} logs, {} trades", logs.len(), trades.len());
    for (swap, trade) in logs.iter().zip(trades) {
        let (time, [base, target], side) = of.trade(ticker, swap)?;
        let same = trade["trade_timestamp"] == time
            && number(trade, "base_volume")? == base
            && number(trade, "target_volume")? == target
            && trade["type"] == side;
        ensure!(same, "{trade} is not {swap:?}");
    }
    Ok(())
}

async fn check_volumes(
    bed: &Bed,
    ticker: &Value,
    (of, logs): (&Traded<'_>, &[&Swap]),
    now: u64,
) -> Result<usize> {
    let (id, pool) = (text(ticker, "ticker_id")?, text(ticker, "pool_id")?);
    let path = format!("/coingecko/historical_trades?ticker_id={id}&pool_id={pool}");
    let of_day = trades(bed, &path, now - DAY + 1, now).await?;
    // what the chain's own logs of the day add up to
    let since = (now - DAY + 1) * 1_000;
    let mut sums = [Decimal::ZERO; 2];
    for swap in logs {
        let (time, amounts, _) = of.trade(ticker, swap)?;
        if time >= since {
            sums = [sums[0] + amounts[0], sums[1] + amounts[1]];
        }
    }
    for (volume, logged) in ["base_volume", "target_volume"].into_iter().zip(sums) {
        let (wanted, found) = (sum(&of_day, volume)?, number(ticker, volume)?);
        ensure!(wanted == found && logged == found, "{ticker}: trades {wanted}, logs {logged}");
    }
    let (high, low) = (number(ticker, "high")?, number(ticker, "low")?);
    ensure!(high >= low && !low.is_zero() && !number(ticker, "last_price")?.is_zero());
    if of_day.is_empty() {
        ensure!([high, low] == [number(ticker, "last_price")?; 2], "{ticker}");
    }
    let whole = trades(bed, &path, 0, now).await?;
    check_trades(ticker, of, logs, &whole).with_context(|| path.clone())?;
    // the twin
    let market = format!("/cmc/trades/{id}_{pool}?type=");
    let twin = trades(bed, &market, 0, now).await?;
    let same = |(one, other): (&Value, &Value)| {
        one["trade_id"] == other["trade_id"]
            && one["price"] == other["price"]
            && one["base_volume"] == other["base_volume"]
            && one["target_volume"] == other["quote_volume"]
            && one["trade_timestamp"] == other["timestamp"]
            && one["type"] == other["type"]
    };
    ensure!(twin.len() == whole.len() && whole.iter().zip(&twin).all(same), "{twin:?}");
    Ok(of_day.len())
}

/// The feed of CoinMarketCap says what that of CoinGecko says.
fn check_twin(ticker: &Value, summary: &[Value], markets: &Value) -> Result<()> {
    let name = format!("{}_{}", text(ticker, "ticker_id")?, text(ticker, "pool_id")?);
    let row = summary.iter().find(|row| row["trading_pairs"] == *name).context("no summary")?;
    for (theirs, ours) in [
        ("base_currency", "base_currency"),
        ("quote_currency", "target_currency"),
        ("last_price", "last_price"),
        ("lowest_ask", "ask"),
        ("highest_bid", "bid"),
        ("base_volume", "base_volume"),
        ("quote_volume", "target_volume"),
        ("highest_price_24h", "high"),
        ("lowest_price_24h", "low"),
    ] {
        ensure!(row[theirs] == ticker[ours], "{theirs}: {row}, {ticker}");
    }
    text(row, "price_change_percent_24h")?.parse::<Decimal>()?;
    let market = &markets[name.as_str()];
    for (theirs, ours) in [
        ("base_id", "base_currency"),
        ("quote_id", "target_currency"),
        ("last_price", "last_price"),
        ("base_volume", "base_volume"),
        ("quote_volume", "target_volume"),
    ] {
        ensure!(market[theirs] == ticker[ours], "{theirs}: {market}, {ticker}");
    }
    ensure!(market["isFrozen"] == "0");
    Ok(())
}

#[tokio::test]
async fn listings_are_whole_and_their_volumes_are_the_sums_of_the_trades() -> Result<()> {
    let bed = Box::pin(Bed::start("feeds_listings")).await?;
    let snapshot = bed.snapshot().await?;
    let now = snapshot.block().timestamp;
    let pools = snapshot.pools(&PoolQuery { limit: 500, ..PoolQuery::default() }).await?;
    let shown = pools.iter().filter(|pool| pool.figures.counted);
    let shown: BTreeSet<String> =
        shown.filter(|pool| truth::is_priced(pool)).map(|pool| pool.id.to_string()).collect();
    let tokens = snapshot.tokens(&TokenQuery { limit: 500, ..TokenQuery::default() }).await?;
    let swaps = logs::swaps(&bed.world).await?;

    let pairs = bed.get("/coingecko/pairs").await?;
    let tickers = bed.get("/coingecko/tickers").await?;
    let (pairs, tickers) = (rows(&pairs)?, rows(&tickers)?);
    let names = |rows: &[Value]| -> Vec<(Value, Value)> {
        rows.iter().map(|row| (row["ticker_id"].clone(), row["pool_id"].clone())).collect()
    };
    ensure!(names(pairs) == names(tickers), "{pairs:?} {tickers:?}");
    let listed: BTreeSet<String> =
        tickers.iter().filter_map(|row| row["pool_id"].as_str().map(str::to_owned)).collect();
    ensure!(listed == shown && listed.len() == tickers.len(), "{listed:?} {shown:?}");
    ensure!(listed.len() > 10, "{} pools", listed.len());

    let mut paged = Vec::new();
    for skip in (0..).step_by(3) {
        let page = bed.get(&format!("/coingecko/tickers?skip={skip}&limit=3")).await?;
        let page = rows(&page)?;
        paged.extend(page.iter().cloned());
        if page.len() < 3 {
            break;
        }
    }
    ensure!(&paged == tickers, "the pages are other rows");

    let (summary, markets) = (bed.get("/cmc/summary").await?, bed.get("/cmc/ticker").await?);
    let assets = bed.get("/cmc/assets").await?;
    let assets: BTreeSet<&str> = assets
        .as_object()
        .context("assets")?
        .values()
        .filter_map(|asset| asset["contractAddress"].as_str())
        .collect();
    let (mut traded, mut cut, mut crawled) = (0, 0, 0);
    for ticker in tickers {
        let of = Traded::find(&pools, &tokens, text(ticker, "pool_id")?)?;
        let logs: Vec<&Swap> =
            swaps.values().filter(|swap| ticker["pool_id"] == swap.pool.as_str()).collect();
        let of_day = check_volumes(&bed, ticker, (&of, &logs), now).await?;
        traded += of_day;
        cut += usize::from(of_day > 0 && of_day < logs.len());
        crawled += logs.len();
        check_twin(ticker, rows(&summary)?, &markets)?;
        for currency in ["base_currency", "target_currency"] {
            ensure!(assets.contains(text(ticker, currency)?), "{ticker} is of no asset");
        }
    }
    ensure!(traded > 50 && cut > 5, "{traded} trades in the window, which cuts {cut} pools");
    // what is in no market that is listed was never a trade of one
    let left = swaps.values().filter(|swap| !listed.contains(&swap.pool)).count();
    ensure!(crawled + left == swaps.len() && crawled > 100, "{crawled} of {}", swaps.len());
    bed.stop().await
}

/// What a token is told to cost at the block's time.
async fn tell_price(bed: &Bed, token: Address, status: Status, known: u64) -> Result<()> {
    let at = bed.snapshot().await?.block().timestamp * 1_000;
    let price = Price {
        value: Some("2500.5".parse()?),
        status,
        sources: vec![Source::Chainlink],
        as_of: Some(at),
        confidence: None,
        fresh_until: Some(at + 60_000),
        reason: None,
    };
    let chain = bed.world.deployment.chain_id;
    bed.store.market().put_sheet(chain, at, at + known, &[(token, price)]).await?;
    Ok(())
}

#[tokio::test]
async fn liquidity_is_what_contracts_hold_at_prices_to_be_trusted() -> Result<()> {
    let world = World::start().await?;
    world.traffic(60, 5).await?;
    let bed = Bed::serve(world, "feeds_liquidity", |config| {
        config.indexer.reconcile = "* * * * * *".into();
        config.feeds.answers_mb = 0;
    });
    let bed = Box::pin(bed).await?;
    let weth = bed.world.deployment.weth;
    let mut held: BTreeMap<String, Decimal> = BTreeMap::new();
    for _ in 0..200 {
        let snapshot = bed.snapshot().await?;
        let query = PoolQuery { token: Some(weth), limit: 99, ..PoolQuery::default() };
        let pools = snapshot.pools(&query).await?;
        let ids: Vec<_> = pools.iter().map(|pool| pool.id).collect();
        held = snapshot
            .reconciled(&ids)
            .await?
            .into_iter()
            .filter_map(|found| {
                let pool = pools.iter().find(|pool| pool.id == found.pool)?;
                let [locked0, locked1] = found.locked;
                let locked = if pool.token0 == weth { locked0 } else { locked1 };
                Some((found.pool.to_string(), locked))
            })
            .collect();
        if held.len() > 3 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    ensure!(held.len() > 3, "no balances are read");
    let liquidity = async || -> Result<BTreeMap<String, Decimal>> {
        let tickers = bed.get("/coingecko/tickers").await?;
        let of =
            |row: &Value| Ok((text(row, "pool_id")?.to_owned(), number(row, "liquidity_in_usd")?));
        rows(&tickers)?.iter().map(of).collect()
    };
    ensure!(liquidity().await?.values().all(|worth| worth.is_zero()), "no price is known");
    // no block comes: what was told ages by itself, in an answer that nobody has yet
    let etag = bed.ask("/coingecko/tickers").await?.header("etag").to_owned();
    let pairs = bed.ask("/coingecko/pairs").await?.header("etag").to_owned();
    let aged = async |is_priced: bool| -> Result<BTreeMap<String, Decimal>> {
        for _ in 0..80 {
            let found = liquidity().await?;
            if found.values().any(|worth| !worth.is_zero()) == is_priced {
                return Ok(found);
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        anyhow::bail!("a listing does not age")
    };
    tell_price(&bed, weth, Status::Fresh, 0).await?;
    let priced = aged(true).await?;
    let again = bed.ask_with("/coingecko/tickers", &[("if-none-match", &etag)]).await?;
    ensure!(again.status == 200 && again.header("etag") != etag, "{again:?}");
    let etag = again.header("etag");
    let again = bed.ask_with("/coingecko/tickers", &[("if-none-match", etag)]).await?;
    ensure!(again.status == 304, "{again:?}");
    let again = bed.ask_with("/coingecko/pairs", &[("if-none-match", &pairs)]).await?;
    ensure!(again.status == 304, "pairs speak of the block alone: {again:?}");
    for (pool, amount) in &held {
        if let Some(found) = priced.get(pool) {
            ensure!(*found == *amount * "2500.5".parse()?, "{pool}: {found}, {amount} WETH");
        }
    }
    ensure!(priced.values().filter(|worth| !worth.is_zero()).count() > 3);
    // sources that differ are no price
    tell_price(&bed, weth, Status::Disputed, 1_000).await?;
    aged(false).await.context("a disputed price counts")?;
    bed.stop().await
}
