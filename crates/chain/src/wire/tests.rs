//! Answers as nodes of different chains write them.

use alloy_primitives::{Address, B256, U256, address};
use domain::block::BlockRef;
use serde_json::json;

use super::{hex::Quantity, *};
use crate::{
    error::{Cause, ChainError},
    raw::{RawLog, RawTransaction},
};

fn parsed<T: serde::de::DeserializeOwned>(text: &str) -> Vec<Result<T, ChainError>> {
    let count = text.matches("\"id\"").count();
    let answers = answers(" eth_call", text.as_bytes(), 1, count).unwrap();
    answers.into_iter().map(|answer| answer.map_err(|fault| fault.error)).collect()
}

#[test]
fn requests_are_written_alone_and_in_batches() {
    let one: serde_json::Value =
        serde_json::from_str(&body("eth_call", &[r#"["0x1",true]"#], 7)).unwrap();
    let expected =
        json!({"jsonrpc": "2.0", "id": 7, "method": "eth_call", "params": ["0x1", true]});
    assert_eq!(one, expected);
    let two: serde_json::Value =
        serde_json::from_str(&body("eth_call", &["[]", "[1]"], 7)).unwrap();
    assert_eq!(
        (&two[0]["id"], &two[1]["id"], &two[1]["params"]),
        (&json!(7), &json!(8), &json!([1]))
    );
}

#[test]
fn batches_are_sorted_by_their_ids_and_keep_single_errors() {
    let text = r#"[{"id":2,"error":{"code":3,"message":"execution reverted","data":"0x01"}},{"jsonrpc":"2.0","id":1,"result":"0x5"}]"#;
    let answers = parsed::<Quantity>(text);
    assert_eq!(answers[0], Ok(Quantity(5)));
    assert!(matches!(&answers[1], Err(ChainError::Reverted { data, .. }) if data.as_ref() == [1]));
}

#[test]
fn null_is_an_answer_and_nothing_is_none() {
    assert_eq!(parsed::<Option<Quantity>>(r#"{"id":1,"result":null}"#), [Ok(None)]);
    let fault = answers::<Option<Quantity>>("eth_call", br#"[{"id":1}]"#, 1, 1).unwrap();
    assert!(matches!(fault[0].as_ref().unwrap_err().error, ChainError::Inconsistent(_)));
}

#[test]
fn broken_answers_are_worth_another_try() {
    for text in [
        r#"{"id":1,"result":"0x"#,
        "<html>502 Bad Gateway</html>",
        "",
        r#"{"id":2,"result":"0x1"}"#,
        r#"{"id":1,"result":[]}"#,
        r#"[{"id":9,"result":"0x1"}]"#,
    ] {
        let fault = answers::<Quantity>("eth_call", text.as_bytes(), 1, 1).unwrap_err();
        assert!(fault.error.is_transient(), "{text}: {:?}", fault.error);
    }
    // one of two is missing: only that one is asked again
    let text = br#"[{"id":1,"result":"0x1"}]"#;
    let answers = answers::<Quantity>("eth_call", text, 1, 2).unwrap();
    assert!(answers[0].is_ok() && answers[1].as_ref().unwrap_err().error.is_transient());
}

#[test]
fn an_error_for_a_whole_batch_is_one_of_all() {
    for text in [
        r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"batch too large"}}"#,
        r#"[{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"batch too large"}}]"#,
    ] {
        let fault = answers::<Quantity>("eth_call", text.as_bytes(), 1, 3).unwrap_err();
        assert_eq!(fault.cause, Cause::BatchTooLarge);
    }
}

#[test]
fn quantities_are_bounded() {
    let read = |text: &str| serde_json::from_str::<Quantity>(text).ok().map(|quantity| quantity.0);
    assert_eq!(read(r#""0xfFffFFffffffffff""#), Some(u64::MAX));
    assert_eq!((read(r#""0x0""#), read("17")), (Some(0), Some(17)));
    for text in [r#""0x10000000000000000""#, r#""0x""#, r#""12""#, r#""0xg""#, "-1", "null"] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn kaia_receipts_with_fee_payers_decode() {
    let receipt: WireReceipt = serde_json::from_value(json!({
        "blockHash": B256::repeat_byte(1), "blockNumber": "0x53ec600", "contractAddress": null,
        "effectiveGasPrice": "0x5d21dba00", "feePayer": "0x22a4ebd6c88882f7c5907ec5a2ee269fecb5ed7a",
        "feePayerSignatures": [{"V": "0x4055", "R": "0x1", "S": "0x2"}], "feeRatio": 30,
        "from": "0x7b1f8c3a21b3c1f6a3a29c0f9c2e5b9f5b4d3e2a", "gas": "0x7a120", "gasPrice": "0xba43b7400",
        "gasUsed": "0x1d4c0", "logs": [], "logsBloom": "0x00", "status": "0x1",
        "transactionHash": B256::repeat_byte(2), "transactionIndex": "0x3",
        "type": "TxTypeFeeDelegatedSmartContractExecutionWithRatio", "typeInt": 50,
    }))
    .unwrap();
    let expected = RawTransaction {
        hash: B256::repeat_byte(2),
        index: 3,
        from: address!("0x7b1f8c3a21b3c1f6a3a29c0f9c2e5b9f5b4d3e2a"),
        gas_price: U256::from(25_000_000_000_u64),
        gas_used: Some(120_000),
    };
    assert_eq!(receipt.transaction(), Ok(expected));
}

#[test]
fn old_receipts_have_a_root_and_no_price_and_state_sync_has_nobody() {
    let receipt: WireReceipt = serde_json::from_value(json!({
        "blockHash": B256::repeat_byte(1), "root": B256::repeat_byte(9), "gasUsed": "0x5208",
        "transactionHash": B256::repeat_byte(2), "transactionIndex": "0x0", "logs": null,
    }))
    .unwrap();
    let transaction = receipt.transaction().unwrap();
    assert_eq!(
        (transaction.from, transaction.gas_price, transaction.gas_used),
        (Address::ZERO, U256::ZERO, Some(21_000))
    );
}

#[test]
fn blocks_are_read_with_hashes_with_transactions_and_with_kinds_that_nobody_knows() {
    let block = |transactions: serde_json::Value| -> WireBlock {
        serde_json::from_value(json!({
            "number": "0x10", "hash": B256::repeat_byte(1), "parentHash": B256::repeat_byte(2),
            "timestamp": "0x20", "difficulty": null, "transactions": transactions, "l1BlockNumber": "0x1",
        }))
        .unwrap()
    };
    let hashes = block(json!([B256::ZERO, B256::ZERO]));
    let expected = BlockRef {
        number: 16,
        hash: B256::repeat_byte(1),
        parent_hash: B256::repeat_byte(2),
        timestamp: 32,
    };
    assert_eq!(BlockRef::from(&hashes), expected);
    assert!(hashes.transactions.is_empty());
    let full = block(json!([
        {"hash": B256::repeat_byte(3), "from": Address::repeat_byte(4), "type": "0x7e", "sourceHash": "0x1", "gasPrice": null, "input": "0xdead"},
        {"hash": B256::repeat_byte(5), "from": Address::repeat_byte(6), "transactionIndex": "0x1", "maxFeePerGas": "0x7", "gas": 1},
    ]));
    let transactions =
        full.transactions.into_iter().map(|one| RawTransaction::try_from(one).unwrap());
    let seen = transactions.map(|one| (one.index, one.from, one.gas_price)).collect::<Vec<_>>();
    assert_eq!(
        seen,
        [(0, Address::repeat_byte(4), U256::ZERO), (1, Address::repeat_byte(6), U256::from(7))]
    );
}

#[test]
fn absurd_logs_are_refused() {
    let log = |topics: usize, index: &str| -> WireLog {
        serde_json::from_value(json!({
            "address": Address::ZERO, "topics": vec![B256::ZERO; topics], "data": "0x0102",
            "blockNumber": "0x1", "blockHash": B256::ZERO, "transactionHash": B256::ZERO,
            "transactionIndex": "0x0", "logIndex": index,
        }))
        .unwrap()
    };
    let good = RawLog::try_from(log(4, "0xff")).unwrap();
    assert_eq!((good.log_index, good.data.data.as_ref()), (255, [1, 2].as_slice()));
    assert!(RawLog::try_from(log(5, "0x0")).is_err());
    assert!(RawLog::try_from(log(1, "0x100000000")).is_err());
}
