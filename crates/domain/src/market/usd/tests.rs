//! From another currency to dollars.

use alloy_primitives::{Address, B256};

use super::to_usd;
use crate::{
    decimal::Decimal,
    market::{Asset, Feed, Last, Observation, Policy, Price, Quote, Source, Status, policy::price},
};

const NOW: u64 = 1_704_067_200_000;
const TETHER: Asset = Asset { chain: 1, address: Address::repeat_byte(0xda) };

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn said(quote: Quote) -> Observation {
    Observation {
        asset: Asset { chain: 1, address: Address::ZERO },
        quote,
        value: dec("2300"),
        feed: Feed { source: Source::Binance, id: "ETHUSDT".into() },
        source_time: NOW,
        fetched_at: NOW,
        confidence: Some(dec("0.9")),
        liquidity: None,
        raw: B256::ZERO,
    }
}

fn tether(value: &str, status: Status) -> Price {
    Price {
        value: Some(dec(value)),
        status,
        sources: vec![Source::Chainlink],
        as_of: Some(NOW - 30_000),
        confidence: Some(dec("0.8")),
        fresh_until: (status != Status::Stale).then_some(NOW + 10_000),
        reason: None,
    }
}

#[test]
fn dollars_are_left_alone() {
    let found = to_usd(&said(Quote::Usd), None, |_| panic!("nobody asks for the dollar")).unwrap();
    assert_eq!((found.value, found.rate), (dec("2300"), None));
    assert_eq!(found.unchanged_since, NOW);
    // what the feed has repeated is known from its state
    let last = Last { value: dec("2300"), time: NOW, unchanged_since: NOW - 99 };
    let found = to_usd(&said(Quote::Usd), Some(&last), |_| None).unwrap();
    assert_eq!(found.unchanged_since, NOW - 99);
    let other = Last { value: dec("2299"), ..last };
    assert_eq!(to_usd(&said(Quote::Usd), Some(&other), |_| None).unwrap().unchanged_since, NOW);
}

#[test]
fn tether_is_not_the_dollar() {
    let rate = tether("0.97", Status::Fresh);
    let found = to_usd(&said(Quote::Asset(TETHER)), None, |asset| {
        assert_eq!(asset, TETHER);
        Some(&rate)
    });
    let found = found.unwrap();
    assert_eq!(found.value, dec("2231"));
    assert_eq!(found.confidence, Some(dec("0.8")), "the lesser of the two");
    assert_eq!(found.rate.unwrap().fresh_until, Some(NOW + 10_000));
}

#[test]
fn without_a_rate_there_is_no_value() {
    let error = to_usd(&said(Quote::Asset(TETHER)), None, |_| None).unwrap_err();
    assert!(error.to_string().contains("ETHUSDT of binance"), "{error}");
    let none = Price::none("the last price is 90000 s old".to_owned());
    let error = to_usd(&said(Quote::Asset(TETHER)), None, |_| Some(&none)).unwrap_err();
    assert!(error.to_string().ends_with("the last price is 90000 s old"), "{error}");
}

#[test]
fn the_worse_status_is_inherited() {
    let of = |rate: &Price| {
        let one = to_usd(&said(Quote::Asset(TETHER)), None, |_| Some(rate)).unwrap();
        price(NOW, &[one], false, &Policy::default())
    };
    assert_eq!(of(&tether("1", Status::Fresh)).status, Status::Fresh);
    let depegged = of(&tether("0.9", Status::Depegged));
    assert_eq!((depegged.value, depegged.status), (Some(dec("2070")), Status::Depegged));
    assert!(depegged.reason.unwrap().contains("quote currency is depegged"));
    // what is fresh in a stale currency is as old as that
    let stale = of(&tether("1", Status::Stale));
    assert_eq!((stale.status, stale.as_of), (Status::Stale, Some(NOW - 30_000)));
    // and no longer fresh than that
    assert_eq!(of(&tether("1", Status::Fresh)).fresh_until, Some(NOW + 10_000));
}
