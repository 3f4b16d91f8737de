//! Tests of the view of a recording: growth, replacement and return.

use std::io::Write;
use std::time::Duration;

use alloy_primitives::{B256, U64, keccak256};
use serde_json::{Value, json};

use super::ReplayOptions;
use super::methods::Methods;
use super::recording::Recording;
use super::view::View;

fn hash(number: u64) -> B256 {
    keccak256(number.to_be_bytes())
}

/// Blocks 0 to 20, each with one log.
fn recording() -> Recording {
    let path = std::env::temp_dir().join(format!(
        "sooho-replay-{}-{:?}.jsonl",
        std::process::id(),
        std::thread::current().id()
    ));
    let mut file = std::fs::File::create(&path).unwrap();
    writeln!(file, "{}", json!({"chain": {"format": "sooho-chain-1", "chain_id": 7}})).unwrap();
    for number in 0..=20_u64 {
        let parent = if number == 0 { B256::ZERO } else { hash(number - 1) };
        let header = json!({"number": U64::from(number), "hash": hash(number), "parentHash": parent, "transactions": []});
        let address = format!("0x{:040x}", number % 2);
        let log = json!({"address": address, "topics": [hash(1000 + number % 3)], "blockHash": hash(number)});
        writeln!(file, "{}", json!({"block": {"header": header, "logs": [log]}})).unwrap();
    }
    let recording = Recording::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    recording
}

fn growing() -> ReplayOptions {
    ReplayOptions {
        blocks_per_kilosecond: 1000,
        reorg_every: 5,
        reorg_depth: 3,
        reorg_shows: Duration::from_secs(2),
        ..ReplayOptions::default()
    }
}

#[test]
fn without_growth_everything_shows() {
    let recording = recording();
    assert_eq!(View::at(&recording, &ReplayOptions::default(), Duration::ZERO).head, 20);
}

#[test]
fn the_head_grows_is_replaced_and_comes_back() {
    let recording = recording();
    let at = |seconds| View::at(&recording, &growing(), Duration::from_secs(seconds));
    assert_eq!((at(0).head, at(4).head), (0, 4));
    let forked = at(5);
    assert_eq!((forked.head, forked.fork), (5, Some(3)));
    assert_eq!(forked.block(2).unwrap().hash, hash(2));
    let parents: Vec<_> = (2..=5).map(|number| forked.block(number).unwrap().hash).collect();
    for (parent, number) in parents.iter().zip(3..=5) {
        let block = forked.block(number).unwrap();
        assert_ne!(block.hash, hash(number));
        assert_eq!(block.header["parentHash"], json!(parent));
        assert_eq!(forked.by_hash(block.hash).unwrap().hash, block.hash);
    }
    assert!(forked.by_hash(hash(5)).is_none());
    let logs: Vec<_> = (3..=5).map(|number| forked.block(number).unwrap().logs.len()).collect();
    assert_eq!(logs, [1, 1, 0]);
    let back = at(7);
    assert_eq!((back.head, back.fork, back.block(5).unwrap().hash), (5, None, hash(5)));
    assert_eq!(at(1000).head, 20);
}

#[test]
fn logs_are_filtered_and_limited() {
    let options =
        ReplayOptions { max_range: Some(10), max_results: Some(4), ..ReplayOptions::default() };
    let methods = Methods::new(recording(), options);
    let logs = |filter: Value| methods.answer("eth_getLogs", &json!([filter]));
    let found: Vec<Value> = serde_json::from_str(
        &logs(json!({"fromBlock": "0x0", "toBlock": "0x5", "topics": [[hash(1000), hash(1001)]]}))
            .unwrap(),
    )
    .unwrap();
    assert_eq!(found.len(), 4);
    assert!(
        logs(json!({"fromBlock": "0x0", "toBlock": "0x5"}))
            .unwrap_err()
            .message
            .contains("more than 4 results")
    );
    assert!(
        logs(json!({"fromBlock": "0x0", "toBlock": "0xa"}))
            .unwrap_err()
            .message
            .contains("max block range 10")
    );
    let one: Vec<Value> =
        serde_json::from_str(&logs(json!({"blockHash": hash(9)})).unwrap()).unwrap();
    assert_eq!(one[0]["blockHash"], json!(hash(9)));
    assert_eq!(methods.answer("eth_mystery", &json!([])).unwrap_err().code, -32601);
}

#[test]
fn filters_tell_what_was_taken_back() {
    let recording = recording();
    let at = |seconds| View::at(&recording, &growing(), Duration::from_secs(seconds));
    let mut all = super::subscriptions::Subscriptions::default();
    let id = all.logs(at(0), super::filter::LogFilter::default());
    let mut changes = |seconds| -> Vec<Value> {
        serde_json::from_str(&all.changes(at(seconds), id, true).unwrap()).unwrap()
    };
    assert_eq!(changes(4).len(), 4);
    // blocks 3 and 4 go, their replacements and an empty 5 come
    let news = changes(5);
    assert_eq!(news.iter().filter(|log| log["removed"] == json!(true)).count(), 2);
    assert_eq!(news.len(), 4);
    // the replacements go, the recorded 3, 4 and 5 come
    assert_eq!(changes(7).len(), 5);
    assert_eq!(changes(7).len(), 0);
}
