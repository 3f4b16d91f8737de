//! What the plan of a key allows, and who keeps to it.

use std::time::Duration;

use market_fixture::{Api, Fault, PriceServer, Print};
use prometheus::Registry;

use super::{KEY, TIME, config, ids, source};
use crate::{CoinGecko, MarketError, Metrics, PriceSource, SourceConfig, quick_clock::QuickClock};

/// What is asked for the plan, and for prices.
fn asked(server: &PriceServer) -> (usize, usize) {
    let all = server.asked(Api::CoinGecko);
    let plans = all.iter().filter(|asked| asked.path.ends_with("/key")).count();
    (plans, all.len() - plans)
}

fn left(calls: u64) -> Fault {
    Fault::Body(format!(
        "{{\"rate_limit_request_per_minute\":500,\"current_remaining_monthly_calls\":{calls}}}"
    ))
}

#[tokio::test]
async fn the_plan_sets_the_rate() {
    let server = PriceServer::start().await.unwrap();
    let config = SourceConfig {
        paid: true,
        per_minute: Some(4),
        deadline_seconds: Some(1),
        ..config(&server)
    };
    let source = source(&config, TIME);
    let budget = source.learn_budget(None).await.unwrap();
    assert_eq!((budget.per_minute, budget.left_this_month), (500, Some(499_896)));
    assert_eq!(server.asked(Api::CoinGecko)[0].header("x-cg-pro-api-key"), Some(KEY));
    server.fault(Api::CoinGecko, [Fault::NullNumber]);
    assert!(matches!(source.learn_budget(None).await, Err(MarketError::Odd { .. })));
}

#[tokio::test]
async fn a_paid_key_is_asked_for_its_plan_once_an_hour_and_far_more_than_the_least_plan_may_go() {
    let server = PriceServer::start().await.unwrap();
    let config = SourceConfig { paid: true, per_minute: None, ..config(&server) };
    let (clock, metrics) = (QuickClock::at(TIME * 1_000), Metrics::new(&Registry::new()).unwrap());
    let source = CoinGecko::new(&config, &metrics, clock.clone()).unwrap();
    server.say(Api::CoinGecko, "bitcoin", Print::new("76975.1", TIME));
    let begin = crate::Clock::uptime(clock.as_ref());
    for number in 0..110 {
        let ids = ids(&["bitcoin", &format!("coin{number}")]);
        assert_eq!(source.now(&ids).await.unwrap().len(), 1);
    }
    // a quarter of 500 goes at once; of the 250 that are known of no plan it would be 62
    assert!(crate::Clock::uptime(clock.as_ref()) - begin < Duration::from_secs(1));
    assert_eq!(asked(&server), (1, 110));
    clock.pass(Duration::from_secs(3_600));
    source.now(&ids(&["bitcoin"])).await.unwrap();
    assert_eq!(asked(&server), (2, 111));
    // without a paid plan nobody is asked
    let server = PriceServer::start().await.unwrap();
    let source = super::source(&super::config(&server), TIME);
    source.now(&ids(&["bitcoin"])).await.unwrap();
    assert_eq!(asked(&server), (0, 1));
}

#[tokio::test]
async fn a_plan_that_is_used_up_is_left_alone_until_it_is_not_and_the_metric_says_so() {
    let server = PriceServer::start().await.unwrap();
    let config = SourceConfig { paid: true, ..config(&server) };
    let (clock, registry) = (QuickClock::at(TIME * 1_000), Registry::new());
    let metrics = Metrics::new(&registry).unwrap();
    let source = CoinGecko::new(&config, &metrics, clock.clone()).unwrap();
    server.say(Api::CoinGecko, "bitcoin", Print::new("76975.1", TIME));
    let told = || {
        let families = registry.gather();
        let of = families.iter().find(|family| family.name() == "sooho_market_calls_left");
        of.map(|family| family.get_metric()[0].get_gauge().get_value())
    };
    server.fault(Api::CoinGecko, [left(0)]);
    for _ in 0..3 {
        let error = source.now(&ids(&["bitcoin"])).await.unwrap_err();
        assert!(matches!(error, MarketError::Wait { wait, .. } if wait.as_secs() == 3_600));
    }
    assert_eq!((asked(&server), told()), ((1, 0), Some(0.0)));
    clock.pass(Duration::from_secs(3_600));
    server.fault(Api::CoinGecko, [left(7)]);
    assert_eq!(source.now(&ids(&["bitcoin"])).await.unwrap().len(), 1);
    assert_eq!((asked(&server), told()), ((2, 1), Some(7.0)));
    // who is not told asks as before
    clock.pass(Duration::from_secs(3_600));
    server.fault(Api::CoinGecko, [Fault::Status(401, None)]);
    assert_eq!(source.now(&ids(&["bitcoin"])).await.unwrap().len(), 1);
}
