//! A node that answers otherwise than the store, or not for everybody.

use std::time::{Duration, Instant};

use alloy_primitives::{Address, B256};
use axum::{body::Body, http::Request};
use futures::future::join_all;
use serde_json::{Value, json};

use super::post;
use crate::{
    chain::{SWAP_BLOCKS, address},
    node::{Say, newest, node},
    service::Service,
};

/// Longer than anybody waits for the node and then for the store.
const LONG: Duration = Duration::from_secs(10);

fn tx(byte: u8) -> String {
    format!("/v1/tx/{}", B256::repeat_byte(byte))
}

fn sent(hash: &Value) -> Value {
    json!({ "hash": hash, "from": address(8), "to": address(9), "value": "0x5", "nonce": "0x1", "gas": "0x5208" })
}

/// To it everything waits to be taken into a block.
fn pending(method: &str, params: &Value) -> Option<Say> {
    match method {
        "eth_getTransactionReceipt" => Some(Say::Result(Value::Null)),
        "eth_getTransactionByHash" => Some(Say::Result(sent(&params[0]))),
        _ => None,
    }
}

#[tokio::test]
async fn what_is_indexed_is_not_pending() {
    let service = Service::with_node(node(pending).await).await;
    service.fill().await;
    let (status, told) = service.get(&tx(7)).await;
    assert_eq!((status, &told["status"]), (200, &json!("success")), "{told}");
    assert_eq!(
        (&told["source"], &told["problem"]["code"]),
        (&json!("store"), &json!("CHAIN_LAGS"))
    );
    assert_eq!(told["block"]["number"], 2, "{told}");
    let (status, told) = service.get(&tx(8)).await;
    assert_eq!((status, &told["status"]), (200, &json!("pending")), "{told}");
    assert_eq!(told["indexedTo"]["number"], SWAP_BLOCKS + 1, "{told}");
    // nobody waits long for a store that does not answer
    service.freeze(true);
    let begun = Instant::now();
    let (status, told) = service.get(&tx(8)).await;
    let took = begun.elapsed();
    service.freeze(false);
    assert_eq!((status, &told["status"]), (200, &json!("pending")), "{told}");
    assert_eq!(told["problem"]["code"], "STORE_UNAVAILABLE", "{told}");
    assert!(took < LONG, "{took:?}");
    service.stop().await;
}

#[tokio::test]
async fn a_fee_is_told_with_its_parts() {
    let script = |method: &str, params: &Value| {
        let receipt = json!({
            "transactionHash": params[0], "transactionIndex": "0x0",
            "blockNumber": newest()["number"], "blockHash": newest()["hash"], "status": "0x1",
            "from": address(8), "to": address(9), "type": "0x2", "logs": [],
            "gasUsed": "0x5208", "effectiveGasPrice": "0x7", "l1Fee": "0x64",
            "operatorFeeScalar": "0x0", "operatorFeeConstant": "0x5",
        });
        match method {
            "eth_getTransactionReceipt" => Some(Say::Result(receipt)),
            "eth_getTransactionByHash" => Some(Say::Result(sent(&params[0]))),
            _ => None,
        }
    };
    let service = Service::with_node(node(script).await).await;
    service.fill().await;
    let (status, told) = service.get(&tx(9)).await;
    assert_eq!((status, &told["fee"]), (200, &json!("147105")), "{told}");
    assert_eq!((&told["gasFee"], &told["l1Fee"]), (&json!("147000"), &json!("100")), "{told}");
    assert_eq!((&told["operatorFee"], &told["blobFee"]), (&json!("5"), &json!(null)), "{told}");
    // the store does not answer: what the node says is told without it
    service.freeze(true);
    let begun = Instant::now();
    let (status, told) = service.get(&tx(9)).await;
    let took = begun.elapsed();
    service.freeze(false);
    assert_eq!((status, &told["status"]), (200, &json!("success")), "{told}");
    assert_eq!(told["problem"]["code"], "STORE_UNAVAILABLE", "{told}");
    assert!(took < LONG, "{took:?}");
    service.stop().await;
}

/// Names are a courtesy: balances do not wait for a store that does not answer.
#[tokio::test]
async fn balances_are_told_without_the_store() {
    let service = Service::with_node(node(|_, _| None).await).await;
    service.fill().await;
    let path = format!("/v1/accounts/{}/balances", address(8));
    service.freeze(true);
    let head = service.get(&path).await;
    let indexed = service.get(&format!("{path}?at=indexed")).await;
    service.freeze(false);
    let (status, told) = head;
    assert_eq!((status, &told["items"][0]["balance"]), (200, &json!("7")), "{told}");
    assert_eq!(told["items"][0]["symbol"], json!(null), "{told}");
    // at which block that would be only the store knows
    let (status, told) = indexed;
    assert_eq!((status, &told["code"]), (503, &json!("STORE_UNAVAILABLE")), "{told}");
    service.stop().await;
}

