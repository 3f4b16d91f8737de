//! Spans and what is said of the whole.

use super::{BYTES_PER_EVENT, Figure, SPANS, spans};

#[test]
fn spans_lie_evenly_and_apart() {
    for (from, to, count, most) in
        [(0, 0, 12, 10), (5, 9, 12, 10), (0, 99, 12, 2_000), (100, 10_099, 12, 50), (7, 700, 1, 3)]
    {
        let found = spans(from, to, count, most);
        assert_eq!(found.first().unwrap().0, from);
        assert!(count == 1 || found.last().unwrap().1 == to, "{found:?}");
        assert!(found.windows(2).all(|pair| pair[0].1 < pair[1].0), "{found:?}");
        assert!(
            found.iter().all(|(first, last)| last - first < most && first <= last),
            "{found:?}"
        );
        assert!(found.len() as u64 <= count);
    }
    assert_eq!(spans(10, 9, 12, 10), []);
    assert_eq!(spans(0, u64::MAX - 1, 2, 1), [(0, 0), (u64::MAX - 1, u64::MAX - 1)]);
}

#[test]
fn all_that_was_looked_at_is_known_and_the_rest_has_a_range() {
    let exact = Figure::extrapolate(&[(10, 3.0), (10, 9.0)], 20);
    assert_eq!(exact, Figure { low: 12.0, likely: 12.0, high: 12.0 });
    let even = Figure::extrapolate(&[(10, 5.0), (10, 5.0), (10, 5.0)], 3_000);
    assert_eq!(even, Figure { low: 1_500.0, likely: 1_500.0, high: 1_500.0 });
    let uneven = Figure::extrapolate(&[(10, 1.0), (10, 9.0), (10, 5.0)], 3_000);
    assert_eq!(uneven.likely, 1_500.0);
    assert!(uneven.low < 200.0 && uneven.high > 2_800.0, "{uneven:?}");
    // never less than what was found, and more than nothing where nothing was found
    assert!(Figure::extrapolate(&[(10, 0.0), (10, 100.0)], 30).low >= 100.0);
    let none = Figure::extrapolate(&[(10, 0.0), (10, 0.0)], 2_000);
    assert_eq!((none.low, none.likely), (0.0, 0.0));
    assert!(none.high > 200.0);
    assert_eq!(Figure::extrapolate(&[], 100), Figure::default());
}

#[test]
fn a_long_chain_is_looked_at_no_more_than_a_short_one() {
    for head in [100_000, 25_000_000, u64::MAX - 1] {
        let found = spans(7, head, SPANS, 2_000);
        let blocks: u64 = found.iter().map(|(first, last)| last - first + 1).sum();
        assert_eq!((found.len(), blocks), (12, 24_000), "head {head}");
    }
}

#[test]
fn bytes_of_an_event_are_those_that_the_readme_tells() {
    let told = format!("| {} bytes per event |", BYTES_PER_EVENT.likely);
    assert!(include_str!("../../../README.md").contains(&told), "the README does not say {told}");
    let told = format!("the bench's ({}, from 350 to 1,400)", BYTES_PER_EVENT.likely);
    assert!(include_str!("../../../docs/indexing.md").contains(&told), "{told}");
}
