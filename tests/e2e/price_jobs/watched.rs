//! A running `sooho` that collects prices, and looking at it until something is so.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use market_fixture::{Candle, PriceServer};
use serde_json::Value;
use sooho::config::{Config, PricesConfig};
use tests::process::{Services, get};

use super::bed::tokens;

/// Prices of these tests' tokens, from this server; nothing is asked by the clock.
pub(super) fn prices(server: &PriceServer) -> Result<PricesConfig> {
    let chain = "[[chain]]\nname = 'local'\nid = 1\nrpc = ['http://127.0.0.1:9']\n";
    let mut prices = Config::parse(&(tokens(server) + chain))?.prices;
    prices.repair = String::new();
    prices.defillama.enabled = false;
    for section in [&mut prices.binance, &mut prices.coinbase, &mut prices.pyth] {
        section.cron = String::new();
        section.jitter_ms = 0;
        section.heartbeat_s = 3_600;
    }
    prices.binance.stream = true;
    prices.binance.stream_url = server.stream_base();
    Ok(prices)
}

/// A minute that opens and closes at a price.
pub(super) fn minute(start: u64, price: &str) -> Candle {
    Candle::new(start, [price; 4], "12.5")
}

/// Waits until something is so.
pub(super) async fn until(what: &str, mut ready: impl AsyncFnMut() -> Result<bool>) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !ready().await.with_context(|| what.to_owned())? {
        ensure!(Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// The price of a token, as serving tells it.
pub(super) async fn told(services: &Services, token: &str) -> Result<Value> {
    let answer = get(&format!("{}/v1/prices/{token}", services.serving)).await?;
    Ok(answer["item"].clone())
}

/// Starts, in Unix seconds, of the minutes of a span that serving has, and their closing prices.
pub(super) async fn minutes(
    services: &Services,
    token: &str,
    from: u64,
    to: u64,
) -> Result<Vec<(u64, String)>> {
    let (from, to) = (from * 1_000, to * 1_000);
    let query = format!("resolution=1m&from={from}&to={to}&limit=1000");
    let answer = get(&format!("{}/v1/prices/{token}/candles?{query}", services.serving)).await?;
    let items = answer["items"].as_array().with_context(|| answer.to_string())?;
    let row = |item: &Value| {
        let start = item["start"].as_u64().or_else(|| item["start"].as_str()?.parse().ok());
        let close = item["close"].as_str().map(str::to_owned);
        start.map(|start| start / 1_000).zip(close).with_context(|| item.to_string())
    };
    items.iter().map(row).collect()
}
