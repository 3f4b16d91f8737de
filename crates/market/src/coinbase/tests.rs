//! Against the fixture's server.

use std::sync::Arc;

use domain::{candle::Resolution, decimal::Decimal, market::Bar};
use market_fixture::{Api, Candle, PriceServer, Print};
use prometheus::Registry;

use super::Coinbase;
use crate::{
    MarketError, Metrics, PriceSource, SourceConfig, clock::Clock, fixed_clock::FixedClock,
};

const TIME: u64 = 1_704_067_200;

async fn source(clock: Arc<dyn Clock>) -> (PriceServer, Coinbase) {
    let server = PriceServer::start().await.unwrap();
    let base_url = Some(server.base(Api::Coinbase));
    let metrics = Metrics::new(&Registry::new()).unwrap();
    let config = SourceConfig { base_url, ..SourceConfig::default() };
    (server, Coinbase::new(&config, &metrics, clock).unwrap())
}

fn candle(start: u64) -> Candle {
    Candle::new(start, ["2281.87", "2282.94", "2281.27", "2282.2"], "170.0969")
}

/// Seconds after the beginning at which the candles start.
fn starts(bars: &[Bar]) -> Vec<u64> {
    bars.iter().map(|bar| bar.start / 1_000 - TIME).collect()
}

#[tokio::test]
async fn each_product_is_asked_and_an_unknown_one_is_left_out() {
    let (server, source) = source(FixedClock::at(TIME * 1_000)).await;
    let names: Vec<String> = (0..20).map(|number| format!("T{number}-EUR")).collect();
    for name in &names {
        server.say(Api::Coinbase, name, Print::new("2281.87", TIME));
    }
    server.say(Api::Coinbase, "ETH-USD", Print::new("2", TIME));
    let ids: Vec<Arc<str>> =
        names.iter().map(String::as_str).chain(["NONE-USD", "ETH-USD"]).map(Arc::from).collect();
    let said = source.now(&ids).await.unwrap();
    assert_eq!(said.len(), 21);
    assert_eq!(server.asked(Api::Coinbase).len(), 22);
    let find = |id: &str| said.iter().find(|said| &*said.id == id).unwrap();
    assert_eq!((find("T0-EUR").time, find("T0-EUR").liquidity), (TIME * 1_000, None));
    assert_eq!(find("T0-EUR").value, "2281.87".parse().unwrap());
    // what was traded is known in dollars where the price is in dollars
    assert_eq!(find("ETH-USD").liquidity, Some("107204.07880308".parse().unwrap()));
    assert!(source.now(&ids[20..21]).await.unwrap().is_empty());
}

#[tokio::test]
async fn candles_come_in_pages_ascending_and_without_those_of_silence() {
    let day = 86_400;
    let (server, source) = source(FixedClock::at((TIME + 2 * day) * 1_000)).await;
    // every third minute has trades; also before the range
    let all: Vec<Candle> = (TIME - 600..TIME + day).step_by(180).map(candle).collect();
    server.candles(Api::Coinbase, "ETH-USD", 60, all);
    let (from, to) = (TIME * 1_000, (TIME + day) * 1_000);
    let (mut bars, mut next) = (Vec::new(), from);
    while next < to {
        let series = source.bars("ETH-USD", Resolution::M1, next, to).await.unwrap();
        assert!(series.until > next);
        bars.extend(series.bars);
        next = series.until;
    }
    assert_eq!(starts(&bars), (120..day).step_by(180).collect::<Vec<_>>());
    let bar = bars[0];
    assert_eq!(
        [bar.open, bar.high, bar.low, bar.close, bar.volume.unwrap()],
        ["2281.87", "2282.94", "2281.27", "2282.2", "170.0969"].map(|text| text.parse().unwrap())
    );
    let asked = server.asked(Api::Coinbase);
    // 1,440 minutes by 300
    assert_eq!(asked.len(), 5);
    assert!(asked.iter().all(|asked| asked.status == 200), "{asked:?}");
    assert_eq!(asked[0].param("start"), Some("2024-01-01T00:00:00Z"));
    assert_eq!(asked[0].param("end"), Some("2024-01-01T04:59:59Z"));
}

#[tokio::test]
async fn lengths_that_it_has_are_served_and_others_are_not() {
    let (server, source) = source(FixedClock::at((TIME + 10 * 86_400) * 1_000)).await;
    for resolution in Resolution::ALL {
        let length = resolution.seconds();
        server.candles(Api::Coinbase, "ETH-USD", length, vec![candle(TIME), candle(TIME + length)]);
        let (from, to) = (TIME * 1_000, (TIME + 2 * length) * 1_000);
        let answer = source.bars("ETH-USD", resolution, from, to).await;
        if source.resolutions().contains(&resolution) {
            assert_eq!(starts(&answer.unwrap().bars), [0, length]);
        } else {
            assert!(matches!(answer, Err(MarketError::NotServed { .. })), "{answer:?}");
        }
    }
    assert_eq!(server.asked(Api::Coinbase).len(), 5);
    let refused =
        source.bars("NONE-USD", Resolution::M1, TIME * 1_000, TIME * 1_000 + 60_000).await;
    assert!(matches!(refused, Err(MarketError::Refused { .. })), "{refused:?}");
}

#[tokio::test]
async fn the_open_candle_is_left_out() {
    let clock = FixedClock::at((TIME + 149) * 1_000);
    let (server, source) = source(clock.clone()).await;
    server.candles(Api::Coinbase, "ETH-USD", 60, [0, 60, 120].map(|at| candle(TIME + at)).into());
    let bars = || source.bars("ETH-USD", Resolution::M1, TIME * 1_000, (TIME + 600) * 1_000);
    // the second minute may still get late trades
    let series = bars().await.unwrap();
    assert_eq!((starts(&series.bars), series.until), (vec![0], (TIME + 60) * 1_000));
    clock.set((TIME + 150) * 1_000);
    let series = bars().await.unwrap();
    assert_eq!((starts(&series.bars), series.until), (vec![0, 60], (TIME + 120) * 1_000));
}

#[tokio::test]
async fn volume_without_price_is_nothing() {
    let (server, source) = source(FixedClock::at(TIME * 1_000)).await;
    server.say(Api::Coinbase, "ETH-USD", Print::new("0", TIME));
    let said = source.now(&[Arc::from("ETH-USD")]).await.unwrap();
    // refusing a price of 0 is the door's
    assert_eq!((said[0].value, said[0].liquidity), (Decimal::ZERO, Some(Decimal::ZERO)));
}
