//! Against the fixture's server.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{Json, Router, routing::get};
use domain::{candle::Resolution, decimal::Decimal, market::Bar};
use market_fixture::{Api, Fault};
use prometheus::Registry;
use serde_json::json;

use self::exchange::{asked, list, open, trade};
use crate::{
    Binance, MarketError, Metrics, PriceSource, SourceConfig, SystemClock, fixed_clock::FixedClock,
};

pub(super) mod exchange;
mod recorded;

/// A Monday.
pub(super) const BEGIN: u64 = 1_704_067_200_000;
const DAY: u64 = 86_400_000;

fn ids<T: AsRef<str>>(ids: &[T]) -> Vec<Arc<str>> {
    ids.iter().map(|id| Arc::from(id.as_ref())).collect()
}

#[tokio::test]
async fn many_pairs_are_one_call() {
    let (server, source) = open(None, FixedClock::at(BEGIN)).await;
    list(&server, "ETHUSDT");
    list(&server, "BTCUSDT");
    let said = source.now(&ids(&["ETHUSDT", "btcusdt", "ETHUSDT"])).await.unwrap();
    let said: BTreeMap<&str, _> = said.iter().map(|said| (&*said.id, said)).collect();
    assert_eq!(said.keys().copied().collect::<Vec<_>>(), ["ETHUSDT", "btcusdt"]);
    assert_eq!(said["ETHUSDT"].value, "4.000002".parse().unwrap());
    // it does not say when; the clock does
    assert_eq!(said["ETHUSDT"].time, BEGIN);
    assert_eq!(asked(&server), [r#"["BTCUSDT","ETHUSDT"]"#]);
    assert!(source.now(&[]).await.unwrap().is_empty());
    assert_eq!(asked(&server).len(), 1);
}

#[tokio::test]
async fn unknown_pairs_are_found_and_not_asked_again_for_an_hour() {
    let clock = FixedClock::at(BEGIN);
    let (server, source) = open(None, clock.clone()).await;
    let mut names: Vec<String> = (0..40).map(|number| format!("PAIR{number:02}")).collect();
    names.iter().for_each(|name| list(&server, name));
    names.extend(["NONE1".to_owned(), "PAIR07X".to_owned()]);
    let all = ids(&names);
    assert_eq!(source.now(&all).await.unwrap().len(), 40);
    let calls = asked(&server).len();
    assert!((5..=24).contains(&calls), "{calls} calls to find two of 42");
    assert_eq!(source.now(&all).await.unwrap().len(), 40);
    assert_eq!(asked(&server).len(), calls + 1);
    // it may have been listed meanwhile
    list(&server, "NONE1");
    clock.set(BEGIN + 3_600_000);
    assert_eq!(source.now(&all).await.unwrap().len(), 41);
    assert!(source.now(&ids(&["NONE2"])).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_failed_does_not_lose_the_rest() {
    let (server, source) = open(None, FixedClock::at(BEGIN)).await;
    list(&server, "ETHUSDT");
    list(&server, "BTCUSDT");
    server.fault(Api::Binance, [Fault::NullNumber]);
    let said = source.now(&ids(&["ETHUSDT", "BTCUSDT"])).await.unwrap();
    assert_eq!(said.iter().map(|said| &*said.id).collect::<Vec<_>>(), ["ETHUSDT"]);
    server.fault(Api::Binance, [Fault::NullNumber]);
    let nothing = source.now(&ids(&["ETHUSDT"])).await;
    assert!(matches!(nothing, Err(MarketError::Odd { .. })), "{nothing:?}");
    // another refusal is one, and no pair is forgotten for it
    server.fault(Api::Binance, [Fault::Status(400, None)]);
    let refused = source.now(&ids(&["ETHUSDT"])).await;
    assert!(matches!(refused, Err(MarketError::Refused { .. })), "{refused:?}");
    assert_eq!(source.now(&ids(&["ETHUSDT"])).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_long_list_is_several_calls() {
    let (server, source) = open(None, FixedClock::at(BEGIN)).await;
    let names: Vec<String> = (0..1_000).map(|number| format!("PAIR{number:04}")).collect();
    names.iter().for_each(|name| list(&server, name));
    assert_eq!(source.now(&ids(&names)).await.unwrap().len(), 1_000);
    // 17 characters each in URLs of 6,000 at most
    assert_eq!(asked(&server).len(), 3);
}

#[tokio::test]
async fn candles_of_all_resolutions_begin_where_ours_do() {
    let to = BEGIN + 70 * DAY;
    let (server, source) = open(None, FixedClock::at(to + DAY)).await;
    assert_eq!(source.resolutions(), Resolution::ALL);
    let mut calls = 0;
    for resolution in Resolution::ALL {
        let length = resolution.seconds();
        let step = usize::try_from(length).unwrap();
        trade(&server, "ETHUSDT", length, (BEGIN / 1_000..to / 1_000).step_by(step));
        // a day of minutes is enough
        let from = if length < 3_600 { to - DAY - 59_999 } else { BEGIN + 3 * DAY + 1 };
        let mut bars: Vec<Bar> = Vec::new();
        let mut next = from;
        while next < to {
            let series = source.bars("ethusdt", resolution, next, to).await.unwrap();
            assert!(series.until > next, "{resolution} stays at {next}");
            bars.extend(series.bars);
            next = series.until;
        }
        let first = resolution.start_from(from.div_ceil(1_000));
        let starts: Vec<u64> = bars.iter().map(|bar| bar.start / 1_000).collect();
        assert_eq!(starts, (first..to / 1_000).step_by(step).collect::<Vec<_>>(), "{resolution}");
        let asked = asked(&server).split_off(calls);
        assert_eq!(asked.len(), starts.len() / 1_000 + 1, "{resolution}");
        let expected = format!("ETHUSDT {resolution} {first}000 ");
        assert!(asked.iter().any(|asked| asked.starts_with(&expected)), "{asked:?}");
        calls += asked.len();
    }
}

#[tokio::test]
async fn the_open_candle_is_left_out() {
    let clock = FixedClock::at(BEGIN + 10 * 60_000 + 4_000);
    let (server, source) = open(None, clock.clone()).await;
    trade(&server, "ETHUSDT", 60, (BEGIN / 1_000..).step_by(60).take(11));
    let bars = |from| source.bars("ETHUSDT", Resolution::M1, from, BEGIN + DAY);
    // the tenth minute is over by our clock for four seconds, which may be ahead
    let series = bars(BEGIN).await.unwrap();
    assert_eq!((series.bars.len(), series.until), (9, BEGIN + 9 * 60_000));
    let series = bars(series.until).await.unwrap();
    assert_eq!((series.bars.len(), series.until), (0, BEGIN + 9 * 60_000));
    assert_eq!(asked(&server).len(), 1, "it was asked for what is not there");
    clock.set(BEGIN + 10 * 60_000 + 5_000);
    assert_eq!(bars(series.until).await.unwrap().bars.len(), 1);
}

#[tokio::test]
async fn before_the_listing_there_is_nothing_and_holes_stay_holes() {
    let (server, source) = open(None, FixedClock::at(BEGIN + DAY)).await;
    trade(&server, "ETHUSDT", 60, [3, 4, 7].map(|minute| BEGIN / 1_000 + minute * 60));
    let to = BEGIN + 10 * 60_000;
    let series = source.bars("ETHUSDT", Resolution::M1, BEGIN, to).await.unwrap();
    assert_eq!(series.until, to);
    let starts = series.bars.iter().map(|bar| (bar.start - BEGIN) / 60_000);
    assert_eq!(starts.collect::<Vec<_>>(), [3, 4, 7]);
    assert_eq!(series.bars[0].high, Decimal::from(4));
    let refused = source.bars("NONE", Resolution::M1, BEGIN, to).await;
    assert!(matches!(refused, Err(MarketError::Refused { .. })), "{refused:?}");
}

#[tokio::test]
async fn the_weight_that_it_counts_is_kept() {
    // nothing is left of this minute, whoever used it
    let price = || async {
        ([("X-MBX-USED-WEIGHT-1M", "3000")], Json(json!([{ "symbol": "A", "price": "1" }])))
    };
    let router = Router::new().route("/api/v3/ticker/price", get(price));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = Some(format!("http://{}", listener.local_addr().unwrap()));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let config = SourceConfig { base_url, ..SourceConfig::default() };
    let metrics = Metrics::new(&Registry::new()).unwrap();
    let source = Binance::new(&config, None, &metrics, Arc::new(SystemClock::new())).unwrap();
    assert_eq!(source.now(&ids(&["A"])).await.unwrap().len(), 1);
    let begin = std::time::Instant::now();
    assert_eq!(source.now(&ids(&["A"])).await.unwrap().len(), 1);
    assert!(begin.elapsed() >= Duration::from_millis(90), "{:?}", begin.elapsed());
}
