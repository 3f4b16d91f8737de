//! Whatever is asked of a tail is what a plain list says, or nothing.

use proptest::prelude::*;

use super::*;

fn candle(start: u64) -> Candle {
    Candle { start, ..Candle::default() }
}

/// What the store would say.
fn plainly(all: &[u64], part: &Part<u64>) -> Vec<u64> {
    let is_in =
        |place: &u64| *place >= part.from && part.before.is_none_or(|before| *place < before);
    let mut found: Vec<u64> = all.iter().copied().filter(is_in).collect();
    found.drain(..found.len().saturating_sub(part.limit));
    found
}

fn rows(places: &[u64]) -> Vec<Candle> {
    places.iter().copied().map(candle).collect()
}

fn parts() -> impl Strategy<Value = Part<u64>> {
    (0..60_u64, proptest::option::of(0..70_u64), 0..12_usize)
        .prop_map(|(from, before, limit)| Part { from, before, limit, is_newest: before.is_none() })
}

proptest! {
    #[test]
    fn a_part_is_whole_or_not_told(
        all in proptest::collection::btree_set(0..50_u64, 0..30),
        first in parts(),
        newer in proptest::collection::btree_set(50..60_u64, 0..5),
        asked in proptest::collection::vec(parts(), 1..20),
    ) {
        let mut all: Vec<u64> = all.into_iter().collect();
        let Some(mut tail) = Tail::of(&rows(&plainly(&all, &first)), &first) else {
            prop_assert!(!first.is_newest || first.limit == 0);
            return Ok(());
        };
        prop_assert!(tail.read(&first).is_some());
        let newer: Vec<u64> = newer.into_iter().filter(|place| *place >= tail.down_to).collect();
        prop_assert!(tail.add(&rows(&newer)));
        all.extend(&newer);
        for part in asked {
            if let Some(found) = tail.read(&part) {
                let found: Vec<u64> = found.iter().map(|row| row.start).collect();
                prop_assert_eq!(found, plainly(&all, &part));
            }
        }
    }
}

#[test]
fn what_is_not_newer_is_not_added() {
    let part = Part { from: 0, before: None, limit: 10, is_newest: true };
    let mut tail = Tail::of(&rows(&[3, 5]), &part).unwrap();
    assert!(!tail.add(&rows(&[5])) && !tail.add(&rows(&[7, 6])) && tail.add(&rows(&[6, 7])));
    // nothing is known of what lies below
    let mut tail = Tail::of(&rows(&[]), &Part { from: 9, ..part }).unwrap();
    assert!(!tail.add(&rows(&[8])) && tail.add(&rows(&[9])));
}

#[test]
fn a_long_tail_is_cut_off() {
    let part = Part { from: 0, before: None, limit: LONGEST, is_newest: true };
    let all: Vec<u64> = (0..LONGEST as u64).collect();
    let mut tail = Tail::of(&rows(&all), &part).unwrap();
    assert!(tail.read(&part).is_some());
    assert!(tail.add(&rows(&[LONGEST as u64])));
    let kept = tail.read(&Part { limit: LONGEST / 2, ..part }).unwrap();
    assert_eq!(kept.len(), LONGEST / 2);
    assert!(tail.read(&Part { limit: LONGEST / 2 + 1, ..part }).is_none());
}
