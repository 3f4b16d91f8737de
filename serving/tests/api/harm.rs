//! Requests that mean harm: refused by a code, whatever is behind them.

use axum::http::Request;
use serde_json::json;

use crate::service::Service;

/// A document asked by POST with this variable.
async fn ask(service: &Service, query: &str, variable: &str) -> (u16, serde_json::Value) {
    let body = json!({ "query": query, "variables": { "x": variable } }).to_string();
    let request = Request::post("/graphql").header("content-type", "application/json");
    service.ask(request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn a_symbol_of_a_megabyte_reaches_nobody() {
    let service = Service::filled().await;
    let query = "query ($x: String) { tokens(symbol: $x) { nodes { symbol } } }";
    for length in [65, 20_000, 900_000] {
        let (_, answer) = ask(&service, query, &"A".repeat(length)).await;
        let code = &answer["errors"][0]["extensions"]["code"];
        assert_eq!(code, "SEARCH_INVALID", "{length}: {answer}");
    }
    let (status, answer) = service.get(&format!("/v1/tokens?symbol={}", "A".repeat(65))).await;
    assert_eq!((status, &answer["code"]), (400, &json!("SEARCH_INVALID")));
    // more than a request may be
    let (status, answer) = ask(&service, query, &"A".repeat(1 << 20)).await;
    assert_eq!((status, &answer["code"]), (413, &json!("BODY_TOO_LARGE")), "{answer}");
    service.stop().await;
}

#[tokio::test]
async fn what_is_deep_wide_or_many_is_refused() {
    let service = Service::filled().await;
    let deep = |depth: usize| {
        let (begin, end) = ("ofType {".repeat(depth), "}".repeat(depth));
        format!("{{ __type(name: \"Pool\") {{ fields {{ type {{ {begin} name {end} }} }} }} }}")
    };
    let wide = |aliases: usize| {
        let fields = (0..aliases).map(|i| format!("a{i}:block{{number}}"));
        format!("{{{}}}", fields.collect::<String>())
    };
    let short = |aliases: usize| {
        let fields = (0..aliases).map(|i| format!("a{i}:__typename "));
        format!("{{ {} }}", fields.collect::<String>())
    };
    // the same of which there is less is answered: it is the measure that is refused
    for (little, much) in [(deep(3), deep(40)), (wide(5), wide(10_000)), (short(5), short(3_000))] {
        let answer = service.query(&little).await;
        assert!(answer["errors"].is_null(), "{answer}");
        let answer = service.query(&much).await;
        assert!(answer["data"].is_null(), "{answer}");
        assert!(answer["errors"][0]["extensions"]["code"].is_string(), "{answer}");
    }
    let one = json!({ "query": "{ chains { name } }" });
    let batch = serde_json::Value::Array(vec![one; 1_000]).to_string();
    let request = Request::post("/graphql").header("content-type", "application/json");
    let (status, body) = service.ask(request.body(batch.into()).unwrap()).await;
    assert_eq!((status, &body["code"]), (400, &json!("BODY_INVALID")));
    service.stop().await;
}

#[tokio::test]
async fn counts_below_nothing_and_beyond_all_are_refused_by_a_code() {
    let service = Service::filled().await;
    let huge = "99999999999999999999999";
    for (path, code) in [
        ("/v1/pools?first=", "PAGE_SIZE_INVALID"),
        ("/v1/swaps?first=", "PAGE_SIZE_INVALID"),
        ("/coingecko/tickers?skip=", "PARAMETER_INVALID"),
        ("/coingecko/pairs?limit=1&skip=", "PARAMETER_INVALID"),
        ("/cmc/summary?skip=", "PARAMETER_INVALID"),
        ("/v1/pools?asOfBlock=", "AS_OF_INVALID"),
    ] {
        for count in ["-1", "1e9", "%00", huge] {
            let (status, answer) = service.get(&format!("{path}{count}")).await;
            assert_eq!((status, &answer["code"]), (400, &json!(code)), "{path}{count}: {answer}");
            let detail = answer["detail"].as_str().unwrap_or_default();
            assert!(detail.len() > 20 && detail.len() < 400, "{path}{count}: {answer}");
        }
    }
    service.stop().await;
}
