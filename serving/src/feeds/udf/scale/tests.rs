//! Five digits of every price.

use super::*;

fn scale(price: &str) -> u64 {
    pricescale(Some(price.parse().unwrap()))
}

#[test]
fn at_least_five_digits_are_shown() {
    for (price, decimals) in [
        ("1", 4),
        ("9.99", 4),
        ("0.5", 5),
        ("1234.5", 2),
        ("99999999", 2),
        ("0.00001234", 9),
        ("0.000000000000999", 17 - 1),
        ("0.000000000001", 16),
        ("0.0000000000001", 16),
    ] {
        assert_eq!(scale(price), 10_u64.pow(decimals), "{price}");
    }
    assert_eq!(pricescale(None), 10_u64.pow(16));
}

#[test]
fn what_cannot_be_shown_is_known() {
    let small = |price: &str| is_too_small(Some(price.parse().unwrap()));
    assert!(!small("0.000000000001"));
    assert!(small("0.000000000000999"));
    assert!(!is_too_small(None));
}

#[test]
fn every_power_of_ten_has_its_digits() {
    for power in -12..30 {
        for mantissa in [1_i128, 12_345_678_901, 99_999] {
            let price = Decimal::from_parts(mantissa, power);
            let shown = price * Decimal::from(pricescale(Some(price)));
            assert!(is_too_small(Some(price)) || shown >= Decimal::from(10_000_u64), "{price}");
        }
    }
}
