//! What is refused, with which code.

use crate::{
    chain::{address, pair, v4},
    service::Service,
};

#[tokio::test]
async fn every_refusal_has_its_code() {
    let service = Service::filled().await;
    let (a, b, unknown) = (address(0xa0), address(0xa1), address(0x77));
    let (pair, v4) = (pair(), v4());
    let pair_cursor = service.get(&format!("/v1/swaps?first=1&pool={pair}")).await.1["next"]
        .as_str()
        .unwrap()
        .to_owned();
    for (path, status, code) in [
        ("/v1/pools?first=0".into(), 400, "PAGE_SIZE_INVALID"),
        ("/v1/pools?first=501".into(), 400, "PAGE_SIZE_INVALID"),
        ("/v1/pools?frist=1".into(), 400, "QUERY_INVALID"),
        ("/v1/pools?protocol=v9".into(), 400, "QUERY_INVALID"),
        ("/v1/pools?after=00".into(), 400, "CURSOR_INVALID"),
        (format!("/v1/swaps?after={pair_cursor}"), 400, "CURSOR_INVALID"),
        ("/v1/pools?chain=1".into(), 404, "CHAIN_UNSUPPORTED"),
        ("/v1/pools/0x12".into(), 400, "POOL_ID_INVALID"),
        (format!("/v1/pools/{unknown}"), 404, "POOL_UNKNOWN"),
        (format!("/v1/tokens/{unknown}"), 404, "TOKEN_UNKNOWN"),
        ("/v1/tokens/USDC".into(), 400, "ADDRESS_INVALID"),
        ("/v2/pools".into(), 404, "NOT_FOUND"),
        (format!("/v1/quote?tokenIn={a}&tokenOut={b}"), 400, "AMOUNT_INVALID"),
        (format!("/v1/quote?tokenIn={a}&tokenOut={b}&amount=0"), 400, "AMOUNT_INVALID"),
        (format!("/v1/quote?tokenIn={a}&tokenOut={b}&amount=1.5"), 400, "AMOUNT_INVALID"),
        (format!("/v1/quote?tokenIn={a}&tokenOut={a}&amount=1"), 400, "TOKEN_IN_OUT_SAME"),
        (format!("/v1/quote?tokenOut={a}&amount=1"), 400, "TOKEN_IN_INVALID"),
        (format!("/v1/quote?tokenIn={a}&amount=1"), 400, "TOKEN_OUT_INVALID"),
        (format!("/v1/quote?tokenIn={unknown}&tokenOut={b}&amount=1"), 404, "TOKEN_IN_INVALID"),
        (
            format!("/v1/quote?tokenIn={a}&tokenOut={b}&amount=1&tradeType=sell"),
            400,
            "TRADE_TYPE_INVALID",
        ),
        (format!("/v1/quote?tokenIn={a}&tokenOut={b}&amount=1&fee=1"), 404, "NO_ROUTE"),
        (format!("/v1/quote?tokenIn={a}&tokenOut={}&amount=1", address(0)), 404, "NO_ROUTE"),
        (format!("/v1/quote?pool={pair}&tokenIn={}&amount=1", address(0)), 400, "TOKEN_IN_INVALID"),
        (
            format!("/v1/quote?pool={pair}&tokenIn={a}&amount=1000&tradeType=exactOut"),
            422,
            "AMOUNT_TOO_LARGE",
        ),
        (format!("/v1/quote?pool={v4}&tokenIn={b}&amount=1"), 422, "POOL_UNSUPPORTED"),
        (format!("/v1/quote?pool={unknown}&tokenIn={b}&amount=1"), 404, "POOL_UNKNOWN"),
        (
            format!("/v1/quote?pool={pair}&tokenIn={a}&amount=100000000&verify=true"),
            503,
            "CHAIN_UNAVAILABLE",
        ),
        (format!("/v1/quote?tokenIn={a}&tokenOut={b}&amount=1&maxHops=5"), 400, "QUERY_INVALID"),
        (format!("/v1/quote?tokenIn={a}&tokenOut={b}&amount=1&maxSplits=0"), 400, "QUERY_INVALID"),
        (format!("/v1/quote?tokenIn={a}&tokenOut={b}&amount=1&protocols=v5"), 400, "QUERY_INVALID"),
        (
            format!("/v1/quote?tokenIn={a}&tokenOut={b}&amount=1&slippageBps=5001"),
            400,
            "SLIPPAGE_INVALID",
        ),
        (format!("/v1/quote?tokenIn={a}&tokenOut={b}&amount=1&maxAgeMs=1000"), 503, "STATE_STALE"),
        (
            format!("/v1/quote?tokenIn={a}&tokenOut={b}&amount={}", "9".repeat(78)),
            400,
            "AMOUNT_INVALID",
        ),
    ] {
        let (answered, body) = service.get(&path).await;
        assert_eq!((answered, body["code"].as_str()), (status, Some(code)), "{path}: {body}");
    }
    service.stop().await;
}
