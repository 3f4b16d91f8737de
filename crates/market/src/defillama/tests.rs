//! Against the fixture's server.

use std::sync::Arc;

use domain::candle::Resolution;
use market_fixture::{Api, Fault, PriceServer, Print};
use prometheus::Registry;

use super::DefiLlama;
use crate::{
    Key, MarketError, Metrics, PriceSource, SourceConfig, fault_table, quick_clock::QuickClock,
};

/// 2024-01-01 00:00:00, in seconds.
const TIME: u64 = 1_704_067_200;
const KEY: &str = "llama-secret";
const USDC: &str = "ethereum:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";
const HOUR: u64 = 3_600;

fn config(server: &PriceServer) -> SourceConfig {
    SourceConfig {
        base_url: Some(server.base(Api::DefiLlama)),
        per_minute: Some(100_000),
        ..SourceConfig::default()
    }
}

fn source(config: &SourceConfig, now: u64) -> DefiLlama {
    let metrics = Metrics::new(&Registry::new()).unwrap();
    DefiLlama::new(config, &metrics, QuickClock::at(now * 1_000)).unwrap()
}

fn ids(ids: &[&str]) -> Vec<Arc<str>> {
    ids.iter().map(|id| Arc::from(*id)).collect()
}

/// A price each hour of a hundred days: the number of the hour and a half.
fn hours(server: &PriceServer, id: &str) {
    for hour in 0..2_400 {
        let print = Print::new(&format!("{hour}.5"), TIME + hour * HOUR + 40);
        server.say(Api::DefiLlama, &id.to_lowercase(), print);
    }
}

#[tokio::test]
async fn every_fault_becomes_what_it_should() {
    fault_table::each(Api::DefiLlama, KEY, |server, clock, deadline| {
        server.say(Api::DefiLlama, "coingecko:bitcoin", Print::new("76975.1", TIME - 5));
        server.say(
            Api::DefiLlama,
            &USDC.to_lowercase(),
            Print::new("0.999912345678901234", TIME - 7),
        );
        let metrics = Metrics::new(&Registry::new()).unwrap();
        let config = SourceConfig {
            paid: true,
            key: Some(Key::new(KEY)),
            deadline_seconds: Some(deadline),
            ..config(server)
        };
        let source = DefiLlama::new(&config, &metrics, clock).unwrap();
        (ids(&["coingecko:bitcoin", USDC]), source)
    })
    .await;
}

#[tokio::test]
async fn all_coins_are_one_call_with_what_is_known_of_the_token() {
    let server = PriceServer::start().await.unwrap();
    server.say(Api::DefiLlama, &USDC.to_lowercase(), Print::new("0.9999", TIME).sure("0.42"));
    server.token(Api::DefiLlama, &USDC.to_lowercase(), "USDC", 6);
    server.say(Api::DefiLlama, "coingecko:bitcoin", Print::new("76975.1", TIME));
    let source = source(&config(&server), TIME);
    let said = source.now(&ids(&[USDC, "ethereum:0x1", "coingecko:bitcoin"])).await.unwrap();
    let [bitcoin, usdc] = said.as_slice() else { panic!("{said:?}") };
    assert_eq!((&*usdc.id, usdc.value.to_string()), (USDC, "0.9999".into()));
    assert_eq!((usdc.symbol.as_deref(), usdc.decimals), (Some("USDC"), Some(6)));
    assert_eq!(usdc.confidence, Some("0.42".parse().unwrap()), "the door judges it");
    assert_eq!((&*bitcoin.id, bitcoin.decimals), ("coingecko:bitcoin", None));
    let calls = server.asked(Api::DefiLlama);
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].path, format!("prices/current/{USDC},ethereum:0x1,coingecko:bitcoin"));
    assert_eq!(calls[0].param("searchWidth"), Some("4h"));
}

#[tokio::test]
async fn the_paid_plan_has_its_key_in_the_path() {
    let server = PriceServer::start().await.unwrap();
    server.say(Api::DefiLlama, "coingecko:bitcoin", Print::new("76975.1", TIME));
    let config = SourceConfig { paid: true, key: Some(Key::new(KEY)), ..config(&server) };
    assert_eq!(source(&config, TIME).now(&ids(&["coingecko:bitcoin"])).await.unwrap().len(), 1);
    let path = &server.asked(Api::DefiLlama)[0].path;
    assert_eq!(*path, format!("{KEY}/coins/prices/current/coingecko:bitcoin"));
    let metrics = Metrics::new(&Registry::new()).unwrap();
    let half = SourceConfig { key: None, ..config };
    let error = DefiLlama::new(&half, &metrics, QuickClock::at(0)).unwrap_err();
    assert!(matches!(error, MarketError::Misconfigured { .. }));
}

