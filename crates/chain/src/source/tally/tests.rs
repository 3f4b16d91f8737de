//! A range ends where it gets too full.

use alloy_primitives::{Address, B256};
use serde_json::json;

use super::*;

fn logs(blocks: &[u64]) -> Vec<WireLog> {
    let log = |number: &u64| {
        serde_json::from_value(json!({
            "address": Address::ZERO, "topics": [], "data": "0x",
            "blockNumber": format!("{number:#x}"), "blockHash": B256::ZERO,
            "transactionHash": B256::ZERO, "transactionIndex": "0x0", "logIndex": "0x0",
        }))
        .unwrap()
    };
    blocks.iter().map(log).collect()
}

#[test]
fn the_end_is_before_the_block_that_is_too_much_and_never_before_the_first() {
    for (blocks, most, to, left) in [
        (vec![5, 6, 7], 3, 9, 3),
        (vec![9, 5, 7, 6, 7, 7], 3, 6, 2),
        (vec![5, 5, 5, 6], 2, 5, 3),
        (vec![6, 6, 6], 2, 5, 0),
    ] {
        let (tally, mut found) = (Tally::new(9, most), logs(&blocks));
        tally.cut(5, &mut found);
        assert_eq!((tally.read().2, found.len()), (to, left), "{blocks:?}");
    }
}

#[test]
fn the_earliest_end_and_the_slowest_answer_count() {
    let tally = Tally::new(90, 1);
    tally.note(Duration::from_secs(2), false);
    tally.note(Duration::from_secs(1), true);
    tally.ends_at(40);
    tally.ends_at(60);
    assert_eq!(tally.read(), (Duration::from_secs(2), true, 40));
}
