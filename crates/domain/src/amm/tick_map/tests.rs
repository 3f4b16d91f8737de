//! Tests: the walk within words, and ticks that come and go.

use proptest::prelude::*;

use super::{Stop, TickLiquidity, TickMap};
use crate::amm::{
    AmmError,
    tick_math::{MAX_TICK, MIN_TICK},
};

fn map(spacing: i32, ticks: &[i32]) -> TickMap {
    let ticks = ticks.iter().map(|index| TickLiquidity { index: *index, gross: 1, net: 1 });
    TickMap::from_ticks(spacing, ticks).unwrap()
}

fn next(map: &TickMap, tick: i32, zero_for_one: bool) -> (i32, bool) {
    let stop = map.next_within_word(tick, map.count_to(tick), zero_for_one);
    (stop.index, stop.net.is_some())
}

/// The cases of v3-core's test suite of the bitmap.
#[test]
fn words_end_where_the_bitmap_ends() {
    let ticks = [-200, -55, -4, 70, 78, 84, 139, 240, 535];
    let map = map(1, &ticks);
    for (tick, wanted) in [
        (78, (84, true)),
        (-55, (-4, true)),
        (77, (78, true)),
        (-56, (-55, true)),
        (255, (511, false)),
        (-257, (-200, true)),
        (340, (511, false)),
        (508, (511, false)),
        (383, (511, false)),
    ] {
        assert_eq!(next(&map, tick, false), wanted, "up from {tick}");
    }
    for (tick, wanted) in [
        (78, (78, true)),
        (79, (78, true)),
        (258, (256, false)),
        (256, (256, false)),
        (72, (70, true)),
        (-257, (-512, false)),
        (1023, (768, false)),
        (900, (768, false)),
    ] {
        assert_eq!(next(&map, tick, true), wanted, "down from {tick}");
    }
}

#[test]
fn the_walk_ends_at_the_ends() {
    let empty = TickMap::new(60).unwrap();
    assert_eq!(next(&empty, -887_270, true), (MIN_TICK, false));
    assert_eq!(next(&empty, 887_220, false), (MAX_TICK, false));
    assert_eq!(next(&empty, -1, true), (-256 * 60, false));
    assert_eq!(next(&empty, -1, false), (255 * 60, false));
    assert_eq!(empty.next_initialized(0, true), None);
    assert_eq!(map(60, &[120]).next_initialized(0, false), Some(Stop { index: 120, net: Some(1) }));
}

#[test]
fn ranges_come_and_go() {
    let mut map = TickMap::new(10).unwrap();
    map.change(-100, 100, 50).unwrap();
    map.change(0, 100, 7).unwrap();
    assert_eq!(map.get(100), Some(&TickLiquidity { index: 100, gross: 57, net: -57 }));
    assert_eq!(
        (map.liquidity_at(-1), map.liquidity_at(0), map.liquidity_at(100)),
        (Some(50), Some(57), Some(0))
    );
    let before = map.clone();
    assert_eq!(map.change(-100, 0, -51), Err(AmmError::Liquidity(-100)));
    assert_eq!(map.change(-100, 5, 1), Err(AmmError::TickMap { tick: 5, spacing: 10 }));
    assert_eq!(map.change(100, 100, 1), Err(AmmError::TickMap { tick: 100, spacing: 10 }));
    assert_eq!(map.change(-887_280, 100, 1), Err(AmmError::Tick(-887_280)));
    assert_eq!(map, before);
    map.change(-100, 100, -50).unwrap();
    map.change(0, 100, -7).unwrap();
    assert_eq!(map, TickMap::new(10).unwrap());
    assert!(TickMap::new(0).is_err());
    let twice = [TickLiquidity { index: 10, gross: 1, net: 1 }; 2];
    assert_eq!(TickMap::from_ticks(10, twice), Err(AmmError::TickMap { tick: 10, spacing: 10 }));
}

proptest! {
    /// Against the plain reading of the bitmap: look at each usable tick of the word.
    #[test]
    fn stops_are_those_of_a_plain_search(
        spacing in 1_i32..200,
        places in prop::collection::btree_set(-600_i32..600, 0..20),
        tick in -100_000_i32..100_000,
        zero_for_one: bool,
    ) {
        let ticks: Vec<_> = places.iter().map(|place| place * spacing).collect();
        let map = map(spacing, &ticks);
        let mut at = tick.div_euclid(spacing) + i32::from(!zero_for_one);
        let wanted = loop {
            if ticks.contains(&(at * spacing)) {
                break (at * spacing, true);
            }
            let end = if zero_for_one { 0 } else { 255 };
            if at.rem_euclid(256) == end {
                break (at * spacing, false);
            }
            at += if zero_for_one { -1 } else { 1 };
        };
        prop_assert_eq!(next(&map, tick, zero_for_one), wanted);
    }
}