#[tokio::test]
async fn many_coins_are_as_few_calls_as_a_url_allows() {
    let server = PriceServer::start().await.unwrap();
    let names: Vec<String> = (0..500).map(|number| format!("ethereum:0x{number:040x}")).collect();
    for name in &names {
        server.say(Api::DefiLlama, name, Print::new("1.5", TIME));
    }
    let asked = ids(&names.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(source(&config(&server), TIME).now(&asked).await.unwrap().len(), 500);
    let calls = server.asked(Api::DefiLlama);
    assert!((5..=6).contains(&calls.len()), "{}", calls.len());
    assert!(calls.iter().all(|call| call.path.len() < 6_000));
}

#[tokio::test]
async fn a_price_of_another_time_is_no_price_of_this() {
    let server = PriceServer::start().await.unwrap();
    hours(&server, USDC);
    let source = source(&config(&server), TIME + 200 * 24 * HOUR);
    let asked = ids(&[USDC]);
    let at = |hour: u64| source.at(&asked, (TIME + hour * HOUR) * 1_000).unwrap();
    let said = at(7).await.unwrap();
    assert_eq!(
        (said[0].value.to_string(), said[0].time),
        ("7.5".into(), (TIME + 7 * HOUR + 40) * 1_000)
    );
    assert!(at(2_410).await.unwrap().is_empty(), "nothing is near");
    // it looks as far as it likes, and says what it found
    let far = r#"{"coins":{"ethereum:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48":{"price":1,"timestamp":1704000000}}}"#;
    server.fault(Api::DefiLlama, [Fault::Body(far.into())]);
    assert!(matches!(at(7).await, Err(MarketError::Odd { .. })));
}

#[tokio::test]
async fn a_series_comes_hour_by_hour_page_by_page() {
    let server = PriceServer::start().await.unwrap();
    hours(&server, USDC);
    let source = source(&config(&server), TIME + 200 * 24 * HOUR);
    let (mut from, to) = ((TIME + 1) * 1_000, (TIME + 2_000 * HOUR) * 1_000);
    let mut said = Vec::new();
    while from < to {
        let points = source.points(USDC, from, to).unwrap().await.unwrap();
        assert!(points.until > from);
        said.extend(points.said);
        from = points.until;
    }
    let expected: Vec<u64> = (1..2_000).map(|hour| (TIME + hour * HOUR + 40) * 1_000).collect();
    assert_eq!(said.iter().map(|said| said.time).collect::<Vec<_>>(), expected);
    assert_eq!(said[1].value.to_string(), "2.5");
    let calls = server.asked(Api::DefiLlama);
    assert!(calls.len() <= 6, "{}", calls.len());
    for (fault, count) in
        [(Fault::Reversed, 10), (Fault::Doubled, 10), (Fault::NullNumber, 9), (Fault::Empty, 0)]
    {
        server.fault(Api::DefiLlama, [fault.clone()]);
        let (from, to) = (TIME * 1_000, (TIME + 10 * HOUR) * 1_000);
        let points = source.points(USDC, from, to).unwrap().await.unwrap();
        assert_eq!((points.said.len(), points.until), (count, to), "{fault:?}");
    }
}

#[tokio::test]
async fn many_coins_at_many_times_are_few_calls() {
    let server = PriceServer::start().await.unwrap();
    let names: Vec<String> = (0..20).map(|number| format!("ethereum:0x{number:040x}")).collect();
    for name in &names {
        hours(&server, name);
    }
    let source = source(&config(&server), TIME + 200 * 24 * HOUR);
    let times: Vec<u64> = (0..100).map(|hour| (TIME + hour * HOUR) * 1_000).collect();
    let wanted: Vec<(Arc<str>, Vec<u64>)> =
        names.iter().map(|name| (Arc::from(name.as_str()), times.clone())).collect();
    let said = source.at_times(&wanted).await.unwrap();
    assert_eq!(said.len(), 2_000);
    let calls = server.asked(Api::DefiLlama).len();
    assert!((4..=6).contains(&calls), "{calls}");
}

#[tokio::test]
async fn it_has_no_candles() {
    let server = PriceServer::start().await.unwrap();
    let source = source(&config(&server), TIME);
    assert!(source.resolutions().is_empty());
    let bars = source.bars(USDC, Resolution::H1, 0, u64::MAX).await;
    assert!(matches!(bars, Err(MarketError::NotServed { .. })));
}
