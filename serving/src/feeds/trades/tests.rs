//! Trades out of swaps.

use alloy_primitives::U256;
use domain::row::PairSwap;

use super::*;
use crate::feeds::pairs::tests::{pair, swap};

#[test]
fn a_buy_takes_the_base_out_of_the_pool() {
    // 10^-18 ONE and 10^-6 TWO are the units
    let one_in = swap(7, 2_000_000_000_000_000_000, -3_000_000);
    let told = |pair: Pair| Trade::new(&pair, &one_in, price(&pair, &one_in).unwrap());
    let sold = told(pair("1", false));
    assert_eq!((sold.kind, sold.base.as_str(), sold.quote.as_str()), (Kind::Sell, "2", "3"));
    assert_eq!((sold.price.to_string().as_str(), sold.time), ("1.5", 1_007));
    let bought = told(pair("1", true));
    assert_eq!((bought.kind, bought.base.as_str(), bought.quote.as_str()), (Kind::Buy, "3", "2"));
    assert!(bought.price.to_string().starts_with("0.666666666"), "{}", bought.price);
}

#[test]
fn dust_has_the_price_of_the_pool_after_it() {
    let dust = swap(7, 1_000, 0);
    let plain = price(&pair("1", false), &dust).unwrap().to_string();
    // the root of the price is 2: 4 units of token1 for one of token0
    assert!(plain.starts_with("4000000000000"), "{plain}");
    assert_eq!(Trade::new(&pair("1", false), &dust, Decimal::ONE).quote, "0");
    let inverted = price(&pair("1", true), &dust).unwrap().to_string();
    assert!(inverted.starts_with("0.0000000000002"), "{inverted}");
}

/// A swap of a V2 pair: what came in and went out of both tokens.
fn two_sided(come: [u64; 2], gone: [u64; 2]) -> Swap {
    let net =
        |place: usize| i64::try_from(i128::from(come[place]) - i128::from(gone[place])).unwrap();
    let [amount0_out, amount1_out] = gone.map(U256::from);
    let pair = PairSwap { index: 0, amount0_out, amount1_out };
    Swap { sqrt_price_x96: None, tick: None, pair: Some(pair), ..swap(7, net(0), net(1)) }
}

#[test]
fn what_is_given_back_makes_no_price() {
    let ten = |power: u32| 10_u64.pow(power);
    // 2 ONE in, 3 TWO out; 5 ONE and 100 TWO were only lent
    let lent = two_sided([7 * ten(18), 100 * ten(6)], [5 * ten(18), 103 * ten(6)]);
    let found = price(&pair("1", false), &lent).unwrap();
    assert_eq!(found.to_string(), "1.5");
    let trade = Trade::new(&pair("1", false), &lent, found);
    assert_eq!((trade.base.as_str(), trade.quote.as_str()), ("12", "203"), "what moved is told");
    assert_eq!(trade.kind, Kind::Sell);
    // lent and given back with the fee; both sides; nothing but a gift: the swap tells no price
    for (come, gone) in [
        ([1_000_000, 0], [996_000, 0]),
        ([1_000_000, 2_000_000], [996_000, 1_990_000]),
        ([1_000_000, 5], [1_000_000, 0]),
    ] {
        for inverted in [false, true] {
            assert_eq!(price(&pair("1", inverted), &two_sided(come, gone)), None, "{come:?}");
        }
    }
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
