//! Against the fixture's server.

use std::sync::Arc;

use domain::candle::Resolution;
use market_fixture::{Api, Candle, Fault, PriceServer, Print};
use prometheus::Registry;

use super::CoinGecko;
use crate::{
    Key, MarketError, Metrics, PriceSource, SourceConfig, fault_table, quick_clock::QuickClock,
};

mod candles;
mod plan;

/// 2024-01-01 00:00:00, in seconds.
const TIME: u64 = 1_704_067_200;
const KEY: &str = "CG-abcdefgh";
const USDC: &str = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";

fn config(server: &PriceServer) -> SourceConfig {
    SourceConfig {
        base_url: Some(format!("{}/api/v3", server.base(Api::CoinGecko))),
        key: Some(Key::new(KEY)),
        per_minute: Some(100_000),
        ..SourceConfig::default()
    }
}

fn source(config: &SourceConfig, now: u64) -> CoinGecko {
    let metrics = Metrics::new(&Registry::new()).unwrap();
    CoinGecko::new(config, &metrics, QuickClock::at(now * 1_000)).unwrap()
}

fn ids(ids: &[&str]) -> Vec<Arc<str>> {
    ids.iter().map(|id| Arc::from(*id)).collect()
}

#[tokio::test]
async fn every_fault_becomes_what_it_should() {
    fault_table::each(Api::CoinGecko, KEY, |server, clock, deadline| {
        server.say(Api::CoinGecko, "bitcoin", Print::new("76975.1", TIME - 5));
        server.say(Api::CoinGecko, "ethereum", Print::new("2281.871234567890123", TIME - 7));
        let metrics = Metrics::new(&Registry::new()).unwrap();
        let config = SourceConfig { deadline_seconds: Some(deadline), ..config(server) };
        let source = CoinGecko::new(&config, &metrics, clock).unwrap();
        (ids(&["bitcoin", "ethereum"]), source)
    })
    .await;
}

#[tokio::test]
async fn coins_are_one_call_and_contracts_one_per_platform() {
    let server = PriceServer::start().await.unwrap();
    let token = format!("ethereum:{USDC}");
    server.say(Api::CoinGecko, "bitcoin", Print::new("76975.1", TIME));
    server.say(Api::CoinGecko, "dust", Print::new("1e-18", TIME));
    server.say(Api::CoinGecko, &token.to_lowercase(), Print::new("0.99990000", TIME));
    let source = source(&config(&server), TIME);
    let asked = ids(&["bitcoin", "no-such-coin", &token, "base:0x1", "dust"]);
    let said = source.now(&asked).await.unwrap();
    let values: Vec<(&str, String)> =
        said.iter().map(|said| (&*said.id, said.value.to_string())).collect();
    let tiny = "0.000000000000000001".to_owned();
    let expected = [("bitcoin", "76975.1".to_owned()), ("dust", tiny), (&*token, "0.9999".into())];
    assert_eq!(values, expected);
    assert!(said.iter().all(|said| said.time == TIME * 1_000 && said.confidence.is_none()));
    assert_eq!(said[0].liquidity, Some("13045678901.5".parse().unwrap()));
    assert_ne!(said[0].raw, said[2].raw);
    let calls = server.asked(Api::CoinGecko);
    let paths: Vec<&str> = calls.iter().map(|call| call.path.as_str()).collect();
    let token_price = "api/v3/simple/token_price";
    let expected =
        ["api/v3/simple/price", &format!("{token_price}/base"), &format!("{token_price}/ethereum")];
    assert_eq!(paths, expected);
    assert_eq!(calls[0].param("ids"), Some("bitcoin,no-such-coin,dust"));
    assert_eq!(calls[0].header("x-cg-demo-api-key"), Some(KEY));
}

#[tokio::test]
async fn more_ids_than_a_url_holds_are_several_calls_of_which_one_may_fail() {
    let server = PriceServer::start().await.unwrap();
    let names: Vec<String> = (0..500).map(|number| format!("some-coin-{number}")).collect();
    for name in &names {
        server.say(Api::CoinGecko, name, Print::new("1.5", TIME));
    }
    let asked = ids(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let mut config = config(&server);
    let all = source(&config, TIME).now(&asked).await.unwrap();
    assert_eq!(all.len(), 500);
    let calls = server.asked(Api::CoinGecko).len();
    assert!((2..=3).contains(&calls), "{calls}");

    config.longest_url = Some(500);
    let before = server.asked(Api::CoinGecko).len();
    server.fault(Api::CoinGecko, [Fault::Status(401, None)]);
    let some = source(&config, TIME).now(&asked).await.unwrap();
    let calls = server.asked(Api::CoinGecko).split_off(before);
    let lost = calls[0].param("ids").unwrap().split(',').count();
    assert_eq!(some.len(), 500 - lost);
    assert!(calls.iter().all(|call| call.param("ids").unwrap().len() < 500));
}

#[tokio::test]
async fn a_coin_without_price_or_time_is_no_fault() {
    let server = PriceServer::start().await.unwrap();
    let body = r#"{"none":{},"null":{"usd":null},"odd":5,"timeless":{"usd":2,"usd_24h_vol":null},
        "extra":{"usd":"3","last_updated_at":1704067100,"usd_24h_vol":"-1","new_field":[{}]}}"#;
    server.always(Api::CoinGecko, [Fault::Body(body.into())]);
    let said = source(&config(&server), TIME)
        .now(&ids(&["none", "null", "odd", "timeless", "extra", "absent"]))
        .await
        .unwrap();
    let said: Vec<(&str, u64)> = said.iter().map(|said| (&*said.id, said.time)).collect();
    assert_eq!(said, [("extra", (TIME - 100) * 1_000), ("timeless", TIME * 1_000)]);
}

#[tokio::test]
async fn the_past_is_points_in_milliseconds() {
    let server = PriceServer::start().await.unwrap();
    let token = format!("ethereum:{USDC}");
    for minute in 0..600 {
        let print = Print::new(&format!("{minute}.5"), TIME + minute * 60 + 7);
        server.say(Api::CoinGecko, "bitcoin", print.clone());
        server.say(Api::CoinGecko, &token.to_lowercase(), print);
    }
    let source = source(&config(&server), TIME + 86_400);
    let (from, to) = ((TIME + 60) * 1_000, (TIME + 247) * 1_000);
    for (id, faults) in [
        ("bitcoin", vec![]),
        (token.as_str(), vec![]),
        ("bitcoin", vec![Fault::Reversed]),
        ("bitcoin", vec![Fault::Doubled]),
    ] {
        server.fault(Api::CoinGecko, faults);
        let points = source.points(id, from, to).unwrap().await.unwrap();
        let values: Vec<String> = points.said.iter().map(|said| said.value.to_string()).collect();
        assert_eq!(values, ["1.5", "2.5", "3.5"]);
        assert_eq!(points.said[0].time, (TIME + 67) * 1_000);
        assert_eq!(points.until, to);
    }
    let asked = ids(&["bitcoin", "no-such", &token]);
    let at = source.at(&asked, (TIME + 600) * 1_000).unwrap().await.unwrap();
    let at: Vec<(&str, String)> =
        at.iter().map(|said| (&*said.id, said.value.to_string())).collect();
    assert_eq!(at, [("bitcoin", "9.5".to_owned()), (&*token, "9.5".into())]);
    // seconds in the place of milliseconds
    server.fault(Api::CoinGecko, [Fault::UnitsTurned]);
    let error = source.points("bitcoin", from, to).unwrap().await.unwrap_err();
    assert!(matches!(error, MarketError::Odd { .. }), "{error:?}");
}
