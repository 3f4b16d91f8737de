//! The size of ranges follows what comes back.

use super::*;

const QUICK: Duration = Duration::from_millis(20);

#[test]
fn small_quick_answers_ask_for_more_and_large_or_slow_ones_for_less() {
    let steer = Steer::new(1_000);
    steer.answered(1_000, 10, QUICK);
    assert_eq!(steer.blocks(), 2_000);
    steer.answered(1_000, 10, QUICK);
    assert_eq!(steer.blocks(), 2_000, "an answer to a smaller question says nothing of this size");
    steer.answered(2_000, GOOD_LOGS, QUICK);
    assert_eq!(steer.blocks(), 2_000, "a good size stays");
    steer.answered(2_000, 3 * GOOD_LOGS, QUICK);
    assert_eq!(steer.blocks(), 1_000);
    steer.answered(1_000, 10, SLOW * 2);
    assert_eq!(steer.blocks(), 500);
}

#[test]
fn a_refused_size_is_a_ceiling_for_a_while() {
    let steer = Steer::new(10_000);
    steer.refused(10_000, Some(2_000));
    assert_eq!(steer.blocks(), 2_000);
    for _ in 1..TRIED_AGAIN_AFTER {
        steer.answered(2_000, 0, QUICK);
        assert_eq!(steer.blocks(), 2_000);
    }
    steer.answered(2_000, 0, QUICK);
    assert_eq!(steer.blocks(), 4_000, "it is tried again later");
    steer.refused(4_000, None);
    assert_eq!(steer.blocks(), 2_000);
}

#[test]
fn one_block_is_the_least() {
    let steer = Steer::new(0);
    steer.refused(1, None);
    steer.answered(1, 100 * GOOD_LOGS, QUICK);
    assert_eq!(steer.blocks(), 1);
}
