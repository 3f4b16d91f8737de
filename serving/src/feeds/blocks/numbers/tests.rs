//! Numbers as text, to the digit.

use alloy_primitives::{I256, U256};
use domain::decimal::Decimal;

use super::{PLACES, price_of_amounts, price_of_root, units, whole};

fn uint(n: u128) -> U256 {
    U256::from(n)
}

#[test]
fn amounts_are_exact_and_plain() {
    let cases = [
        (0, 18, "0"),
        (1, 0, "1"),
        (1, 18, "0.000000000000000001"),
        (1_500_000, 6, "1.5"),
        (100, 2, "1"),
        (u128::MAX, 18, "340282366920938463463.374607431768211455"),
    ];
    for (amount, decimals, wanted) in cases {
        assert_eq!(whole(uint(amount), decimals), wanted);
    }
    assert_eq!(whole(U256::MAX, 36).len(), 79);
}

#[test]
fn a_price_is_cut_after_50_digits_and_never_0() {
    let third = price_of_amounts([uint(3), uint(1)], [0, 0]);
    assert_eq!(third.as_deref(), Some(format!("0.{}", "3".repeat(PLACES)).as_str()));
    // 1 of 18 decimals for 2 of 6
    assert_eq!(
        price_of_amounts([uint(1_000_000_000_000_000_000), uint(2_000_000)], [18, 6]).as_deref(),
        Some("2")
    );
    assert_eq!(price_of_amounts([uint(0), uint(1)], [0, 0]), None);
    assert_eq!(price_of_amounts([uint(1), uint(0)], [0, 0]), None);
    // just above and just below what is told
    let tiny = price_of_amounts([U256::from(10).pow(U256::from(50)), uint(1)], [0, 0]);
    assert_eq!(tiny.as_deref(), Some(format!("0.{}1", "0".repeat(PLACES - 1)).as_str()));
    assert_eq!(price_of_amounts([U256::from(10).pow(U256::from(51)), uint(9)], [0, 0]), None);
}

#[test]
fn a_root_of_a_price_is_that_price() {
    let one = U256::from(1) << 96;
    assert_eq!(price_of_root(one, [18, 18]).as_deref(), Some("1"));
    assert_eq!(price_of_root(one << 1, [18, 18]).as_deref(), Some("4"));
    assert_eq!(price_of_root(one >> 1, [18, 6]).as_deref(), Some("250000000000"));
    assert_eq!(price_of_root(U256::ZERO, [18, 18]), None);
    // the greatest and the least root that pools know, with the most decimals
    let greatest = U256::from(1) << 160;
    assert!(price_of_root(greatest, [36, 0]).is_some_and(|price| !price.contains('.')));
    assert_eq!(price_of_root(uint(4_295_128_739), [0, 36]), None);
}

#[test]
fn whole_tokens_are_smallest_units_again() {
    for (amount, decimals) in [(0, 18), (1, 18), (123_456_789, 6), (u128::MAX >> 16, 18)] {
        let value = Decimal::from_units(uint(amount), decimals);
        assert_eq!(units(value, decimals), I256::try_from(amount).ok());
        let less = Decimal::ZERO - value;
        assert_eq!(units(less, decimals), I256::try_from(amount).ok().map(|amount| -amount));
    }
    // a part of the smallest unit is cut off, and what is too much is none
    assert_eq!(units(Decimal::from_parts(19, -1), 0), Some(I256::ONE));
    assert_eq!(units(Decimal::from_parts(1, -200), 18), Some(I256::ZERO));
    assert_eq!(units(Decimal::from_parts(1, 80), 0), None);
}
