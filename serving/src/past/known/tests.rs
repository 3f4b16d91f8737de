//! What is of use stays, and a search begins where others ended.

use alloy_primitives::B256;

use super::*;

fn block(number: u64) -> BlockRef {
    BlockRef { number, hash: B256::ZERO, parent_hash: B256::ZERO, timestamp: 1_000 + number * 10 }
}

#[test]
fn what_every_search_needs_is_not_the_first_to_go() {
    let mut known = Known::default();
    for number in 0..3 * KEPT as u64 {
        known.keep(block(number));
        // the first block of the chain: where every search begins
        assert_eq!(known.get(0), Some(block(0)));
    }
    assert_eq!((known.blocks.len(), known.used.len()), (KEPT, KEPT));
    assert_eq!(known.get(1), None);
    assert_eq!(known.get(3 * KEPT as u64 - 1), Some(block(3 * KEPT as u64 - 1)));
}

#[test]
fn a_search_begins_at_what_is_known() {
    let mut known = Known::default();
    assert_eq!(known.narrow((5, 900), 1_500), (5, 900));
    for number in [5, 20, 50, 60, 900, 950] {
        known.keep(block(number));
    }
    assert_eq!(known.narrow((5, 900), 1_500), (50, 60));
    assert_eq!(known.narrow((5, 900), 1_499), (20, 50));
    assert_eq!(known.narrow((5, 900), 1_060), (5, 20));
    assert_eq!(known.narrow((5, 900), 9_990), (60, 900));
}
