//! The average by itself, and its laws.

use proptest::prelude::*;

use super::{Twap, twap};
use crate::decimal::Decimal;

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn value(before: Option<&str>, steps: &[(u64, &str)], from: u64, to: u64) -> Option<Twap> {
    let steps: Vec<(u64, Decimal)> =
        steps.iter().map(|(time, price)| (*time, dec(price))).collect();
    twap(before.map(dec), &steps, from, to)
}

#[test]
fn each_price_counts_for_as_long_as_it_stood() {
    let found = value(Some("100"), &[(1_300, "200"), (1_900, "400")], 1_000, 2_000).unwrap();
    // 300 ms of 100, 600 of 200, 100 of 400
    assert_eq!(found, Twap { value: dec("190"), covered: 1_000, moved: Some(1_900) });
    // nobody traded: what stood before
    let still = value(Some("7"), &[], 0, 9).unwrap();
    assert_eq!(still, Twap { value: dec("7"), covered: 9, moved: None });
}

#[test]
fn what_is_not_known_does_not_count() {
    let found = value(None, &[(1_500, "2"), (1_750, "4")], 1_000, 2_000).unwrap();
    assert_eq!(found, Twap { value: dec("3"), covered: 500, moved: Some(1_750) });
    assert_eq!(value(None, &[], 0, 10), None);
    assert_eq!(value(None, &[(10, "1")], 0, 10), None, "it began after the window");
    assert_eq!(value(Some("1"), &[], 10, 10), None, "no window");
}

#[test]
fn steps_outside_of_the_window_say_what_stood_and_no_more() {
    let found = value(Some("9"), &[(10, "1"), (20, "3"), (99, "50")], 30, 40).unwrap();
    assert_eq!((found.value, found.moved), (dec("3"), Some(20)));
    // of several at one time the last
    let found = value(Some("1"), &[(5, "100"), (5, "1")], 0, 10).unwrap();
    assert_eq!(found.value, dec("1"));
}

fn price() -> impl Strategy<Value = Decimal> {
    (1..10_i128.pow(33), -30..6_i32)
        .prop_map(|(digits, exponent)| Decimal::from_parts(digits, exponent))
}

fn steps() -> impl Strategy<Value = Vec<(u64, Decimal)>> {
    prop::collection::vec((0..100_000_u64, price()), 0..40).prop_map(|mut steps| {
        steps.sort_by_key(|(time, _)| *time);
        steps
    })
}

proptest! {
    #[test]
    fn it_lies_between_the_least_and_the_greatest(before in price(), steps in steps()) {
        let found = twap(Some(before), &steps, 0, 100_000).unwrap();
        let all = || steps.iter().map(|(_, price)| *price).chain([before]);
        prop_assert!(all().min().unwrap() <= found.value && found.value <= all().max().unwrap());
        prop_assert_eq!(found.covered, 100_000);
    }

    #[test]
    fn a_price_that_stands_is_its_own_average(price in price(), times in prop::collection::vec(0..5_000_u64, 0..9)) {
        let mut times = times;
        times.sort_unstable();
        let steps: Vec<_> = times.into_iter().map(|time| (time, price)).collect();
        prop_assert_eq!(twap(Some(price), &steps, 0, 5_000).unwrap().value, price);
    }

    /// One block of 12 seconds in half an hour: 1/150 of the price that it was pushed to.
    #[test]
    fn who_moves_it_for_one_block_moves_it_by_that_share(factor in 2..1_000_u64, at in 0..149_u64) {
        let (window, block) = (1_800_000, 12_000);
        let honest = dec("2000");
        let pushed = honest * Decimal::from(factor);
        let steps = [(at * block, pushed), ((at + 1) * block, honest)];
        let found = twap(Some(honest), &steps, 0, window).unwrap().value;
        let share = (pushed - honest).safe_div(Decimal::from(150));
        let error = (found - honest - share).abs();
        prop_assert!(error < dec("1e-25"), "{found} {share}");
    }

    /// Cutting the window in two and weighing the halves is the same, to the digits that sums keep.
    #[test]
    fn windows_add_up(before in 1..10_000_u64, steps in prop::collection::vec((0..1_000_u64, 1..10_000_u64), 0..20), cut in 1..999_u64) {
        let mut steps: Vec<(u64, Decimal)> =
            steps.into_iter().map(|(time, price)| (time, Decimal::from(price))).collect();
        steps.sort_by_key(|(time, _)| *time);
        let before = Decimal::from(before);
        let sum = |from: u64, to: u64| twap(Some(before), &steps, from, to).unwrap().value * Decimal::from(to - from);
        let error = (sum(0, 1_000) - sum(0, cut) - sum(cut, 1_000)).abs();
        prop_assert!(error < dec("1e-20"));
    }
}
