//! Live checks against a node that answers as told.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use alloy_primitives::{B256, U256};
use axum::{Json, Router, extract::State, routing::post};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{
    chain::{address, art, items},
    service::{CHAIN, Service},
};

/// A node whose every contract answers with `address(2)`, or reverts when told to.
async fn node(reverts: Arc<AtomicBool>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/", post(answer)).with_state(reverts);
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

async fn answer(State(reverts): State<Arc<AtomicBool>>, Json(request): Json<Value>) -> Json<Value> {
    let one = |request: &Value| {
        let hash = B256::repeat_byte(0xbb);
        let result = match request["method"].as_str() {
            Some("eth_chainId") => json!(format!("{CHAIN:#x}")),
            Some("eth_getBlockByNumber") => json!({
                "number": "0x9", "hash": hash, "parentHash": B256::ZERO, "timestamp": "0x65",
                "logsBloom": format!("0x{}", "00".repeat(256)),
            }),
            Some("eth_call") => {
                assert_eq!(request["params"][1]["blockHash"], json!(hash), "calls are pinned");
                json!(format!("{:#066x}", U256::from_be_slice(address(2).as_slice())))
            }
            other => panic!("{other:?}"),
        };
        if request["method"] == "eth_call" && reverts.load(Ordering::Relaxed) {
            let error = json!({ "code": 3, "message": "execution reverted", "data": "0x" });
            return json!({ "jsonrpc": "2.0", "id": request["id"], "error": error });
        }
        json!({ "jsonrpc": "2.0", "id": request["id"], "result": result })
    };
    Json(match &request {
        Value::Array(batch) => batch.iter().map(one).collect(),
        single => one(single),
    })
}

#[tokio::test]
async fn the_chain_has_the_verdict_and_the_index_its_word() {
    let reverts = Arc::new(AtomicBool::new(false));
    let service = Service::start(&node(Arc::clone(&reverts)).await).await;
    let check = |wallet: u8, id: u64| json!({ "wallet": address(wallet), "collection": art(), "tokenId": id.to_string() });
    let two = format!("{:#x}", address(2));

    let (status, answer) = service.check(&check(2, 3)).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!((&answer["verdict"], &answer["differs"]), (&json!(true), &json!(false)), "{answer}");
    assert_eq!(answer["block"]["number"], 9);
    assert_eq!(answer["live"], json!({ "owner": two, "balance": "1" }));
    assert_eq!(answer["index"]["block"]["number"], 3);

    // the index says 1 owns token 0, the chain says 2
    let (_, answers) = service.check(&json!([check(1, 0), check(2, 0)])).await;
    for (item, verdict) in answers["items"].as_array().unwrap().iter().zip([false, true]) {
        assert_eq!((&item["verdict"], &item["differs"]), (&json!(verdict), &json!(true)), "{item}");
    }
    let (_, answer) =
        service.check(&json!({ "wallet": address(2), "collection": items(), "tokenId": 9 })).await;
    assert_eq!(
        (&answer["verdict"], &answer["index"]["balance"]),
        (&json!(true), &json!("1")),
        "{answer}"
    );

    reverts.store(true, Ordering::Relaxed);
    let (status, answer) = service.check(&check(2, 4)).await;
    assert_eq!(
        (status, &answer["verdict"], &answer["differs"]),
        (200, &json!(false), &json!(false)),
        "{answer}"
    );
    let (status, answer) =
        service.check(&json!({ "wallet": address(2), "collection": art() })).await;
    assert_eq!((status, answer["code"].as_str()), (422, Some("COLLECTION_BROKEN")), "{answer}");
    service.stop().await;
}

#[tokio::test]
async fn a_silent_node_is_no_verdict_and_nonsense_is_named() {
    let service = Service::start("http://127.0.0.1:9").await;
    let (wallet, art, items) = (address(1), art(), items());
    for (body, status, code) in [
        (json!({ "wallet": wallet, "collection": art, "tokenId": "0" }), 503, "CHAIN_UNAVAILABLE"),
        (json!({ "wallet": wallet, "collection": art, "tokenid": "0" }), 400, "BODY_INVALID"),
        (json!({ "wallet": wallet }), 400, "BODY_INVALID"),
        (json!({ "wallet": wallet, "collection": art, "tokenId": 1.5 }), 400, "BODY_INVALID"),
        (json!({ "wallet": "me", "collection": art }), 400, "ADDRESS_INVALID"),
        (json!({ "wallet": address(0), "collection": art }), 400, "ADDRESS_INVALID"),
        (json!({ "wallet": wallet, "collection": wallet }), 404, "COLLECTION_UNKNOWN"),
        (json!({ "wallet": wallet, "collection": items }), 400, "TOKEN_ID_INVALID"),
        (json!({ "wallet": wallet, "collection": art, "tokenId": "x" }), 400, "TOKEN_ID_INVALID"),
        (
            json!({ "wallet": wallet, "collection": art, "minBalance": 0 }),
            400,
            "MIN_BALANCE_INVALID",
        ),
        (
            json!({ "wallet": wallet, "collection": art, "tokenId": 1, "minBalance": 2 }),
            400,
            "MIN_BALANCE_INVALID",
        ),
        (json!({ "wallet": wallet, "collection": art, "chain": 1 }), 404, "CHAIN_UNSUPPORTED"),
        (json!([]), 400, "CHECKS_INVALID"),
        (Value::Array(vec![json!({}); 51]), 400, "CHECKS_INVALID"),
        (json!("check"), 400, "BODY_INVALID"),
    ] {
        let (answered, answer) = service.check(&body).await;
        assert_eq!((answered, answer["code"].as_str()), (status, Some(code)), "{body}: {answer}");
    }
    service.stop().await;
}
