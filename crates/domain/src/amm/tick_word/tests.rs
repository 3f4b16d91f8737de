//! Tests: words give the stops of the sorted map.

use std::collections::HashMap;

use alloy_primitives::U256;
use proptest::prelude::*;

use super::{initialised, next_stop, place, words_between};
use crate::amm::{
    tick_map::{TickLiquidity, TickMap},
    tick_math::{MAX_TICK, MIN_TICK},
};

fn words(ticks: &[i32], spacing: i32) -> HashMap<i32, U256> {
    let mut words = HashMap::new();
    for tick in ticks {
        let (word, bit) = place(*tick, spacing);
        *words.entry(word).or_insert(U256::ZERO) |= U256::ONE << bit;
    }
    words
}

proptest! {
    #[test]
    fn stops_are_those_of_the_map(
        spacing in prop_oneof![Just(1), Just(10), Just(60), Just(200)],
        found in prop::collection::btree_set(-4_000_i32..4_000, 0..40),
        from in -900_000_i32..900_000,
        near in any::<bool>(),
        zero_for_one in any::<bool>(),
    ) {
        let ticks: Vec<i32> = found.iter().map(|tick| tick * spacing).collect();
        let from = if near { from % (4_000 * spacing) } else { from }.clamp(MIN_TICK, MAX_TICK - 1);
        let map = TickMap::from_ticks(
            spacing,
            ticks.iter().map(|index| TickLiquidity { index: *index, gross: 1, net: 0 }),
        ).unwrap();
        let words = words(&ticks, spacing);
        let wanted = map.next_within_word(from, map.count_to(from), zero_for_one);
        let word = |word: i32| Ok::<_, ()>(words.get(&word).copied().unwrap_or_default());
        let found = next_stop(from, spacing, zero_for_one, word);
        prop_assert_eq!(found, Ok((wanted.index, wanted.net.is_some())));
    }

    #[test]
    fn words_between_hold_every_tick_on_the_way(
        spacing in prop_oneof![Just(1), Just(10), Just(60)],
        a in -9_000_i32..9_000,
        b in -9_000_i32..9_000,
    ) {
        let (low, high) = (a.min(b), a.max(b));
        let on_the_way: Vec<i32> = (low + 1..=high).filter(|tick| tick % spacing == 0).collect();
        let words = words(&on_the_way, spacing);
        let mut found: Vec<i32> = words.keys().copied().collect();
        found.sort_unstable();
        prop_assert_eq!(words_between(low, high, spacing).collect::<Vec<_>>(), found.clone());
        let ticks: Vec<i32> =
            found.iter().flat_map(|word| initialised(*word, words[word], spacing)).collect();
        prop_assert_eq!(ticks, on_the_way);
    }
}
