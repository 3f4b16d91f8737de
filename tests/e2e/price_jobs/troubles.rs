//! Trouble that lasts is said when it begins and when it is over, not at every run.

use anyhow::{Result, ensure};
use market_fixture::{Api, Fault, PriceServer, Print};
use sooho::config::ChainlinkFeedConfig;
use tests::{process::Services, world::World};

use super::{
    bed::{USDT, now},
    watched::{prices, until},
};

/// Where nothing is.
const NO_FEED: &str = "0x00000000000000000000000000000000000000c1";
const EACH_SECOND: &str = "* * * * * *";
/// Runs of which a part fails.
const TROUBLED: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_run_after_run_is_said_once() -> Result<()> {
    let world = World::start().await?;
    world.traffic(3, 1).await?;
    let server = PriceServer::start().await?;
    let mut config = world.config("troubles")?;
    config.prices = prices(&server)?;
    config.prices.binance.stream = false;
    config.prices.coingecko.base_url += "/api/v3";
    for section in [&mut config.prices.coinbase, &mut config.prices.coingecko] {
        (section.cron, section.jitter_ms, section.per_minute) = (EACH_SECOND.into(), 0, 6_000);
    }
    (config.prices.chainlink.cron, config.prices.chainlink.jitter_ms) = (EACH_SECOND.into(), 0);
    for token in &mut config.prices.tokens {
        if token.symbol == "WETH" {
            token.feeds.coingecko = "ethereum".into();
            let proxy = NO_FEED.parse()?;
            token.feeds.chainlink = Some(ChainlinkFeedConfig { proxy, heartbeat_s: 3_600 });
        } else {
            token.feeds.coingecko = format!("ethereum:{USDT}");
        }
    }
    // Coinbase knows one of two; CoinGecko refuses one of two calls, for some runs
    server.say(Api::Coinbase, "USDT-USD", Print::new("1", now()));
    server.say(Api::CoinGecko, "ethereum", Print::new("2450.1", now()));
    server.say(Api::CoinGecko, &format!("ethereum:{USDT}"), Print::new("1", now()));
    for _ in 0..TROUBLED {
        server.fault(Api::CoinGecko, [Fault::Status(400, None)]);
        server.fault(Api::CoinGecko, []);
    }
    let services = Services::up(&config, world.folder.path()).await?;
    let log = world.folder.path().join("up.log");
    let count = |line: &str| -> Result<usize> {
        Ok(std::fs::read_to_string(&log)?.lines().filter(|said| said.contains(line)).count())
    };
    let over = until("the end of the trouble", async || {
        Ok(count("no call for prices fails any more")? > 0
            && server.asked(Api::CoinGecko).len() >= 2 * TROUBLED + 6
            && server.asked(Api::Coinbase).len() >= 10)
    });
    let over = over.await;
    over.map_err(|error| error.context(std::fs::read_to_string(&log).unwrap_or_default()))?;
    services.terminate().await?;
    for line in [
        "some feeds have no price",
        "no call for prices fails any more",
        "coinbase does not know this product",
        "a price feed is left out",
        "a price job fails",
    ] {
        let count = count(line)?;
        ensure!(count == 1, "{count} times: {line}\n{}", std::fs::read_to_string(&log)?);
    }
    world.stop().await
}
