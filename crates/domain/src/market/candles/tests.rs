//! The laws of merging.

use proptest::prelude::*;

use super::{best, merge};
use crate::{
    candle::Resolution,
    decimal::Decimal,
    market::{Bar, Source, gaps::start_of},
};

const MINUTE: u64 = 60_000;
const MONDAY: u64 = 1_704_067_200_000;

fn bar(minute: u64, prices: [u64; 4], volume: Option<u64>) -> Bar {
    let [open, high, low, close] = prices.map(Decimal::from);
    Bar {
        start: MONDAY + minute * MINUTE,
        open,
        high,
        low,
        close,
        volume: volume.map(Decimal::from),
    }
}

#[test]
fn five_minutes_of_single_ones() {
    let bars = [
        bar(0, [10, 12, 9, 11], Some(5)),
        bar(2, [11, 30, 11, 20], Some(1)),
        bar(4, [20, 21, 2, 3], Some(2)),
        bar(5, [3, 3, 3, 3], None),
        bar(6, [4, 4, 4, 4], Some(9)),
    ];
    let wanted = [bar(0, [10, 30, 2, 3], Some(8)), bar(5, [3, 4, 3, 4], None)];
    assert_eq!(merge(&bars, Resolution::M5), wanted);
    assert_eq!(merge(&[], Resolution::D1), []);
}

#[test]
fn of_two_with_one_start_the_last_counts_in_any_order() {
    let (first, again) = (bar(1, [1, 1, 1, 1], None), bar(1, [2, 2, 2, 2], None));
    let other = bar(0, [5, 5, 5, 5], None);
    assert_eq!(merge(&[first, other, again], Resolution::M1), [other, again]);
}

#[test]
fn the_higher_ranked_source_has_the_word() {
    let (low, high) = (bar(0, [1, 1, 1, 1], None), bar(0, [2, 2, 2, 2], None));
    let alone = bar(3, [7, 7, 7, 7], None);
    let all = [(Source::CoinGecko, low), (Source::Binance, high), (Source::Pools, alone)];
    let wanted = [(Source::Binance, high), (Source::Pools, alone)];
    assert_eq!(best(all), wanted);
    assert_eq!(best(all.into_iter().rev()), wanted);
}

fn bars() -> impl Strategy<Value = Vec<Bar>> {
    let one = (Just(()), 1..99_u64, 0..9_u64, 0..9_u64, 1..99_u64, prop::option::of(0..50_u64));
    prop::collection::btree_map(0..40_000_u64, one, 0..60).prop_map(|bars| {
        let one =
            |(minute, (_, open, up, down, close, volume)): (u64, (_, u64, u64, u64, u64, _))| {
                let (high, low) =
                    (open.max(close) + up, open.min(close).saturating_sub(down).max(1));
                bar(minute, [open, high, low, close], volume)
            };
        bars.into_iter().map(one).collect()
    })
}

proptest! {
    #[test]
    fn straight_or_by_way_of_any_shorter_one(bars in bars()) {
        for wanted in Resolution::ALL {
            let straight = merge(&bars, wanted);
            for between in Resolution::ALL.into_iter().filter(|between| *between <= wanted) {
                prop_assert_eq!(&merge(&merge(&bars, between), wanted), &straight);
            }
        }
    }

    #[test]
    fn the_order_does_not_matter(bars in bars(), seed in any::<u64>()) {
        let mut shuffled = bars.clone();
        shuffled.sort_by_key(|bar| (bar.start ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        prop_assert_eq!(merge(&shuffled, Resolution::H1), merge(&bars, Resolution::H1));
    }

    #[test]
    fn nothing_is_lost_and_nothing_is_made_up(bars in bars()) {
        for merged in merge(&bars, Resolution::H4) {
            let parts = bars.iter().filter(|bar| start_of(Resolution::H4, bar.start) == merged.start);
            let parts: Vec<&Bar> = parts.collect();
            prop_assert_eq!(merged.open, parts[0].open);
            prop_assert_eq!(merged.close, parts[parts.len() - 1].close);
            prop_assert_eq!(Some(merged.high), parts.iter().map(|bar| bar.high).max());
            prop_assert_eq!(Some(merged.low), parts.iter().map(|bar| bar.low).min());
            let sum = parts.iter().try_fold(Decimal::ZERO, |sum, bar| Some(sum + bar.volume?));
            prop_assert_eq!(merged.volume, sum);
        }
    }
}
