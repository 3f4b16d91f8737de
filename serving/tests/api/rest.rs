//! REST: pages, single things, status.

use serde_json::json;

use crate::{
    chain::{self, SWAP_BLOCKS, pair},
    service::Service,
};

#[tokio::test]
async fn nothing_is_served_before_the_first_batch_and_everything_after() {
    let service = Service::empty().await;
    for path in ["/readyz", "/v1/pools", "/v1/swaps", "/v1/tokens"] {
        let (status, body) = service.get(path).await;
        assert_eq!((status, body["code"].as_str()), (503, Some("NOT_READY")), "{path}: {body}");
    }
    assert_eq!(service.get("/healthz").await.0, 200);
    assert_eq!(service.get("/status").await.1["chains"][0]["block"], json!(null));
    service.fill().await;
    assert_eq!(service.get("/readyz").await.0, 200);
    let status = service.get("/status").await.1;
    assert_eq!(status["chains"][0]["block"]["number"], SWAP_BLOCKS + 1);
    assert_eq!(status["chains"][0]["counters"]["swaps"], SWAP_BLOCKS * 10);
    service.stop().await;
}

#[tokio::test]
async fn lists_and_single_things() {
    let service = Service::filled().await;
    let mut path = "/v1/pools?first=2".to_owned();
    let mut ids = Vec::new();
    loop {
        let (status, page) = service.get(&path).await;
        assert_eq!((status, &page["block"]["number"]), (200, &json!(SWAP_BLOCKS + 1)), "{page}");
        ids.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|pool| pool["id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/pools?first=2&after={next}");
    }
    assert_eq!(ids.len(), 3);

    let (_, pool) = service.get(&format!("/v1/pools/{}", pair())).await;
    let entity = chain::pair_entity();
    let item = &pool["item"];
    assert_eq!(item["swapCount"], entity.swap_count);
    assert_eq!(item["protocol"], "v2");
    assert_eq!(item["token1"]["symbol"], "BBB");
    assert_eq!(item["token1PerToken0"], "0.5");
    assert_eq!(item["sqrtPriceX96"], json!(null));

    let (_, token) = service.get(&format!("/v1/tokens/{}", chain::address(0xa1))).await;
    assert_eq!(token["item"]["poolCount"], 3, "{token}");
    let (_, tokens) = service.get("/v1/tokens?symbol=AAA").await;
    assert_eq!(tokens["items"].as_array().unwrap().len(), 1);
    let (_, swaps) = service.get(&format!("/v1/swaps?pool={}&first=1", pair())).await;
    assert_eq!(swaps["items"][0]["id"], format!("{}-9", SWAP_BLOCKS + 1));
    let (_, events) = service.get("/v1/liquidity-events").await;
    assert_eq!(events["items"][0]["kind"], "mint");
    let (_, chains) = service.get("/v1/chains").await;
    assert_eq!(chains["chains"][0]["poolCount"], 3);
    service.stop().await;
}
