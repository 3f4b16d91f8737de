//! Answers are checked before they are believed.

use alloy_primitives::{Address, B256, U64, U256};
use serde_json::{Value, json};

use super::{
    assemble::{assemble, check_all, check_links},
    fetch::Found,
    *,
};
use crate::{
    raw::RawTransaction,
    wire::{WireBlock, WireLog},
};

fn header(number: u64, hash: u8, parent: u8, transactions: &Value) -> WireBlock {
    serde_json::from_value(json!({
        "number": U64::from(number),
        "hash": B256::repeat_byte(hash),
        "parentHash": B256::repeat_byte(parent),
        "timestamp": U64::from(number),
        "transactions": transactions,
    }))
    .unwrap()
}

fn log(number: u64, hash: u8, index: u64, removed: bool) -> WireLog {
    serde_json::from_value(json!({
        "address": Address::repeat_byte(1),
        "topics": [B256::repeat_byte(2)],
        "data": "0x",
        "blockNumber": U64::from(number),
        "blockHash": B256::repeat_byte(hash),
        "transactionHash": B256::repeat_byte(3),
        "transactionIndex": "0x0",
        "logIndex": U64::from(index),
        "removed": removed,
        "aFieldOfAnotherChain": 1,
    }))
    .unwrap()
}

fn plain(headers: &[(u64, u8, u8)], logs: Vec<WireLog>) -> Result<Vec<RawBlock>, ChainError> {
    let wire =
        headers.iter().map(|(number, hash, parent)| header(*number, *hash, *parent, &json!([])));
    assemble(wire.collect(), Found { logs, ..Found::default() }, false)
}

#[test]
fn logs_are_sorted_under_their_blocks_and_counted_once() {
    let logs =
        vec![log(6, 6, 1, false), log(5, 5, 9, false), log(6, 6, 0, false), log(5, 5, 9, false)];
    let blocks = plain(&[(5, 5, 4), (6, 6, 5)], logs).unwrap();
    let shape = blocks
        .iter()
        .map(|block| (block.header.number, block.logs.iter().map(|log| log.log_index).collect()))
        .collect::<Vec<(u64, Vec<u32>)>>();
    assert_eq!(shape, [(5, vec![9]), (6, vec![0, 1])]);
}

#[test]
fn what_contradicts_itself_is_refused() {
    let mut other = log(5, 5, 0, false);
    other.transaction_hash = B256::repeat_byte(9);
    for (why, headers, logs) in [
        ("a log of another branch", vec![(5, 5, 4)], vec![log(5, 7, 0, false)]),
        ("a log without header", vec![(5, 5, 4)], vec![log(6, 6, 0, false)]),
        ("two logs at one index", vec![(5, 5, 4)], vec![log(5, 5, 0, false), other]),
        ("a parent that is another block", vec![(5, 5, 4), (6, 6, 9)], vec![]),
    ] {
        let error = plain(&headers, logs).unwrap_err();
        assert!(matches!(error, ChainError::Inconsistent(_)), "{why}: {error:?}");
        assert!(error.is_transient(), "{why}");
    }
    assert!(plain(&[(5, 5, 4), (7, 7, 9)], vec![]).is_ok(), "no neighbours, no link");
}

#[test]
fn removed_logs_and_logs_outside_the_range_are_refused() {
    assert!(check_all(&[log(5, 5, 0, true)], 1, 9).is_err());
    assert!(check_all(&[log(5, 5, 0, false)], 6, 9).is_err());
    assert!(check_all(&[log(5, 5, 0, false)], 5, 5).is_ok());
    assert!(check_links(&[]).is_ok());
}

#[test]
fn transactions_of_the_logs_are_kept_and_those_that_nobody_signed_stand_in() {
    let signed = json!({
        "hash": B256::repeat_byte(3), "transactionIndex": "0x1", "from": Address::repeat_byte(8),
        "gasPrice": "0x9", "type": "0x7e", "input": "0x00", "feePayer": Address::repeat_byte(7),
    });
    let stranger = json!({"hash": B256::repeat_byte(5), "from": Address::repeat_byte(6)});
    let mut synced = log(5, 5, 4, false);
    synced.transaction_hash = B256::repeat_byte(4);
    synced.transaction_index = serde_json::from_value(json!("0x2")).unwrap();
    let found =
        Found { logs: vec![synced, log(5, 5, 0, false), log(5, 5, 1, false)], ..Found::default() };
    let wire = vec![header(5, 5, 4, &json!([stranger, signed]))];
    let blocks = assemble(wire, found, true).unwrap();
    let unsigned = RawTransaction {
        hash: B256::repeat_byte(4),
        index: 2,
        from: Address::ZERO,
        gas_price: U256::ZERO,
        gas_used: None,
    };
    let signed = RawTransaction {
        hash: B256::repeat_byte(3),
        index: 1,
        from: Address::repeat_byte(8),
        gas_price: U256::from(9),
        gas_used: None,
    };
    assert_eq!(blocks[0].transactions, [signed, unsigned]);
}
