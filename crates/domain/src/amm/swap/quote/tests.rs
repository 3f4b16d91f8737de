//! Tests: a quote from a ladder is the swap, whatever was asked before.

use alloy_primitives::U256;
use proptest::prelude::*;

use crate::amm::{
    Amount,
    fee::Fee,
    swap::{Ladder, Pool, Quoted, quote, quote_within, swap},
    tick_map::TickMap,
    tick_math::{MAX_TICK, MIN_TICK, sqrt_ratio_at_tick},
};

fn fees() -> impl Strategy<Value = Fee> {
    prop_oneof![
        (0_u32..1_000_000, any::<u8>()).prop_map(|(pips, protocol)| Fee::V3 { pips, protocol }),
        (0_u32..=1_000_000, 0_u32..0x00ff_ffff)
            .prop_map(|(lp_pips, protocol)| Fee::V4 { lp_pips, protocol }),
    ]
}

fn maps() -> impl Strategy<Value = TickMap> {
    let ranges = prop::collection::vec((-40_i32..40, 1_i32..60, 1_u32..110), 0..8);
    (prop_oneof![Just(1), Just(10), Just(60), Just(2_000)], ranges, any::<bool>()).prop_map(
        |(spacing, ranges, whole)| {
            let mut map = TickMap::new(spacing).unwrap();
            if whole {
                let end = MAX_TICK / spacing * spacing;
                map.change(-end, end, 1_000_000).unwrap();
            }
            for (lower, width, bits) in ranges {
                let upper = (lower + width) * spacing;
                map.change(lower * spacing, upper.min(MAX_TICK), 1_i128 << bits).unwrap();
            }
            map
        },
    )
}

fn amounts() -> impl Strategy<Value = Amount> {
    let value = (0_u32..200, any::<u128>())
        .prop_map(|(bits, low)| (U256::ONE << bits) | (U256::from(low) >> (200 - bits).min(127)));
    (value, any::<bool>()).prop_map(|(value, exact_in)| {
        if exact_in { Amount::ExactIn(value) } else { Amount::ExactOut(value) }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn a_quote_is_the_swap_whatever_was_asked_before(
        map in maps(),
        tick in -5_000_i32..5_000,
        fee in fees(),
        asked in prop::collection::vec((amounts(), any::<bool>()), 1..12),
    ) {
        let tick = tick.clamp(MIN_TICK, MAX_TICK);
        let liquidity = map.liquidity_at(tick).unwrap();
        let sqrt_price_x96 = sqrt_ratio_at_tick(tick).unwrap();
        let pool = Pool { sqrt_price_x96, tick, liquidity, fee, ticks: &map };
        let ladder = Ladder::default();
        for (amount, zero_for_one) in asked {
            // also what a stop costs to the unit, and one more or less
            let mut around = vec![amount];
            if let Ok(done) = swap(&pool, zero_for_one, amount, None) {
                for exact in [done.amount_in, done.amount_out] {
                    for value in [exact, exact.saturating_sub(U256::ONE), exact + U256::ONE] {
                        around.extend([Amount::ExactIn(value), Amount::ExactOut(value)]);
                    }
                }
            }
            for amount in around {
                let whole = swap(&pool, zero_for_one, amount, None);
                let quoted = quote(&pool, &ladder, zero_for_one, amount);
                let amounts = quoted.map(|q| (q.amount_in, q.amount_out, q.remaining, q.crossed));
                let expected =
                    whole.map(|s| (s.amount_in, s.amount_out, s.remaining, s.crossed.len()));
                prop_assert_eq!(amounts, expected);
                for most in [0, 1, 2, 7, 64] {
                    let fresh = Ladder::default();
                    let known = quote_within(&pool, &ladder, zero_for_one, amount, most);
                    let alone = quote_within(&pool, &fresh, zero_for_one, amount, most);
                    let told = |quoted: Quoted| (quoted.amount_in, quoted.amount_out, quoted.length);
                    prop_assert_eq!(known.map(told), alone.map(told));
                }
            }
        }
    }
}

/// A thin position over all prices has thousands of stops.
#[test]
fn a_long_way_is_walked_once() {
    let mut map = TickMap::new(1).unwrap();
    map.change(MIN_TICK, MAX_TICK, 1_000_000).unwrap();
    let fee = Fee::V3 { pips: 100, protocol: 0 };
    let pool =
        Pool { sqrt_price_x96: U256::ONE << 96, tick: 0, liquidity: 1_000_000, fee, ticks: &map };
    let ladder = Ladder::default();
    let amount = Amount::ExactIn(U256::ONE << 200);
    let first = quote(&pool, &ladder, true, amount).unwrap();
    assert!(first.steps > 3_000 && !first.remaining.is_zero(), "{first:?}");
    let second = quote(&pool, &ladder, true, amount).unwrap();
    assert_eq!((second.steps, second.remaining), (0, first.remaining));
    // most of the way up to any amount is known
    for bits in 0..150 {
        let amount = Amount::ExactIn(U256::ONE << bits);
        let quoted = quote(&pool, &ladder, true, amount).unwrap();
        assert!(quoted.steps <= 512, "{bits}: {quoted:?}");
        let swapped = swap(&pool, true, amount, None).unwrap();
        assert_eq!((quoted.amount_in, quoted.amount_out), (swapped.amount_in, swapped.amount_out));
    }
}
