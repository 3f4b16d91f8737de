//! What is kept is bounded, and what the node is asked for.

use super::*;

#[test]
fn the_oldest_is_forgotten_first() {
    let mut known = Known::default();
    let key = |n: u8| (1, B256::repeat_byte(n));
    for n in [1, 2, 2, 3, 1, 4] {
        known.add(key(n), (Address::repeat_byte(n), u32::from(n)), 3);
    }
    assert_eq!(known.sent.len(), 3);
    assert_eq!(known.sent.get(&key(1)), None);
    assert_eq!(known.sent.get(&key(4)), Some(&(Address::repeat_byte(4), 4)));
    assert_eq!(known.order, [key(2), key(3), key(4)]);
}

#[test]
fn the_node_is_asked_for_so_many_blocks_and_no_more() {
    let hash = |n: u64| B256::from(alloy_primitives::U256::from(n + 1));
    let all = |blocks: u64| -> BTreeMap<B256, u64> { (0..blocks).map(|n| (hash(n), n)).collect() };
    let (nothing, most) = (BTreeMap::new(), u64::try_from(MOST).unwrap());
    // several transactions of a block cost one
    let mut wanted = all(most);
    wanted.extend((0..most).map(|n| (hash(n + 10_000), n)));
    assert_eq!(missing(&wanted, &nothing).unwrap(), (0..most).collect::<Vec<_>>());
    let refused = missing(&all(most + 1), &nothing).unwrap_err();
    assert_eq!(refused.code(), "RANGE_INVALID");
    assert!(refused.detail().contains("65 of these blocks"), "{}", refused.detail());
    // what to do instead is said, and works
    assert!(refused.detail().ends_with("ask for blocks up to 63"), "{}", refused.detail());
    assert_eq!(missing(&all(most), &nothing).unwrap().last(), Some(&63));
    // what is known already is not asked for
    let known = BTreeMap::from([(hash(7), (Address::ZERO, 0))]);
    let asked = missing(&all(most + 1), &known).unwrap();
    assert!(asked.len() == MOST && !asked.contains(&7));
}

#[tokio::test]
async fn the_node_is_asked_for_one_answer_at_a_time() {
    let senders = Senders::default();
    let moment = Duration::from_millis(5);
    let turn = senders.turn(1, moment).await.unwrap();
    let refused = senders.clone().turn(1, moment).await.map(drop).unwrap_err();
    assert_eq!((refused.status().as_u16(), refused.code()), (429, "RATE_LIMITED"));
    // another chain has nodes of its own
    assert!(senders.turn(2, moment).await.is_ok());
    drop(turn);
    assert!(senders.turn(1, moment).await.is_ok());
}
