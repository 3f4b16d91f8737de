//! Queries cover what is wanted, in as few questions as it takes.

use serde_json::{Value, json};

use super::*;

fn addresses(count: u64) -> Vec<Address> {
    (0..count)
        .map(|n| Address::from_word(B256::from(alloy_primitives::U256::from(n + 1))))
        .collect()
}

fn parsed(query: &Query) -> Value {
    serde_json::from_str(&query.json(&span(1, 255))).unwrap()
}

#[test]
fn topics_are_asked_of_everybody_while_emitters_are_unknown_or_many() {
    let (swap, mint) = (B256::repeat_byte(1), B256::repeat_byte(2));
    let filter = |emitters| LogFilter {
        any_address_topics: vec![swap],
        addresses: addresses(1),
        topics: vec![mint],
        emitters,
    };
    for emitters in [None, Some(addresses(3_001))] {
        let queries = filter(emitters).queries();
        assert_eq!(queries.len(), 2);
        let expected = json!({"fromBlock": "0x1", "toBlock": "0xff", "topics": [[swap]]});
        assert_eq!(parsed(&queries[1]), expected);
        assert_eq!(parsed(&queries[0])["address"], json!(addresses(1)));
    }
    let queries = filter(Some(addresses(2_500))).queries();
    assert_eq!(queries.len(), 4);
    let sizes = queries.iter().map(|query| query.addresses.len()).collect::<Vec<_>>();
    assert_eq!(sizes, [1, 1_000, 1_000, 500]);
    assert_eq!(filter(Some(Vec::new())).queries().len(), 1, "nobody to ask");
}

#[test]
fn halves_ask_the_same_together_until_nothing_is_left_to_halve() {
    let topics = (1..=5).map(B256::repeat_byte).collect::<Vec<_>>();
    let mut open = vec![Query { topics: topics.clone(), addresses: addresses(3) }];
    let mut smallest = Vec::new();
    while let Some(query) = open.pop() {
        match query.halves() {
            Some(halves) => open.extend(halves),
            None => smallest.push((query.topics[0], query.addresses[0])),
        }
    }
    smallest.sort_unstable();
    let all = topics.iter().flat_map(|topic| addresses(3).into_iter().map(|at| (*topic, at)));
    assert_eq!(smallest, all.collect::<Vec<_>>());
}

#[test]
fn logs_of_receipts_are_chosen_as_the_queries_would() {
    let (swap, mint) = (B256::repeat_byte(1), B256::repeat_byte(2));
    let log = |address: Address, topic: Option<B256>| -> WireLog {
        serde_json::from_value(json!({
            "address": address, "topics": topic.map_or(vec![], |topic| vec![topic]), "data": "0x",
            "blockNumber": "0x1", "blockHash": B256::ZERO, "transactionHash": B256::ZERO,
            "transactionIndex": null, "logIndex": "0x0",
        }))
        .unwrap()
    };
    let [known, stranger] = [1, 2].map(Address::repeat_byte);
    let filter = LogFilter {
        any_address_topics: vec![swap],
        addresses: vec![known],
        topics: vec![mint],
        emitters: None,
    };
    assert!(filter.matches(&log(stranger, Some(swap))) && filter.matches(&log(known, Some(mint))));
    assert!(!filter.matches(&log(stranger, Some(mint))) && !filter.matches(&log(known, None)));
    let filter = LogFilter { emitters: Some(vec![known]), ..filter };
    assert!(!filter.matches(&log(stranger, Some(swap))) && filter.matches(&log(known, Some(swap))));
}
