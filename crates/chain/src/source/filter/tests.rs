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
fn contracts_are_asked_a_number_at_a_time_and_everybody_by_topics() {
    let (swap, mint) = (B256::repeat_byte(1), B256::repeat_byte(2));
    let filter = LogFilter {
        any_address_topics: vec![swap],
        addresses: addresses(1),
        topics: vec![mint],
        emitters: None,
    };
    let expected = json!({"fromBlock": "0x1", "toBlock": "0xff", "topics": [[swap]]});
    assert_eq!(parsed(&filter.of_anybody().unwrap()), expected);
    assert_eq!(parsed(&filter.fixed(10)[0])["address"], json!(addresses(1)));
    let sizes = |emitters: u64, per_query| {
        let queries = filter.of_emitters(&addresses(emitters), per_query);
        queries.iter().map(|query| query.addresses.len()).collect::<Vec<_>>()
    };
    assert_eq!(sizes(2_500, 1_000), [1_000, 1_000, 500]);
    assert_eq!(sizes(3, 0), [1, 1, 1], "no size is the least one");
    assert!(sizes(0, 1_000).is_empty(), "nobody to ask");
    let fixed_only = LogFilter { any_address_topics: Vec::new(), ..filter };
    assert!(fixed_only.of_anybody().is_none());
    assert!(fixed_only.of_emitters(&addresses(5), 10).is_empty());
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
fn addresses_are_halved_alone_where_only_they_are_too_many() {
    let topics = vec![B256::repeat_byte(1), B256::repeat_byte(2)];
    let query = Query { topics: topics.clone(), addresses: addresses(5) };
    let [some, others] = query.halves_of_addresses().unwrap();
    assert_eq!((&some.topics, &others.topics), (&topics, &topics));
    assert_eq!([some.addresses, others.addresses].concat(), addresses(5));
    for addresses in [addresses(1), Vec::new()] {
        assert_eq!(Query { topics: topics.clone(), addresses }.halves_of_addresses(), None);
    }
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
    let anybody = Query { topics: vec![swap], addresses: Vec::new() };
    assert!(
        anybody.matches(&log(stranger, Some(swap))) && anybody.matches(&log(known, Some(swap)))
    );
    assert!(!anybody.matches(&log(known, Some(mint))) && !anybody.matches(&log(known, None)));
    let of_one = Query { topics: vec![mint], addresses: vec![known] };
    assert!(of_one.matches(&log(known, Some(mint))) && !of_one.matches(&log(known, Some(swap))));
    assert!(!of_one.matches(&log(stranger, Some(mint))));
    let anything = Query { topics: Vec::new(), addresses: vec![known] };
    assert!(anything.matches(&log(known, None)) && !anything.matches(&log(stranger, None)));
}