/// More gas than a block has is no fault of the node: it is asked on.
#[tokio::test]
async fn what_never_begins_is_told_and_slows_nobody_down() {
    let script = |method: &str, _: &Value| {
        let why = "Block gas limit exceeded by the block's transactions";
        (method == "eth_simulateV1").then_some(Say::Error(-38015, why))
    };
    let service = Service::with_node(node(script).await).await;
    service.fill().await;
    let asked = json!({ "from": address(8), "to": address(9), "gas": 90_000_000 });
    let begun = Instant::now();
    for _ in 0..20 {
        let (status, told) = post(&service, asked.clone()).await;
        assert_eq!((status, &told["success"]), (200, &json!(false)), "{told}");
        assert_eq!(told["method"], "eth_simulateV1", "{told}");
        let reason = told["revert"]["reason"].as_str().unwrap();
        assert!(reason.contains("Block gas limit exceeded"), "{told}");
    }
    let took = begun.elapsed();
    assert!(took < LONG, "{took:?}");
    let (status, told) = service.get(&format!("/v1/accounts/{}/balances", address(8))).await;
    assert_eq!((status, &told["items"][0]["balance"]), (200, &json!("7")), "{told}");
    service.stop().await;
}

/// A contract that hangs, asked about by many: who asks about another one hears it, before the time for that is over.
#[tokio::test]
async fn a_contract_that_is_not_heard_takes_nothing_from_others() {
    let slow = address(0xef);
    let script = move |method: &str, params: &Value| {
        let is_slow = params[0]["to"] == json!(slow);
        match method {
            "eth_call" if is_slow => Some(Say::Nothing),
            "eth_call" => Some(Say::Result(json!(format!("0x{:064x}", 5)))),
            _ => None,
        }
    };
    let service = Service::with_node(node(script).await).await;
    service.fill().await;
    let balances = |account: u32, token: Address| {
        let account = Address::left_padding_from(&account.to_be_bytes());
        format!("/v1/accounts/{account}/balances?tokens={token}")
    };
    for account in 1..=2 {
        let (status, told) = service.get(&balances(account, slow)).await;
        assert_eq!((status, &told["items"][1]["balance"]), (200, &json!(null)), "{told}");
    }
    let crowd = join_all((100..300).map(|account| {
        let (service, path) = (&service, balances(account, slow));
        async move { service.get(&path).await }
    }));
    let other = async {
        for account in 1_000..1_020 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let (status, told) = service.get(&balances(account, address(0xa0))).await;
            assert_eq!((status, &told["items"][1]["balance"]), (200, &json!("5")), "{told}");
        }
    };
    let (crowd, ()) = futures::join!(crowd, other);
    for (status, told) in crowd {
        assert_eq!((status, &told["items"][1]["balance"]), (200, &json!(null)), "{told}");
        assert_eq!(told["items"][0]["balance"], "7", "{told}");
    }
    service.stop().await;
}

/// What speaks of more than a block is kept by nobody on the way.
#[tokio::test]
async fn answers_of_a_moment_are_not_stored() {
    let service = Service::with_node(node(pending).await).await;
    service.fill().await;
    let balances = format!("/v1/accounts/{}/balances", address(8));
    let price = format!("/v1/prices/{}", address(0xa0));
    let quote = format!("/v1/quote?tokenIn={}&tokenOut={}&amount=5", address(0xa0), address(0xa1));
    // refusals, too
    for path in
        [tx(7), tx(8), balances, price, quote, "/v1/quotes/status".into(), tx(7) + "?chain=5"]
    {
        let request = Request::get(&path).body(Body::empty()).unwrap();
        let (_, headers, body) = service.whole(request).await;
        assert_eq!(headers["cache-control"], "no-store", "{path}: {body:?}");
    }
    let request = Request::post("/v1/simulate").header("content-type", "application/json");
    let asked = json!({ "from": address(8), "to": address(9) }).to_string();
    let (_, headers, body) = service.whole(request.body(asked.into()).unwrap()).await;
    assert_eq!(headers["cache-control"], "no-store", "{body:?}");
    // a browser gets a page where others get an answer
    for path in ["/graphql", "/graphql?query={chains{name}}"] {
        for accept in ["text/html", "application/json"] {
            let request = Request::get(path).header("accept", accept).body(Body::empty()).unwrap();
            let (_, headers, _) = service.whole(request).await;
            let varies = headers.get_all("vary").iter().any(|value| value == "accept");
            assert!(varies, "{path} {accept}: {headers:?}");
        }
    }
    service.stop().await;
}
