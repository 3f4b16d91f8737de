//! Tests of the view of a recording: growth, replacement and return.

use std::io::Write;
use std::time::Duration;

use alloy_primitives::{B256, U64, keccak256};
use serde_json::{Value, json};

use super::ReplayOptions;
use super::block::Block;
use super::methods::{Methods, Refusal};
use super::recording::Recording;
use super::view::View;

fn hash(number: u64) -> B256 {
    keccak256(number.to_be_bytes())
}

fn json_of(block: &Block) -> Value {
    let mut text = String::new();
    assert!(block.write(false, &mut text));
    serde_json::from_str(&text).unwrap()
}

fn ask(methods: &Methods, method: &str, params: &Value) -> Result<Value, Refusal> {
    let mut text = "before".to_owned();
    methods.answer(method, params, &mut text)?;
    Ok(serde_json::from_str(text.strip_prefix("before").unwrap()).unwrap())
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
        assert_eq!(block.parent, *parent);
        assert_eq!(json_of(&block)["parentHash"], json!(parent));
        assert_eq!(json_of(&block)["hash"], json!(block.hash));
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
    let logs = |filter: Value| ask(&methods, "eth_getLogs", &json!([filter]));
    let found =
        logs(json!({"fromBlock": "0x0", "toBlock": "0x5", "topics": [[hash(1000), hash(1001)]]}))
            .unwrap();
    assert_eq!(found.as_array().unwrap().len(), 4);
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
    let one = logs(json!({"blockHash": hash(9)})).unwrap();
    assert_eq!(one[0]["blockHash"], json!(hash(9)));
    assert_eq!(ask(&methods, "eth_mystery", &json!([])).unwrap_err().code, -32601);
    // this recording is of the format without transactions
    let full = ask(&methods, "eth_getBlockByNumber", &json!(["0x1", true])).unwrap_err();
    assert!(full.message.contains("record again"), "{full:?}");
    let receipts = ask(&methods, "eth_getBlockReceipts", &json!(["0x1"])).unwrap_err();
    assert_eq!(receipts.code, -32601);
}

#[test]
fn filters_tell_what_was_taken_back() {
    let recording = recording();
    let at = |seconds| View::at(&recording, &growing(), Duration::from_secs(seconds));
    let mut all = super::subscriptions::Subscriptions::default();
    let id = all.logs(at(0), super::filter::LogFilter::default());
    let mut changes = |seconds| -> Vec<Value> {
        let news = all.changes(at(seconds), id, true).unwrap();
        news.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
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

#[test]
fn headers_are_told_again_after_a_replacement() {
    let recording = recording();
    let at = |seconds| View::at(&recording, &growing(), Duration::from_secs(seconds));
    let mut all = super::subscriptions::Subscriptions::default();
    // subscribed at block 4, which goes with its parent when block 5 comes
    let id = all.headers(at(4));
    let mut numbers = |seconds| -> Vec<u64> {
        let news = all.changes(at(seconds), id, true).unwrap();
        let number = |text: &String| {
            let header: Value = serde_json::from_str(text).unwrap();
            serde_json::from_value::<U64>(header["number"].clone()).unwrap().to()
        };
        news.iter().map(number).collect()
    };
    assert_eq!(numbers(4), [0_u64; 0]);
    assert_eq!(numbers(5), [3, 4, 5]);
    assert_eq!(numbers(7), [3, 4, 5]);
    assert_eq!(numbers(8), [6]);
}

#[test]
fn runs_of_wanted_logs_are_copied_with_commas_between_them() {
    let log = |address: u8| format!(r#"{{"address":"0x{address:040x}","topics":[]}}"#);
    let texts = [1, 1, 2, 1, 2, 2].map(log);
    let fields = std::collections::BTreeMap::new();
    let block = Block::new(hash(1), hash(0), &fields, texts.iter().map(String::as_str));
    for (wanted, count) in [(1, 3), (2, 3), (3, 0)] {
        let filter = json!({"address": format!("0x{wanted:040x}")});
        let filter = super::filter::LogFilter::parse(&filter).unwrap();
        let mut text = "[".to_owned();
        assert_eq!(block.write_logs(&filter, true, &mut text), count);
        let found: Vec<Value> = serde_json::from_str(&(text + "]")).unwrap();
        assert_eq!(found.len(), count);
        assert!(found.iter().all(|log| log["address"] == json!(format!("0x{wanted:040x}"))));
    }
}
