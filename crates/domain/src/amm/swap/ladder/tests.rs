//! Tests: what is kept of a long way, and where a swap enters it.

use std::ops::RangeInclusive;

use alloy_primitives::U256;

use super::{EACH, Ladder};
use crate::amm::{Amount, swap::run::At};

fn at(steps: u32) -> At {
    At {
        sqrt_price_x96: U256::ONE,
        amount_in: U256::from(10 * steps),
        amount_out: U256::from(7 * steps),
        liquidity: 1,
        tick: 0,
        below: 0,
        steps,
    }
}

fn stops(steps: RangeInclusive<u32>) -> Vec<At> {
    steps.map(at).collect()
}

fn entered(ladder: &Ladder, amount: Amount) -> (Option<u32>, bool) {
    let entry = ladder.enter(true, amount);
    (entry.at.map(|at| at.steps), entry.is_summit)
}

#[test]
fn a_swap_enters_at_the_last_stop_below_its_amount() {
    let ladder = Ladder::default();
    assert_eq!(entered(&ladder, Amount::ExactIn(U256::from(5))), (None, true));
    ladder.extend(true, None, &stops(1..=5));
    let exact_in = |amount: u32| entered(&ladder, Amount::ExactIn(U256::from(amount)));
    let exact_out = |amount: u32| entered(&ladder, Amount::ExactOut(U256::from(amount)));
    assert_eq!((exact_in(10), exact_in(11)), ((None, false), (Some(1), false)));
    assert_eq!((exact_in(50), exact_in(51)), ((Some(4), false), (Some(5), true)));
    assert_eq!((exact_out(35), exact_out(36)), ((Some(4), false), (Some(5), true)));
    // the other direction has learned nothing
    assert!(ladder.enter(false, Amount::ExactIn(U256::MAX)).at.is_none());
}

#[test]
fn only_what_joins_the_top_is_added() {
    let ladder = Ladder::default();
    ladder.extend(true, None, &stops(1..=3));
    ladder.extend(true, None, &stops(1..=9));
    ladder.extend(true, Some(at(2)), &[at(3), at(4)]);
    assert_eq!(entered(&ladder, Amount::ExactIn(U256::MAX)), (Some(3), true));
    let shared = ladder.clone();
    shared.extend(true, Some(at(3)), &[at(4)]);
    assert_eq!(entered(&ladder, Amount::ExactIn(U256::MAX)), (Some(4), true));
}

#[test]
fn a_long_way_takes_little_memory() {
    let ladder = Ladder::default();
    ladder.extend(true, None, &stops(1..=1_774_544));
    let way = ladder.way(true).read().unwrap();
    let stops = &way.kept;
    assert!(stops.len() < 400, "{}", stops.len());
    // near the start every one is there, and later the distance stays below a part of the way
    assert!((1..=64).eq(stops.iter().take(EACH).map(|at| at.steps)));
    assert!(stops.windows(2).all(|pair| pair[1].steps - pair[0].steps <= pair[1].steps / 8 + 1));
}
