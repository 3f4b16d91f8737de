//! The newest block does not go back for a node that is behind, and an answer has one of a chain.

use super::*;

fn block(number: u64) -> BlockRef {
    BlockRef { number, hash: B256::ZERO, parent_hash: B256::ZERO, timestamp: 0 }
}

#[test]
fn who_is_behind_does_not_take_the_newest_block_back() {
    let mut newest = Newest::default();
    let start = Instant::now();
    let after = |millis: u64| start + Duration::from_millis(millis);
    assert_eq!(newest.held(start), None);
    assert_eq!(newest.learn(block(10), start), block(10));
    assert_eq!((newest.held(after(99)), newest.held(after(100))), (Some(block(10)), None));
    // a lagging endpoint; nobody takes its word for news, so others are asked again
    assert_eq!(newest.learn(block(9), after(150)), block(10));
    assert_eq!(newest.held(after(151)), None);
    assert_eq!(newest.learn(block(11), after(200)), block(11));
    assert_eq!(newest.held(after(201)), Some(block(11)));
    // the chain may be shorter, for all that
    assert_eq!(newest.learn(block(8), after(1_200)), block(8));
    assert_eq!(newest.held(after(1_201)), Some(block(8)));
    newest.forget();
    assert_eq!(newest.learn(block(7), after(1_202)), block(7));
}

#[test]
fn an_answer_has_one_block_of_a_chain_until_the_index_moves() {
    let heads = Heads::default();
    let is_same = |one: &Head, other: &Head| Arc::ptr_eq(&one.0, &other.0);
    let first = heads.of(1, B256::repeat_byte(1));
    assert!(is_same(&first, &heads.of(1, B256::repeat_byte(1))));
    assert!(!is_same(&first, &heads.of(2, B256::repeat_byte(1))));
    assert!(is_same(&first, &heads.of(1, B256::repeat_byte(1))));
    assert!(!is_same(&first, &heads.of(1, B256::repeat_byte(2))));
}
