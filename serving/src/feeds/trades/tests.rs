//! Trades out of swaps.

use super::*;
use crate::feeds::pairs::tests::{pair, swap};

#[test]
fn a_buy_takes_the_base_out_of_the_pool() {
    // 10^-18 ONE and 10^-6 TWO are the units
    let one_in = swap(7, 2_000_000_000_000_000_000, -3_000_000);
    let sold = Trade::new(&pair("1", false), &one_in);
    assert_eq!((sold.kind, sold.base.as_str(), sold.quote.as_str()), (Kind::Sell, "2", "3"));
    assert_eq!((sold.price.to_string().as_str(), sold.time), ("1.5", 1_007));
    let bought = Trade::new(&pair("1", true), &one_in);
    assert_eq!((bought.kind, bought.base.as_str(), bought.quote.as_str()), (Kind::Buy, "3", "2"));
    assert!(bought.price.to_string().starts_with("0.666666666"), "{}", bought.price);
}

#[test]
fn dust_has_the_price_of_the_pool_after_it() {
    let dust = Trade::new(&pair("1", false), &swap(7, 1_000, 0));
    // the root of the price is 2: 4 units of token1 for one of token0
    assert!(dust.price.to_string().starts_with("4000000000000"), "{}", dust.price);
    assert_eq!(dust.quote, "0");
    let inverted = Trade::new(&pair("1", true), &swap(7, 1_000, 0));
    assert!(inverted.price.to_string().starts_with("0.0000000000002"), "{}", inverted.price);
}

#[test]
fn ids_are_unique_ascend_and_are_whole_in_doubles() {
    let of = |block, log_index| id(Position { block, log_index, item: 0 });
    let mut last = 0;
    for block in [1, 2, 1_000, 25_000_000, 500_000_000, u64::from(u32::MAX)] {
        for log in [0, 1, 9_999, 10_000, 10_001, (1 << LOG_BITS) - 1] {
            let next = of(block, log);
            assert!(next > last, "{block} {log}");
            assert!(next < 1 << 53, "{block} {log}");
            last = next;
        }
    }
}

fn span(pairs: &[(&str, &str)]) -> Result<Span, Problem> {
    Span::parse(&Asked::of(pairs))
}

#[test]
fn times_are_seconds_or_milliseconds() {
    let whole = span(&[]).unwrap();
    assert_eq!((whole.from, whole.to, whole.limit, whole.kind), (0, u64::MAX, 100, None));
    let seconds = span(&[("start_time", "1700000000"), ("end_time", "1700000001")]).unwrap();
    let millis = span(&[("start_time", "1700000000000"), ("end_time", "1700000001999")]).unwrap();
    assert_eq!(seconds, millis);
    assert!(seconds.holds(1_700_000_000) && seconds.holds(1_700_000_001));
    assert!(!seconds.holds(1_699_999_999) && !seconds.holds(1_700_000_002));
    let within = span(&[("start_time", "1700000000001")]).unwrap();
    assert_eq!(within.from, 1_700_000_001);
}

#[test]
fn limits_are_kept() {
    for (text, wanted) in [("0", 1_000), ("1", 1), ("1000", 1_000), ("99999", 1_000)] {
        assert_eq!(span(&[("limit", text)]).unwrap().limit, wanted, "{text}");
    }
    assert_eq!(span(&[("type", "sell")]).unwrap().kind, Some(Kind::Sell));
    for wrong in [
        [("type", "hold"), ("limit", "1")],
        [("limit", "-1"), ("type", "buy")],
        [("limit", "x"), ("type", "buy")],
        [("start_time", "2"), ("end_time", "1")],
        [("start_time", "soon"), ("end_time", "1")],
    ] {
        assert_eq!(span(&wrong).unwrap_err().code(), "PARAMETER_INVALID", "{wrong:?}");
    }
}
