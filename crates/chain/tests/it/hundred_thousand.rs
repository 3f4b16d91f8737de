//! A factory with 100,000 contracts among mainnet's strangers.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use alloy_primitives::{Address, B256};
use chain::{
    Client,
    source::{LogFilter, Source},
};
use futures::{StreamExt, pin_mut};
use serde_json::{Value, json};

use crate::{
    factory::{created, factory, filter},
    node::{Node, Say, header},
    recorded::{CHAIN, swap},
};

const LAST: u64 = 3_000;
/// The factory announces as many in each of these blocks.
const FOUNDING: u64 = 250;
const PER_BLOCK: u64 = 400;
const STRANGERS: u64 = 300;
/// What the endpoint bears.
const MOST_RESULTS: usize = 10_000;
const MOST_ADDRESSES: usize = 500;

#[derive(Default)]
struct Seen {
    logs: AtomicUsize,
    queries: AtomicUsize,
    addresses: AtomicUsize,
}

fn pool(index: u64) -> Address {
    Address::left_padding_from(&(index + 0x1000_0000).to_be_bytes())
}

fn stranger(index: u64) -> Address {
    Address::left_padding_from(&(index + 0x9000_0000).to_be_bytes())
}

/// The pools that speak in a block.
fn speakers(number: u64) -> [u64; 2] {
    let known = number.min(FOUNDING) * PER_BLOCK;
    [number * 7_919 % known, (number * 104_729 + 13) % known]
}

fn log(number: u64, index: u64, address: Address, topic: B256, data: B256) -> Value {
    json!({
        "address": address, "topics": [topic], "data": data, "removed": false,
        "blockNumber": format!("{number:#x}"), "blockHash": format!("0x01{number:062x}"),
        "transactionHash": B256::with_last_byte(1), "transactionIndex": "0x0",
        "logIndex": format!("{index:#x}"),
    })
}

/// What the filter asks of a block; indices are the places in the block: announcements, strangers, pools.
fn logs_of(number: u64, wanted: &HashSet<Address>, topics: &HashSet<B256>, out: &mut Vec<Value>) {
    let anybody = wanted.is_empty();
    if number <= FOUNDING && topics.contains(&created()) && (anybody || wanted.contains(&factory()))
    {
        out.extend((0..PER_BLOCK).map(|index| {
            let new = pool((number - 1) * PER_BLOCK + index);
            log(number, index, factory(), created(), new.into_word())
        }));
    }
    if !topics.contains(&swap()) {
        return;
    }
    if anybody {
        out.extend((0..STRANGERS).map(|index| {
            log(number, 400 + index, stranger(number * 31 + index), swap(), B256::ZERO)
        }));
    }
    for (place, index) in (0..).zip(speakers(number)) {
        if anybody || wanted.contains(&pool(index)) {
            out.push(log(number, 800 + place, pool(index), swap(), B256::ZERO));
        }
    }
}

fn list<T: serde::de::DeserializeOwned + std::hash::Hash + Eq>(value: &Value) -> HashSet<T> {
    serde_json::from_value(value.clone()).unwrap_or_default()
}

fn answer(seen: &Seen, filter: &Value) -> Say {
    let number = |key: &str| {
        u64::from_str_radix(filter[key].as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
    };
    let (addresses, topics) = (list(&filter["address"]), list(&filter["topics"][0]));
    seen.queries.fetch_add(1, Ordering::Relaxed);
    seen.addresses.fetch_max(addresses.len(), Ordering::Relaxed);
    if addresses.len() > MOST_ADDRESSES {
        return Say::Error(-32602, "invalid argument 1: exceed max addresses");
    }
    let mut logs = Vec::new();
    for number in number("fromBlock")..=number("toBlock") {
        logs_of(number, &addresses, &topics, &mut logs);
        if logs.len() > MOST_RESULTS {
            return Say::Error(-32005, "query returned more than 10000 results");
        }
    }
    seen.logs.fetch_add(logs.len(), Ordering::Relaxed);
    Say::Result(Value::from(logs))
}

#[tokio::test]
async fn a_factory_with_100_000_contracts_costs_neither_millions_of_logs_nor_one_huge_filter() {
    let seen = Arc::new(Seen::default());
    let counted = Arc::clone(&seen);
    let node = Node::start(move |method, params, _| match method {
        "eth_blockNumber" => Say::Result(json!(format!("{LAST:#x}"))),
        "eth_getBlockByNumber" => {
            let text = params[0].as_str().unwrap().trim_start_matches("0x");
            Say::Result(header(u64::from_str_radix(text, 16).unwrap(), 1))
        }
        "eth_getLogs" => answer(&counted, &params[0]),
        other => panic!("{other} is not expected"),
    })
    .await;
    let client = Client::new(CHAIN, std::slice::from_ref(&node.url)).unwrap();
    let filter = filter();
    let emitters = LogFilter::clone(&filter).emitters.unwrap();
    let source = Source::new(client, filter, 2_000, 4);
    let ranges = source.backfill(1, LAST);
    pin_mut!(ranges);
    let (mut next, mut last) = (1, (0, 0));
    let (mut announced, mut said, mut most) = (0, 0, 0);
    while let Some(range) = ranges.next().await {
        let range = range.unwrap();
        assert_eq!(range.from, next, "a gap or a step back");
        next = range.to + 1;
        most = most.max(range.blocks.iter().map(|block| block.logs.len()).sum::<usize>());
        for block in range.blocks {
            let number = block.header.number;
            for log in block.logs {
                let place = (number, log.log_index);
                assert!(place > last, "out of order");
                last = place;
                if log.address == factory() {
                    announced += 1;
                } else {
                    let at = usize::try_from(log.log_index - 800).unwrap();
                    assert_eq!(log.address, pool(speakers(number)[at]));
                    said += 1;
                }
            }
        }
    }
    assert_eq!((next, announced, said), (LAST + 1, 100_000, 2 * LAST));
    assert_eq!(emitters.count(), 100_000);
    let [logs, queries, addresses] =
        [&seen.logs, &seen.queries, &seen.addresses].map(|count| count.load(Ordering::Relaxed));
    // strangers alone would be 900,000
    assert!(logs < 300_000, "{logs} logs crossed the wire");
    assert!(addresses <= 1_000, "{addresses} addresses in one filter");
    assert!(queries < 20_000, "{queries} queries");
    assert!(most <= 25_000, "{most} logs in one range");
}
