//! A node that does not answer: what is stored is there all the same, with its age.

mod said;

use alloy_primitives::B256;
use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use crate::{
    chain::{SWAP_BLOCKS, address, pair},
    service::Service,
};

async fn post(service: &Service, body: Value) -> (u16, Value) {
    let request = Request::post("/v1/simulate").header("content-type", "application/json");
    service.ask(request.body(Body::from(body.to_string())).unwrap()).await
}

#[tokio::test]
async fn a_transaction_is_told_from_the_store() {
    let service = Service::filled().await;
    let (status, told) = service.get(&format!("/v1/tx/{}", B256::repeat_byte(7))).await;
    assert_eq!(
        (status, &told["source"], &told["status"]),
        (200, &json!("store"), &json!("success"))
    );
    assert_eq!(told["problem"]["code"], "CHAIN_UNAVAILABLE", "{told}");
    // its blocks are of November 2023
    assert!(told["problem"]["ageSeconds"].as_u64().unwrap() > 10_000_000, "{told}");
    assert_eq!(told["indexedTo"]["number"], SWAP_BLOCKS + 1);
    assert_eq!((&told["events"], &told["confirmations"]), (&json!(null), &json!(null)));
    let stored = &told["stored"];
    assert_eq!(stored["swaps"].as_array().unwrap().len() as u64, SWAP_BLOCKS * 10);
    assert_eq!(stored["liquidityEvents"][0]["kind"], "mint");
    let (status, unknown) = service.get(&format!("/v1/tx/{}", B256::repeat_byte(8))).await;
    assert_eq!((status, &unknown["code"]), (503, &json!("CHAIN_UNAVAILABLE")));
    let (status, balances) = service
        .get(&format!("/v1/accounts/{}/balances?tokens={}", address(8), address(0xa0)))
        .await;
    assert_eq!((status, &balances["code"]), (503, &json!("CHAIN_UNAVAILABLE")));
    let (status, tried) = post(&service, json!({ "from": address(8), "to": address(9) })).await;
    assert_eq!((status, &tried["code"]), (503, &json!("CHAIN_UNAVAILABLE")));
    service.stop().await;
}

#[tokio::test]
async fn a_query_is_answered_without_its_live_part() {
    let service = Service::filled().await;
    let query = format!(
        "{{ pool(id: \"{}\") {{ reserve0 live {{ reserve0 block {{ number }} differsFromStored \
             problem {{ code ageSeconds }} }} \
           token0 {{ symbol live {{ totalSupply problem {{ code }} }} \
             livePrice {{ live pool market deviation problem {{ code }} }} }} }} }}",
        pair()
    );
    let answer = service.query(&query).await;
    assert_eq!(answer["errors"], json!(null), "{answer}");
    let pool = &answer["data"]["pool"];
    let live = &pool["live"];
    assert_eq!(pool["reserve0"], "2000000");
    assert_eq!((&live["reserve0"], &live["block"]), (&json!(null), &json!(null)));
    assert_eq!(
        (&live["differsFromStored"], &live["problem"]["code"]),
        (&json!(null), &json!("CHAIN_UNAVAILABLE"))
    );
    assert!(live["problem"]["ageSeconds"].as_u64().unwrap() > 10_000_000, "{live}");
    let token = &pool["token0"];
    assert_eq!(token["live"]["problem"]["code"], "CHAIN_UNAVAILABLE");
    // nothing has a price on the market
    let none =
        json!({ "live": null, "pool": null, "market": null, "deviation": null, "problem": null });
    assert_eq!(token["livePrice"], none);
    service.stop().await;
}
