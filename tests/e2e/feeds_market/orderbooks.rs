//! Order books of every pool: sorted, of the asked depth, around the price, and what the service itself quotes.

use anyhow::{Context, Result, ensure};
use domain::decimal::Decimal;
use serde_json::Value;

use super::bed::Bed;

type Level = (Decimal, Decimal);

fn levels(value: &Value) -> Result<Vec<Level>> {
    let side = value.as_array().context("a side")?;
    let level = |level: &Value| {
        let part = |place: usize| -> Result<Decimal> {
            Ok(level[place].as_str().context("a number as text")?.parse()?)
        };
        Ok((part(0)?, part(1)?))
    };
    side.iter().map(level).collect()
}

/// What the first level of asks costs by the service's own quote for exactly that much.
async fn quoted(bed: &Bed, ticker: &Value, asked: Level) -> Result<Option<(Decimal, Decimal)>> {
    let (base, quote) = (&ticker["base_currency"], &ticker["target_currency"]);
    let token = |address: &Value| -> Result<String> {
        Ok(address.as_str().context("an address")?.to_owned())
    };
    let (base, quote) = (token(base)?, token(quote)?);
    let decimals = async |address: &str| -> Result<i32> {
        let item = bed.get(&format!("/v1/tokens/{address}")).await?;
        Ok(item["item"]["decimals"].as_i64().unwrap_or(18).try_into()?)
    };
    let (base_decimals, quote_decimals) = (decimals(&base).await?, decimals(&quote).await?);
    let units = asked.1.scaled(base_decimals);
    let pool = ticker["pool_id"].as_str().context("a pool")?;
    let path = format!("/v1/quote?pool={pool}&tokenIn={quote}&amount={units}&tradeType=exactOut");
    let answer = bed.ask(&path).await?;
    if answer.status != 200 {
        return Ok(None);
    }
    let answer = answer.json()?;
    let amount = answer["amountIn"].as_str().with_context(|| answer.to_string())?;
    let paid = amount.parse::<Decimal>()?.scaled(-quote_decimals);
    // the last digits of a price are rounded
    let tolerance = Decimal::ONE.scaled(-quote_decimals) + paid.scaled(-20);
    Ok(Some((paid, tolerance)))
}

#[tokio::test]
async fn order_books_are_the_pools_curves() -> Result<()> {
    let bed = Box::pin(Bed::start("feeds_books")).await?;
    let tickers = bed.get("/coingecko/tickers").await?;
    let (mut books, mut compared) = (0, 0);
    for ticker in tickers.as_array().context("tickers")? {
        let (id, pool) = (&ticker["ticker_id"], &ticker["pool_id"]);
        let (id, pool) = (id.as_str().context("id")?, pool.as_str().context("pool")?);
        let path = format!("/coingecko/orderbook?ticker_id={id}&pool_id={pool}&depth=20");
        let answer = bed.ask(&path).await?;
        if answer.status == 404 {
            ensure!(answer.json()?["code"] == "ORDERBOOK_UNKNOWN", "{answer:?}");
            continue;
        }
        let book = answer.json()?;
        ensure!(book["ticker_id"] == id && book["pool_id"] == pool, "{book}");
        let (bids, asks) = (levels(&book["bids"])?, levels(&book["asks"])?);
        ensure!(bids.len() <= 10 && asks.len() <= 10, "{book}");
        ensure!(bids.windows(2).all(|two| two[0].0 >= two[1].0), "{book}");
        ensure!(asks.windows(2).all(|two| two[0].0 <= two[1].0), "{book}");
        let last: Decimal = ticker["last_price"].as_str().context("a price")?.parse()?;
        ensure!(bids.first().is_none_or(|best| best.0 < last), "{last}: {book}");
        ensure!(asks.first().is_none_or(|best| best.0 > last), "{last}: {book}");
        if let (Some(ask), Some(best)) = (ticker["ask"].as_str(), asks.first()) {
            ensure!(best.0 >= ask.parse::<Decimal>()? * "0.999999".parse()?, "{ticker} {book}");
        }
        if let Some(best) = asks.first()
            && let Some((paid, tolerance)) = quoted(&bed, ticker, *best).await?
        {
            let difference = (best.0 * best.1 - paid).abs();
            ensure!(difference <= tolerance, "{book}: the quote is {paid}");
            compared += 1;
        }
        books += usize::from(bids.len() + asks.len() == 20);
        let twin = bed.get(&format!("/cmc/orderbook/{id}_{pool}?depth=20")).await?;
        ensure!(twin["bids"] == book["bids"] && twin["asks"] == book["asks"], "{twin} {book}");
    }
    ensure!(books > 8 && compared > 8, "{books} whole books, {compared} compared");
    bed.stop().await
}
