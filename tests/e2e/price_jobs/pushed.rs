//! What Binance and Pyth push, through the real service into the answers, while the connections suffer.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Result, ensure};
use market_fixture::{Api, PriceServer, Print};
use serde_json::{Value, json};
use tests::{
    process::{Services, metric},
    world::World,
};

use super::{
    bed::{PYTH, WETH, now},
    watched::{minute, minutes, prices, told, until},
};

/// Minutes that are pushed in one go.
const BURST: u64 = 30;

fn millis() -> Result<u64> {
    Ok(u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?)
}

struct Scene<'a> {
    services: &'a Services,
    server: &'a PriceServer,
    /// When the first of the pushed minutes begins; they are of the last hour.
    begin: u64,
}

impl Scene<'_> {
    async fn stream(&self, what: &str, source: &str) -> Result<u64> {
        let name = format!("sooho_market_stream_{what}{{");
        let line = match what {
            "messages_total" => format!("{name}outcome=\"odd\",source=\"{source}\"}}"),
            _ => format!("{name}source=\"{source}\"}}"),
        };
        Ok(metric(&self.services.indexer, &line).await?.unwrap_or_default())
    }

    async fn both(&self, what: &str, value: impl Fn(u64) -> bool) -> Result<bool> {
        Ok(value(self.stream(what, "binance").await?) && value(self.stream(what, "pyth").await?))
    }

    async fn connected(&self) -> Result<()> {
        until("both are connected", async || self.both("connected", |value| value == 1).await).await
    }

    /// Binance says that a minute stands at a price.
    fn trade(&self, number: u64, price: &str, closed: bool) -> Result<()> {
        let candle = minute(self.begin + number * 60, price);
        self.server.push_minute("ETHUSDT", &candle, closed, millis()?);
        Ok(())
    }

    /// Pyth publishes a price in hundredths of a dollar, in a later second each time.
    fn publish(&self, step: u64, cents: u64) {
        let print = Print::new(&format!("{cents}000000"), now() - 60 + step);
        self.server.push_price(PYTH, &print.sure("20000000"));
    }

    async fn priced(&self, value: &str) -> Result<()> {
        let mut last = Value::Null;
        let shown = until(value, async || {
            last = told(self.services, WETH).await?;
            Ok(last["value"] == value)
        });
        let shown = shown.await;
        shown.map_err(|error| error.context(last.to_string()))?;
        ensure!(
            last["status"] == "fresh" && last["sources"] == json!(["binance", "pyth"]),
            "{last}"
        );
        Ok(())
    }

    async fn stored(&self, count: u64) -> Result<Vec<(u64, String)>> {
        let (from, to) = (self.begin, self.begin + count * 60);
        let mut found = Vec::new();
        let all = until("all minutes", async || {
            found = minutes(self.services, WETH, from, to).await?;
            Ok(found.len() as u64 == count)
        });
        let all = all.await;
        all.map_err(|error| error.context(format!("{found:?}")))?;
        Ok(found)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_pushed_is_served_through_cuts_noise_silence_and_a_burst() -> Result<()> {
    let world = World::start().await?;
    world.traffic(3, 1).await?;
    let server = PriceServer::start().await?;
    let mut config = world.config("pushed")?;
    config.prices = prices(&server)?;
    config.prices.sheet_ms = 200;
    config.prices.pyth.stream = true;
    config.prices.binance.stream_silence_s = 4;
    config.prices.pyth.stream_silence_s = 4;
    config.prices.coinbase.cron = "* * * * * *".into();
    for token in &mut config.prices.tokens {
        if token.symbol == "WETH" {
            token.feeds.coinbase = String::new();
        }
    }
    server.say(Api::Coinbase, "USDT-USD", Print::new("1", now()));
    let services = Services::up(&config, world.folder.path()).await?;
    let begin = now() / 60 * 60 - 3_600;
    let scene = Scene { services: &services, server: &server, begin };

    // as it should be
    scene.connected().await?;
    scene.trade(0, "2450.10", false)?;
    scene.publish(1, 245_020);
    scene.priced("2450.15").await?;
    scene.trade(0, "2450.30", true)?;
    scene.priced("2450.25").await?;
    ensure!(scene.stored(1).await? == [(begin, "2450.3".to_owned())]);
    ensure!(scene.both("last_message_timestamp_seconds", |time| time + 60 > now()).await?);
    ensure!(scene.both("reconnects_total", |count| count == 0).await?);

    // the connections break off; the minutes that pass meanwhile come by HTTP
    let missed = (1..3).map(|number| minute(begin + number * 60, "2451")).collect();
    server.candles(Api::Binance, "ETHUSDT", 60, missed);
    server.hang_up(Api::Binance);
    server.hang_up(Api::Pyth);
    until("connected again", async || scene.both("reconnects_total", |count| count == 1).await)
        .await?;
    scene.connected().await?;
    scene.trade(3, "2452", false)?;
    scene.publish(2, 245_300);
    scene.priced("2452.5").await?;
    scene.trade(3, "2452", true)?;
    let closes: Vec<_> = scene.stored(4).await?.into_iter().map(|(_, close)| close).collect();
    ensure!(closes == ["2450.3", "2451", "2451", "2452"], "{closes:?}");

    // noise is left out, and does no harm to what comes after it
    for noise in ["<html>", "", "{\"e\":\"kline\"}", "[1,2", "{\"parsed\":[{\"id\":7}]}", "\u{0}"] {
        server.push_text(Api::Binance, noise);
        server.push_text(Api::Pyth, noise);
    }
    scene.trade(4, "2453", false)?;
    scene.publish(3, 245_400);
    scene.priced("2453.5").await?;
    ensure!(scene.both("messages_total", |odd| odd >= 4).await?, "noise is not counted");
    ensure!(scene.both("reconnects_total", |count| count == 1).await?, "noise cut a connection");

    // not a word, and no sign of life: given up, and tried again until somebody speaks
    server.mute(Api::Binance, true);
    server.mute(Api::Pyth, true);
    until("silence is noticed", async || {
        Ok(scene.both("connected", |value| value == 0).await?
            && scene.both("reconnects_total", |count| count >= 3).await?)
    })
    .await?;
    server.mute(Api::Binance, false);
    server.mute(Api::Pyth, false);
    until("followers", async || {
        Ok(server.followers(Api::Binance) == 1 && server.followers(Api::Pyth) == 1)
    })
    .await?;
    scene.connected().await?;
    scene.trade(4, "2454", false)?;
    scene.publish(4, 245_500);
    scene.priced("2454.5").await?;

    // far more than anybody needs: no minute is lost, and the last word counts
    let before = metric(&services.indexer, "sooho_prices_sheets_total").await?.unwrap_or_default();
    let started = std::time::Instant::now();
    for number in 4..4 + BURST {
        for tick in 0..100 {
            scene.trade(number, &format!("2455.{tick:02}"), false)?;
        }
        scene.trade(number, "2456", true)?;
    }
    ensure!(scene.stored(4 + BURST).await?.iter().skip(4).all(|(_, close)| close == "2456"));
    scene.trade(4 + BURST, "2457", false)?;
    scene.publish(5, 245_800);
    scene.priced("2457.5").await?;
    let after = metric(&services.indexer, "sooho_prices_sheets_total").await?.unwrap_or_default();
    // one per look, and one per second of what is asked
    let most =
        u64::try_from(started.elapsed().as_millis())? / 200 + started.elapsed().as_secs() + 3;
    ensure!(after - before <= most, "{} sheets, {most} at most", after - before);
    services.terminate().await?;
    // one line when a connection ends and one when it stands again, however many attempts lay between
    let log = std::fs::read_to_string(world.folder.path().join("up.log"))?;
    for line in ["the price stream ended", "the price stream is open again"] {
        let count = log.lines().filter(|said| said.contains(line)).count();
        ensure!(count == 4, "{count} times `{line}` for two ends of two connections");
    }
    world.stop().await
}
