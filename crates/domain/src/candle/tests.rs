//! The laws of merging, and of periods.

use alloy_primitives::U256;
use proptest::prelude::*;

use super::{Candle, CompactCandle, Resolution, cut_usd, fill, roll_up};
use crate::decimal::Decimal;

const DAY: u64 = 86_400;

fn usd() -> impl Strategy<Value = Decimal> {
    (0..1_000_000_000_000_000_000_000_000i128).prop_map(|raw| Decimal::from_parts(raw, -18))
}

/// What a block may do: nothing but volume, or a price that moves.
fn step() -> impl Strategy<Value = Candle> {
    let price =
        || (0u64..50, 1u64..9).prop_map(|(a, b)| Decimal::from(a).safe_div(Decimal::from(b)));
    let start = 1_704_000_000u64..1_704_000_000 + 20 * DAY;
    (start, price(), price(), any::<[u8; 32]>(), usd(), usd(), any::<u64>(), 0u64..5).prop_map(
        |(start, open, close, volume, volume_usd, tvl_usd, liquidity, swap_count)| {
            let close = if open.is_zero() { open } else { close + Decimal::ONE };
            Candle {
                start,
                open,
                close,
                high: open.max(close),
                low: open.min(close),
                volume0: U256::from_be_bytes(volume),
                volume1: U256::from(liquidity),
                volume_usd,
                fees_usd: volume_usd,
                tvl_usd,
                liquidity: u128::from(liquidity) << 60,
                swap_count,
            }
        },
    )
}

fn merged(mut a: Candle, b: &Candle) -> Candle {
    a.merge(b);
    a
}

proptest! {
    #[test]
    fn merging_is_associative(a in step(), b in step(), c in step()) {
        let left = merged(merged(a.clone(), &b), &c);
        prop_assert_eq!(merged(a, &merged(b, &c)), left);
    }

    #[test]
    fn every_resolution_is_its_base_merged(steps in prop::collection::vec(step(), 0..80)) {
        let mut steps = steps;
        steps.sort_by_key(|step| step.start);
        for resolution in Resolution::ALL {
            let straight = roll_up(steps.clone(), resolution);
            for finer in Resolution::ALL.into_iter().filter(|finer| *finer <= resolution) {
                prop_assert_eq!(&roll_up(roll_up(steps.clone(), finer), resolution), &straight);
            }
            let swaps: u64 = straight.iter().map(|candle| candle.swap_count).sum();
            prop_assert_eq!(swaps, steps.iter().map(|step| step.swap_count).sum::<u64>());
            for candle in &straight {
                prop_assert_eq!(resolution.start(candle.start), candle.start);
                prop_assert!(candle.low <= candle.open && candle.open <= candle.high);
                prop_assert!(candle.low <= candle.close && candle.close <= candle.high);
            }
        }
    }

    #[test]
    fn what_is_kept_comes_back(candle in step(), high in 0u64..3, low in 0u64..2) {
        let mut candle = candle;
        candle.high += Decimal::from(high);
        candle.low = if low == 0 { candle.low } else { Decimal::ZERO };
        prop_assert_eq!(CompactCandle::from(&candle).restore(candle.start), candle);
    }

    #[test]
    fn periods_follow_each_other(timestamp in 10 * DAY..20_000_000_000) {
        for resolution in Resolution::ALL {
            let start = resolution.start(timestamp);
            let next = resolution.next(start);
            prop_assert!(start <= timestamp && timestamp < next);
            prop_assert_eq!(next - start, resolution.seconds());
            prop_assert_eq!(resolution.start(next), next);
            prop_assert_eq!(resolution.start_from(start), start);
            prop_assert_eq!(resolution.start_from(start + 1), next);
            prop_assert_eq!(resolution.base().start(start), start, "a base begins with it");
            prop_assert_eq!(resolution.name().parse(), Ok(resolution));
        }
    }
}

#[test]
fn weeks_begin_on_monday() {
    // 2024-01-05 was a Friday, 2024-01-01 a Monday
    assert_eq!(Resolution::W1.start(1_704_412_800 + 7), 1_704_067_200);
    assert_eq!(Resolution::W1.start(1_704_067_200), 1_704_067_200);
    assert_eq!(Resolution::W1.start(1_704_067_199), 1_704_067_200 - 7 * DAY);
    assert_eq!(Resolution::W1.next(0), 4 * DAY, "the first Monday of Unix time");
    assert_eq!("2h".parse::<Resolution>().unwrap_err().0, "2h");
}

#[test]
fn a_step_without_a_price_leaves_prices_alone() {
    let priced = Candle::at(0, Decimal::from(5u64));
    let volume = Candle { volume0: U256::from(3), swap_count: 1, ..Candle::at(9, Decimal::ZERO) };
    for both in [merged(priced.clone(), &volume), merged(volume, &priced)] {
        assert_eq!((both.open, both.high, both.low, both.close).3, Decimal::from(5u64));
        assert_eq!((both.low, both.swap_count), (Decimal::from(5u64), 1));
    }
}

#[test]
fn dollars_are_cut_after_18_places() {
    let cut = |text: &str| cut_usd(text.parse().unwrap()).to_string();
    assert_eq!(cut("1.2345678901234567899"), "1.234567890123456789");
    assert_eq!(cut("0.0000000000000000009"), "0");
    assert_eq!(cut("-0.0000000000000000019"), "-0.000000000000000001");
    assert_eq!(cut_usd(Decimal::from_parts(7, -6_000)), Decimal::ZERO);
    assert_eq!(cut("12000000000000000000000"), "12000000000000000000000");
}

#[test]
fn the_inverse_swaps_high_and_low() {
    let [two, four] = [2u64, 4].map(Decimal::from);
    let candle = Candle { low: two, open: two, high: four, close: four, ..Candle::default() };
    let inverse = candle.inverse();
    assert_eq!(
        [inverse.low, inverse.high],
        [Decimal::from_parts(25, -2), Decimal::from_parts(5, -1)]
    );
    assert_eq!([inverse.open, inverse.close], [inverse.high, inverse.low]);
    assert_eq!(inverse.inverse(), candle);
}

#[test]
fn gaps_are_filled_with_what_stood() {
    let [one, two] = [1u64, 2].map(Decimal::from);
    let traded = |start, price| Candle { swap_count: 1, liquidity: 7, ..Candle::at(start, price) };
    let unpriced = Candle { swap_count: 3, ..Candle::at(240, Decimal::ZERO) };
    let candles = vec![traded(60, one), traded(180, two), unpriced];
    let told = |filled: Vec<Candle>| -> Vec<(u64, Decimal, u64)> {
        filled.iter().map(|candle| (candle.start, candle.close, candle.swap_count)).collect()
    };
    let filled = fill(candles.clone(), None, Resolution::M1, (0, 301));
    assert_eq!(filled[1].liquidity, 7);
    let wanted = [(60, one, 1), (120, one, 0), (180, two, 1), (240, two, 3), (300, two, 0)];
    assert_eq!(told(filled), wanted);
    let before = traded(0, two);
    assert_eq!(
        told(fill(candles, Some(&before), Resolution::M1, (30, 180))),
        [(60, one, 1), (120, one, 0)]
    );
    assert_eq!(told(fill(Vec::new(), Some(&before), Resolution::M1, (60, 61))), [(60, two, 0)]);
    assert_eq!(fill(Vec::new(), None, Resolution::M1, (0, 600)), []);
}
