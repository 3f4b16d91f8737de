//! A chain made for tests, as a recording that can be replayed.

use std::{io::Write, path::PathBuf};

use alloy_primitives::{Address, B256, keccak256};
use chain::source::{Emitters, LogFilter};
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const CHAIN: u64 = 7;
pub(crate) const LAST: u64 = 300;

pub(crate) fn hash(what: &str, number: u64) -> B256 {
    keccak256(format!("{what} {number}"))
}

pub(crate) fn swap() -> B256 {
    hash("swap", 0)
}

pub(crate) fn mint() -> B256 {
    hash("mint", 0)
}

/// Emitters 0 to 3.
pub(crate) fn emitter(index: u64) -> Address {
    Address::from_word(hash("emitter", index % 4))
}

/// Logs in a block: none in every third, many in block 200.
pub(crate) fn logs_in(number: u64) -> u64 {
    match number {
        200 => 40,
        number if number % 3 == 0 => 0,
        number => number % 3 + 1,
    }
}

pub(crate) fn filter() -> LogFilter {
    LogFilter {
        any_address_topics: vec![swap()],
        addresses: vec![emitter(1)],
        topics: vec![mint()],
        emitters: None,
    }
}

/// These are known, and nobody announces others.
pub(crate) fn known(indices: std::ops::Range<u64>) -> Emitters {
    let emitters = Emitters::new(|_, _, _| Vec::new());
    emitters.know(indices.map(emitter));
    emitters
}

/// Whether the filter wants this log.
pub(crate) fn wanted(number: u64, index: u64) -> bool {
    is_swap(number, index) || index % 4 == 1
}

fn is_swap(number: u64, index: u64) -> bool {
    (number + index).is_multiple_of(2)
}

fn log(number: u64, index: u64) -> Value {
    json!({
        "address": emitter(index), "data": "0x0102", "removed": false,
        "topics": [if is_swap(number, index) { swap() } else { mint() }],
        "blockNumber": format!("{number:#x}"), "blockHash": hash("block", number),
        "transactionHash": hash("tx", number * 1000 + index / 2),
        "transactionIndex": format!("{:#x}", index / 2), "logIndex": format!("{index:#x}"),
    })
}

/// Writes it; `whole` with transactions and receipts, else in the format without.
pub(crate) fn recording(whole: bool) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain.jsonl");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    let format = if whole { "sooho-chain-2" } else { "sooho-chain-1" };
    writeln!(file, "{}", json!({"chain": {"format": format, "chain_id": CHAIN}})).unwrap();
    for number in 0..=LAST {
        let logs = (0..logs_in(number)).map(|index| log(number, index)).collect::<Vec<_>>();
        let transactions = (0..logs_in(number).div_ceil(2)).map(|index| {
            json!({
                "hash": hash("tx", number * 1000 + index), "from": emitter(index), "input": "0xabcdef",
                "transactionIndex": format!("{index:#x}"), "gasPrice": "0x64",
                "blockHash": hash("block", number), "blockNumber": format!("{number:#x}"),
            })
        });
        let transactions = transactions.collect::<Vec<_>>();
        let hashes = transactions.iter().map(|one| one["hash"].clone()).collect::<Vec<_>>();
        let parent = if number == 0 { B256::ZERO } else { hash("block", number - 1) };
        let header = json!({
            "number": format!("{number:#x}"), "hash": hash("block", number), "parentHash": parent,
            "timestamp": format!("{:#x}", 1000 + number), "transactions": hashes,
        });
        let mut block = json!({"header": header, "logs": logs});
        if whole {
            let receipts = transactions.iter().map(|one| {
                json!({
                    "transactionHash": one["hash"], "transactionIndex": one["transactionIndex"],
                    "from": one["from"], "blockHash": one["blockHash"], "gasUsed": "0x5208",
                    "effectiveGasPrice": "0x63", "status": "0x1",
                })
            });
            block["receipts"] = receipts.collect();
            block["transactions"] = json!(transactions);
        }
        writeln!(file, "{}", json!({"block": block})).unwrap();
    }
    file.into_inner().unwrap();
    (folder, path)
}
