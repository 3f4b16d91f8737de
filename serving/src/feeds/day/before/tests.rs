//! How far back a price is looked for.

use super::*;

#[test]
fn the_past_is_looked_through_to_its_beginning_without_a_hole() {
    let from = 1_700_000_123;
    let found: Vec<_> = spans(from).collect();
    assert_eq!(found[0], (from - PAST, Resolution::D1.start(from)));
    assert_eq!(found[1], (from - 2 * PAST, from - PAST));
    assert!(found.windows(2).all(|pair| pair[0].0 == pair[1].1), "{found:?}");
    assert_eq!(found.last().unwrap().0, 0);
    assert_eq!(found.len(), 11, "few, also where nothing is found");
    assert_eq!(spans(0).count(), 0);
    assert_eq!(spans(LENGTH).collect::<Vec<_>>(), [(0, LENGTH)]);
}
