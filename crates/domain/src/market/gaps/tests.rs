//! What is missing, by hand and against a slow way to say the same.

use proptest::prelude::*;

use super::{Span, gaps, next_after, start_of, united};
use crate::candle::Resolution;

const MINUTE: u64 = 60_000;
/// A Monday.
const MONDAY: u64 = 1_704_067_200_000;

const fn span(from: u64, to: u64) -> Span {
    Span { from, to }
}

fn minutes(of: &[(u64, u64)]) -> Vec<Span> {
    of.iter().map(|(from, to)| span(MONDAY + from * MINUTE, MONDAY + to * MINUTE)).collect()
}

#[test]
fn what_is_neither_there_nor_answered_is_missing() {
    let range = span(MONDAY, MONDAY + 10 * MINUTE);
    let starts = [1, 2, 7].map(|minute| MONDAY + minute * MINUTE);
    let missing = gaps(range, Resolution::M1, &starts, &minutes(&[(3, 5)]));
    assert_eq!(missing, minutes(&[(0, 1), (5, 7), (8, 10)]));
    assert_eq!(gaps(range, Resolution::M1, &[], &[]), minutes(&[(0, 10)]));
    assert_eq!(gaps(range, Resolution::M1, &[], &minutes(&[(0, 4), (4, 12)])), []);
    assert_eq!(gaps(span(5, 5), Resolution::M1, &[], &[]), []);
}

#[test]
fn a_period_is_answered_as_a_whole_or_not() {
    let range = span(MONDAY, MONDAY + 15 * MINUTE);
    // an answer that ends within a period says nothing of its rest
    let half = [span(MONDAY, MONDAY + 7 * MINUTE)];
    assert_eq!(gaps(range, Resolution::M5, &[], &half), minutes(&[(5, 15)]));
    // a range that begins within a period asks for the next ones
    let late = span(MONDAY + 1, MONDAY + 10 * MINUTE + 1);
    assert_eq!(gaps(late, Resolution::M5, &[], &[]), minutes(&[(5, 15)]));
}

#[test]
fn weeks_begin_on_monday() {
    let week = 7 * 86_400_000;
    assert_eq!(start_of(Resolution::W1, MONDAY + 3), MONDAY);
    assert_eq!(next_after(Resolution::W1, MONDAY), MONDAY + week);
    let missing = gaps(span(MONDAY - 1, MONDAY + 3 * week), Resolution::W1, &[MONDAY + week], &[]);
    let wanted = [span(MONDAY, MONDAY + week), span(MONDAY + 2 * week, MONDAY + 3 * week)];
    assert_eq!(missing, wanted);
}

#[test]
fn spans_that_touch_are_one() {
    let spans = [span(5, 7), span(0, 2), span(2, 3), span(6, 9), span(4, 4)];
    assert_eq!(united(&spans), [span(0, 3), span(5, 9)]);
}

proptest! {
    #[test]
    fn every_period_is_missing_or_not_by_its_own_rule(
        from in 0..50_u64,
        length in 0..60_u64,
        starts in prop::collection::vec(0..110_u64, 0..30),
        answered in prop::collection::vec((0..110_u64, 0..20_u64), 0..6),
        shuffled in any::<bool>(),
    ) {
        let at = |minute: u64| MONDAY + minute * MINUTE;
        let range = span(at(from), at(from + length));
        let mut starts: Vec<u64> = starts.into_iter().map(at).collect();
        if shuffled {
            starts.reverse();
        }
        let answered: Vec<Span> =
            answered.into_iter().map(|(from, length)| span(at(from), at(from + length))).collect();
        let missing = gaps(range, Resolution::M1, &starts, &answered);
        for pair in missing.windows(2) {
            prop_assert!(pair[0].to < pair[1].from, "they lie apart");
        }
        for minute in 0..120 {
            let start = at(minute);
            let wanted = range.contains(start)
                && !starts.contains(&start)
                && !(start..start + MINUTE).step_by(1_000).all(|time| answered.iter().any(|span| span.contains(time)));
            let found = missing.iter().any(|span| span.contains(start));
            prop_assert_eq!(found, wanted, "minute {}", minute);
        }
        // what was found missing and is answered then is not missing any more
        let all: Vec<Span> = answered.into_iter().chain(missing).collect();
        prop_assert_eq!(gaps(range, Resolution::M1, &starts, &all), []);
    }
}
