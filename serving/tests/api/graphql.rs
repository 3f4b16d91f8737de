//! GraphQL: one block per request, Relay pages, limits.

use axum::http::Request;
use serde_json::json;

use crate::{
    chain::{SWAP_BLOCKS, blocks, v4},
    service::Service,
};

#[tokio::test]
async fn a_query_reads_everything_at_one_block() {
    let service = Service::filled().await;
    let answer = service
        .query(
            "{ block { number timestamp } pools { totalCount block { number } nodes { protocol dex tick reserve0 \
             token1PerToken0 token0 { symbol } token1 { symbol decimals } } } chains { chainId name swapCount } }",
        )
        .await;
    assert_eq!(answer["errors"], json!(null), "{answer}");
    let data = &answer["data"];
    assert_eq!(data["block"]["number"], SWAP_BLOCKS + 1);
    assert_eq!(data["pools"]["block"]["number"], SWAP_BLOCKS + 1);
    assert_eq!(data["pools"]["totalCount"], 3);
    let pools = data["pools"]["nodes"].as_array().unwrap();
    assert_eq!(
        pools[0],
        json!({
            "protocol": "V2", "dex": "two", "tick": null, "reserve0": "2000000", "token1PerToken0": "0.5",
            "token0": { "symbol": "AAA" }, "token1": { "symbol": "BBB", "decimals": 3 },
        })
    );
    assert_eq!(pools[2]["token0"]["symbol"], json!(null));
    assert_eq!(
        data["chains"],
        json!([{ "chainId": 31_337, "name": "local", "swapCount": SWAP_BLOCKS * 10 }])
    );
    service.stop().await;
}

#[tokio::test]
async fn pages_of_swaps_give_each_once_and_newest_first() {
    let service = Service::filled().await;
    let (mut seen, mut after) = (Vec::new(), json!(null));
    loop {
        let query = format!(
            "{{ swaps(first: 50, after: {after}) {{ totalCount pageInfo {{ hasNextPage endCursor }} \
             edges {{ node {{ blockNumber logIndex amount0 amount1 pool {{ id token0 {{ symbol }} }} }} }} }} }}"
        );
        let answer = service.query(&query).await;
        let page = &answer["data"]["swaps"];
        assert_eq!(page["totalCount"], SWAP_BLOCKS * 10, "{answer}");
        for edge in page["edges"].as_array().unwrap() {
            let node = &edge["node"];
            assert_eq!((&node["amount0"], &node["amount1"]), (&json!("5"), &json!("-3")));
            assert_eq!(node["pool"]["token0"]["symbol"], "AAA");
            seen.push((node["blockNumber"].as_u64().unwrap(), node["logIndex"].as_u64().unwrap()));
        }
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(seen.len() as u64, SWAP_BLOCKS * 10);
    assert!(seen.is_sorted_by(|newer, older| newer > older));
    service.stop().await;
}

/// A block comes and goes all the time: whatever a query names, it is of one.
#[tokio::test]
async fn chains_are_at_the_block_of_the_query() {
    let service = Service::empty().await;
    let blocks = blocks();
    let (last, first) = blocks.split_last().unwrap();
    service.commit(None, first).await;
    let parent = first.last().map(|block| block.block.number);
    let moves = async {
        for _ in 0..40 {
            service.commit(parent, std::slice::from_ref(last)).await;
            service.take_back(1).await;
        }
    };
    let asks = async {
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..200 {
            let answer = service.query("{ block { number } chains { block { number } } } ").await;
            let (one, other) = (&answer["data"]["block"], &answer["data"]["chains"][0]["block"]);
            assert!(one["number"].is_u64() && one == other, "{answer}");
            seen.insert(one["number"].as_u64());
        }
        seen
    };
    let ((), seen) = tokio::join!(moves, asks);
    assert_eq!(seen.len(), 2, "both blocks were asked at");
    service.stop().await;
}

#[tokio::test]
async fn filters_lookups_and_limits() {
    let service = Service::filled().await;
    let answer = service
        .query(&format!(
            "{{ v4: pools(protocol: V4) {{ totalCount nodes {{ id hooks tickSpacing }} }} \
             used: pools(orderBy: SWAPS, first: 1) {{ nodes {{ protocol swapCount }} }} \
             pool(id: \"{}\") {{ id }} none: pool(id: \"0x{}\") {{ id }} \
             tokens(symbol: \"BBB\") {{ nodes {{ poolCount }} }} \
             liquidityEvents {{ nodes {{ kind pool {{ protocol }} }} }} }}",
            v4(),
            "00".repeat(20)
        ))
        .await;
    assert_eq!(answer["errors"], json!(null), "{answer}");
    let data = &answer["data"];
    assert_eq!(
        data["v4"],
        json!({ "totalCount": 1, "nodes": [{ "id": v4().to_string(), "hooks": null, "tickSpacing": 60 }] })
    );
    assert_eq!(data["used"]["nodes"], json!([{ "protocol": "V2", "swapCount": SWAP_BLOCKS * 10 }]));
    assert_eq!(data["pool"]["id"], v4().to_string());
    assert_eq!(data["none"], json!(null));
    assert_eq!(data["tokens"]["nodes"], json!([{ "poolCount": 3 }]));
    assert_eq!(
        data["liquidityEvents"]["nodes"],
        json!([{ "kind": "MINT", "pool": { "protocol": "V2" } }])
    );

    for (query, code) in [
        ("{ pools(first: 0) { nodes { id } } }", "PAGE_SIZE_INVALID"),
        ("{ pools(first: -1) { nodes { id } } }", "PAGE_SIZE_INVALID"),
        ("{ pools(after: \"00\") { nodes { id } } }", "CURSOR_INVALID"),
        ("{ pools(chain: 1) { nodes { id } } }", "CHAIN_UNSUPPORTED"),
        ("{ token(address: \"x\") { symbol } }", "ADDRESS_INVALID"),
        ("{ nothing }", "QUERY_INVALID"),
    ] {
        let answer = service.query(query).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{query}: {answer}");
    }
    let greedy = "{ a: pools(first: 500) { nodes { id token0 { symbol } token1 { symbol } } edges { node { id token0 \
                  { symbol } token1 { symbol } } } } }";
    let many = format!(
        "{{ {} }}",
        (0..9)
            .map(|i| greedy[2..greedy.len() - 2].replacen('a', &format!("a{i}"), 1))
            .collect::<String>()
    );
    assert!(service.query(greedy).await["errors"].is_null());
    assert!(
        service.query(&many).await["errors"][0]["message"].as_str().unwrap().contains("complex")
    );
    for batch in [
        "[{\"query\": \"{ chains { name } }\"}]",
        "[\"{ chains { name } }\"]",
        "\"{ chains { name } }\"",
    ] {
        let request = Request::post("/graphql").header("content-type", "application/json");
        let (status, body) = service.ask(request.body(batch.to_owned().into()).unwrap()).await;
        assert_eq!((status, &body["code"]), (400, &json!("BODY_INVALID")), "{batch}");
    }
    service.stop().await;
}
