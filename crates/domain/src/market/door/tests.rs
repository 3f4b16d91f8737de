//! What comes in and what does not.

use std::collections::BTreeSet;

use alloy_primitives::{Address, B256};
use proptest::prelude::*;

use super::{Entry, Other, Rejected, Rules, bar, check, identity};
use crate::{
    candle::Resolution,
    decimal::Decimal,
    market::{Asset, Bar, Feed, Last, Observation, Quote, Source},
};

const NOW: u64 = 1_704_067_200_000;
const HOUR: u64 = 3_600_000;

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn feed(source: Source) -> Feed {
    Feed { source, id: "ETH-USD".into() }
}

fn said(value: Decimal, time: u64) -> Observation {
    Observation {
        asset: Asset { chain: 1, address: Address::repeat_byte(1) },
        quote: Quote::Usd,
        value,
        feed: feed(Source::Coinbase),
        source_time: time,
        fetched_at: NOW,
        confidence: None,
        liquidity: None,
        raw: B256::ZERO,
    }
}

fn at_the_door(observation: &Observation, before: Option<(&str, u64)>) -> Result<Entry, Rejected> {
    let before = before.map(|(value, time)| Last::first(dec(value), time));
    check(observation, before.as_ref(), &[], NOW, &Rules::default())
}

#[test]
fn what_cannot_be_a_price() {
    for (value, wanted) in [
        ("0", Err(Rejected::Zero)),
        ("-1", Err(Rejected::Negative)),
        ("-1e-40", Err(Rejected::Negative)),
        ("9.99999999e29", Ok(Entry::New)),
        ("1e30", Err(Rejected::TooLarge)),
        ("1e31", Err(Rejected::TooLarge)),
        ("1e-30", Ok(Entry::New)),
        ("9e-31", Err(Rejected::TooSmall)),
        ("2300.17", Ok(Entry::New)),
    ] {
        assert_eq!(at_the_door(&said(dec(value), NOW), None), wanted, "{value}");
    }
}

#[test]
fn clocks_and_repetitions() {
    let five = 5_000;
    for (time, wanted) in [
        (NOW + five, Ok(Entry::New)),
        (NOW + five + 1, Err(Rejected::Ahead)),
        // milliseconds where seconds were meant, and the reverse
        (NOW * 1_000, Err(Rejected::Ahead)),
        (NOW / 1_000, Err(Rejected::Older)),
        (NOW - 60_000, Ok(Entry::Repeat)),
        (NOW - 60_001, Err(Rejected::Older)),
    ] {
        let before = Some(("2300", NOW - 60_000));
        assert_eq!(at_the_door(&said(dec("2301"), time), before), wanted, "{time}");
    }
}

#[test]
fn a_swapped_decimal_point_needs_a_witness() {
    let before = Last::first(dec("2300.00"), NOW - 10_000);
    let rules = Rules::default();
    let ask = |value: &str, others: &[Other]| {
        check(&said(dec(value), NOW), Some(&before), others, NOW, &rules)
    };
    // one place more or less, also when the market itself has moved by some percent meanwhile
    for value in ["23000.01", "229.99", "23000000", "23000", "230", "21850", "241.5"] {
        assert_eq!(ask(value, &[]), Err(Rejected::Jump), "{value}");
    }
    // up to nine times is a market
    for value in ["20699", "256", "2299"] {
        assert_eq!(ask(value, &[]), Ok(Entry::New), "{value}");
    }
    let other = |source, value: &str| Other { feed: feed(source), value: dec(value) };
    assert_eq!(ask("30000", &[other(Source::Binance, "29000")]), Ok(Entry::New));
    assert_eq!(ask("30000", &[other(Source::Binance, "2300")]), Err(Rejected::Jump));
    // nobody is his own witness
    assert_eq!(ask("30000", &[other(Source::Coinbase, "30000")]), Err(Rejected::Jump));
}

