//! Answers are checked before they are believed.

use super::*;

fn header(number: u64, hash: u8, parent: u8) -> BlockRef {
    BlockRef {
        number,
        hash: B256::repeat_byte(hash),
        parent_hash: B256::repeat_byte(parent),
        timestamp: number,
    }
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

#[test]
fn logs_are_sorted_under_their_blocks_and_counted_once() {
    let logs =
        vec![log(6, 6, 1, false), log(5, 5, 9, false), log(6, 6, 0, false), log(5, 5, 9, false)];
    let blocks = group(vec![header(5, 5, 4), header(6, 6, 5)], logs).unwrap();
    let shape = blocks
        .iter()
        .map(|block| (block.header.number, block.logs.iter().map(|log| log.log_index).collect()))
        .collect::<Vec<(u64, Vec<u32>)>>();
    assert_eq!(shape, [(5, vec![9]), (6, vec![0, 1])]);
}

#[test]
fn a_log_of_another_branch_is_refused() {
    let error = group(vec![header(5, 5, 4)], vec![log(5, 7, 0, false)]).unwrap_err();
    assert!(matches!(error, ChainError::Inconsistent(_)), "{error:?}");
}

#[test]
fn removed_logs_and_logs_outside_the_range_are_refused() {
    assert!(check_log(&log(5, 5, 0, true), 1, 9).is_err());
    assert!(check_log(&log(5, 5, 0, false), 6, 9).is_err());
    assert!(check_log(&log(5, 5, 0, false), 5, 5).is_ok());
}

#[test]
fn a_log_without_its_header_is_refused() {
    assert!(group(vec![header(5, 5, 4)], vec![log(6, 6, 0, false)]).is_err());
}
