//! Candles over HTTP.

use serde_json::{Value, json};

use crate::{
    chain::{self, SWAP_BLOCKS, pair, v4},
    service::Service,
};

/// Blocks are a second apart, the first at 1,700,000,001: 22:13:21.
const MINUTE: u64 = 1_699_999_980;

async fn items(service: &Service, path: &str) -> Vec<Value> {
    let (status, body) = service.get(path).await;
    assert_eq!((status, &body["block"]["number"]), (200, &json!(SWAP_BLOCKS + 1)), "{body}");
    body["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn candles_of_pools_and_tokens() {
    let service = Service::filled().await;
    let of_pair = format!("/v1/pools/{}/candles", pair());
    let minutes = items(&service, &format!("{of_pair}?resolution=1m")).await;
    let [minute] = minutes.as_slice() else { panic!("{minutes:?}") };
    assert_eq!(minute["start"], MINUTE);
    // all reserves are 2,000,000 with 6 digits against 1,000 with 3: one token0 costs half a token1
    let prices = ["open", "high", "low", "close"].map(|name| minute[name].clone());
    assert_eq!(prices, ["0.5"; 4]);
    assert_eq!(minute["swapCount"], SWAP_BLOCKS * 10);
    assert_eq!(minute["volume0"], (SWAP_BLOCKS * 10 * 5).to_string());
    assert_eq!(minute["volume1"], (SWAP_BLOCKS * 10 * 3).to_string());
    for (resolution, start) in [("1h", 1_699_999_200), ("1w", 1_699_833_600)] {
        let found =
            items(&service, &format!("{of_pair}?resolution={resolution}&base=token1")).await;
        let wanted = json!({ "start": start, "close": "2", "swapCount": 120 });
        let [candle] = found.as_slice() else { panic!("{found:?}") };
        for (name, value) in wanted.as_object().unwrap() {
            assert_eq!(&candle[name], value, "{candle}");
        }
    }

    // nothing traded, but a price from the beginning
    let initialised = format!("/v1/pools/{}/candles?resolution=5m", v4());
    let found = items(&service, &initialised).await;
    assert_eq!((found.len(), &found[0]["swapCount"]), (1, &json!(0)), "{found:?}");
    assert_ne!(found[0]["open"], json!(null));

    let token = format!("/v1/tokens/{}/candles?resolution=1d", chain::address(0xa1));
    let found = items(&service, &token).await;
    // without pricing no token has a price, and yet it moves
    assert_eq!(found[0]["close"], json!(null), "{found:?}");
    assert_eq!(found[0]["volume"], (SWAP_BLOCKS * 10 * 3).to_string());
    let elsewhere = format!("{token}&factory={}", chain::address(3));
    assert_eq!(items(&service, &elsewhere).await, Vec::<Value>::new());

    let none = format!("{of_pair}?resolution=1m&to={MINUTE}");
    assert_eq!(items(&service, &none).await, Vec::<Value>::new());
    let filled = format!("{of_pair}?resolution=1m&fill=true&limit=5");
    assert_eq!(items(&service, &filled).await.len(), 1, "nothing before the first price");
    service.stop().await;
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused() {
    let service = Service::filled().await;
    let of_pair = format!("/v1/pools/{}/candles", pair());
    let of_token = format!("/v1/tokens/{}/candles", chain::address(0xa1));
    let unknown = chain::address(0xcc);
    for (path, status, code) in [
        (format!("{of_pair}?resolution=2h"), 400, "RESOLUTION_INVALID"),
        (format!("{of_pair}?limit=0"), 400, "LIMIT_INVALID"),
        (format!("{of_pair}?limit=1001"), 400, "LIMIT_INVALID"),
        (format!("{of_pair}?from=yesterday"), 400, "TIME_INVALID"),
        (format!("{of_pair}?fill=perhaps"), 400, "FILL_INVALID"),
        (format!("{of_pair}?base=token2"), 400, "BASE_INVALID"),
        (format!("{of_pair}?factory={unknown}"), 400, "PARAMETER_INVALID"),
        (format!("{of_token}?base=token1"), 400, "PARAMETER_INVALID"),
        (format!("/v1/pools/{unknown:#x}/candles"), 404, "POOL_UNKNOWN"),
        (format!("/v1/tokens/{unknown:#x}/candles"), 404, "TOKEN_UNKNOWN"),
        (format!("/v1/pools/{}/candles?chain=5", pair()), 404, "CHAIN_UNSUPPORTED"),
    ] {
        let (found, body) = service.get(&path).await;
        assert_eq!((found, body["code"].as_str()), (status, Some(code)), "{path}: {body}");
    }
    service.stop().await;
}