#[test]
fn what_was_long_ago_is_no_measure() {
    let ask = |age: u64| at_the_door(&said(dec("100"), NOW), Some(("1", NOW - age)));
    assert_eq!(ask(24 * HOUR), Err(Rejected::Jump));
    assert_eq!(ask(24 * HOUR + 1), Ok(Entry::New));
}

#[test]
fn a_source_that_is_not_sure() {
    let ask = |confidence: &str| {
        let confidence = Some(dec(confidence));
        at_the_door(&Observation { confidence, ..said(dec("5"), NOW) }, None)
    };
    assert_eq!(ask("0.5"), Ok(Entry::New));
    assert_eq!(ask("0.49"), Err(Rejected::Unsure));
    assert_eq!(ask("0"), Err(Rejected::Unsure));
}

#[test]
fn another_token_of_the_same_name() {
    let token = (Some("USDC"), Some(6));
    for said in [(None, None), (Some("usdc"), None), (Some("USDC"), Some(6)), (None, Some(6))] {
        assert_eq!(identity(said, token), Ok(()), "{said:?}");
    }
    assert_eq!(identity((Some("USDC.e"), Some(6)), token), Err(Rejected::Symbol));
    assert_eq!(identity((Some("USDC"), Some(18)), token), Err(Rejected::Decimals));
    assert_eq!(identity((Some("USDC"), Some(18)), (None, None)), Ok(()));
}

#[test]
fn every_reason_has_a_name_of_its_own() {
    let names: BTreeSet<&str> = Rejected::ALL.into_iter().map(Rejected::name).collect();
    assert_eq!(names.len(), Rejected::ALL.len());
}

#[test]
fn candles_that_cannot_be() {
    let good = Bar {
        start: NOW - 60_000,
        open: dec("10"),
        high: dec("12"),
        low: dec("9"),
        close: dec("11"),
        volume: None,
    };
    let ask = |bar_of: Bar| bar(&bar_of, Resolution::M1, NOW, &Rules::default());
    assert_eq!(ask(good), Ok(()));
    assert_eq!(ask(Bar { low: dec("10.5"), ..good }), Err(Rejected::Shape));
    assert_eq!(ask(Bar { high: dec("10.5"), ..good }), Err(Rejected::Shape));
    assert_eq!(ask(Bar { low: dec("0"), ..good }), Err(Rejected::Zero));
    assert_eq!(ask(Bar { high: dec("1e31"), ..good }), Err(Rejected::TooLarge));
    assert_eq!(ask(Bar { volume: Some(dec("-1")), ..good }), Err(Rejected::Negative));
    assert_eq!(ask(Bar { start: NOW - 60_001, ..good }), Err(Rejected::Start));
    assert_eq!(ask(Bar { start: NOW, ..good }), Err(Rejected::Open));
}

proptest! {
    #[test]
    fn no_value_breaks_it(digits in any::<i64>(), exponent in -6_000..6_000_i32, last in any::<i64>(), time in any::<u64>(), before in any::<u64>()) {
        let value = Decimal::from_parts(i128::from(digits), exponent);
        let before = Last::first(Decimal::from(last), before);
        let found = check(&said(value, time), Some(&before), &[], NOW, &Rules::default());
        if found.is_ok() {
            prop_assert!(value > Decimal::ZERO && value <= dec("1e30") && time <= NOW + 5_000);
        }
    }

    /// The door judges by proportion: in another unit it says the same.
    #[test]
    fn scale_does_not_matter(last in 1..1_000_000_u64, value in 1..1_000_000_u64, other in 1..1_000_000_u64, power in -10..10_i32) {
        let ask = |power: i32| {
            let scaled = |value: u64| Decimal::from(value).scaled(power);
            let before = Last::first(scaled(last), NOW - 1);
            let other = Other { feed: feed(Source::Pyth), value: scaled(other) };
            check(&said(scaled(value), NOW), Some(&before), &[other], NOW, &Rules::default())
        };
        prop_assert_eq!(ask(power), ask(0));
    }
}
