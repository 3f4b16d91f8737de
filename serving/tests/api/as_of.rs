//! Time travel: what is answered as of a block is what the fold had then, or a refusal.

use domain::fold::{Entity, Key};
use serde_json::{Value, json};

use crate::{
    chain::{self, SWAP_BLOCKS, pair},
    service::Service,
};

/// The V2 pair as a block left it.
fn pair_at(number: u64) -> domain::entity::Pool {
    let blocks = chain::blocks();
    let changes = blocks.iter().take(usize::try_from(number).unwrap()).rev();
    let found =
        changes.flat_map(|block| &block.changes).find(|change| change.key == Key::Pool(pair()));
    match found.unwrap().after.clone() {
        Some(Entity::Pool(pool)) => std::sync::Arc::unwrap_or_clone(pool),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_pool_is_what_it_was_at_every_block() {
    let service = Service::filled().await;
    for (number, header) in (1..=SWAP_BLOCKS + 1).zip(chain::blocks()) {
        let then = pair_at(number);
        let query = format!(
            "{{ block(asOf: {{ block: {number} }}) {{ number hash timestamp }} \
             pool(id: \"{}\", asOf: {{ block: {number} }}) {{ swapCount txCount volumeToken0 updatedBlock \
             token0 {{ symbol poolCount }} days(first: 1) {{ txCount volumeToken0 }} }} \
             swaps(first: 1, asOf: {{ block: {number} }}) {{ totalCount block {{ number }} nodes {{ blockNumber pool {{ \
             swapCount }} }} }} \
             poolDays(pool: \"{}\", asOf: {{ block: {number} }}) {{ block {{ number }} nodes {{ txCount start }} }} }}",
            pair(),
            pair(),
        );
        let answer = service.query(&query).await;
        assert_eq!(answer["errors"], json!(null), "{answer}");
        let (data, header) = (&answer["data"], header.block);
        let block = json!({
            "number": number, "hash": format!("{:#x}", header.hash), "timestamp": header.timestamp,
        });
        assert_eq!(data["block"], block);
        let pool = &data["pool"];
        assert_eq!(pool["swapCount"], then.swap_count, "at {number}: {pool}");
        assert_eq!(pool["txCount"], then.figures.tx_count);
        assert_eq!(pool["volumeToken0"], then.figures.volume_token0.to_string());
        assert_eq!(pool["updatedBlock"], then.updated_block);
        assert_eq!(pool["token0"], json!({ "symbol": "AAA", "poolCount": 2 }));
        // all of the chain is one day: the day then is all there was then
        let day = &pool["days"][0];
        assert_eq!(data["poolDays"]["block"]["number"], number);
        assert_eq!(data["poolDays"]["nodes"][0]["txCount"], day["txCount"]);
        if number > 1 {
            assert_eq!(day["volumeToken0"], pool["volumeToken0"], "at {number}: {pool}");
        } else {
            assert_eq!(pool["days"], json!([]));
        }

        let swaps = &data["swaps"];
        assert_eq!(swaps["totalCount"], (number - 1) * 10, "{swaps}");
        assert_eq!(swaps["block"]["number"], number);
        let newest = &swaps["nodes"][0];
        if number == 1 {
            assert_eq!(*newest, Value::Null);
        } else {
            assert_eq!(newest["blockNumber"], number);
            assert_eq!(newest["pool"]["swapCount"], then.swap_count);
        }

        let path = format!("/v1/pools/{}?asOfTimestamp={}", pair(), header.timestamp);
        let (status, body) = service.get(&path).await;
        assert_eq!((status, &body["block"]), (200, &block), "{body}");
        assert_eq!(body["item"]["swapCount"], then.swap_count);
    }
    service.stop().await;
}

#[tokio::test]
async fn lists_are_of_the_block_or_refused() {
    let service = Service::filled().await;
    let created = "pools(asOf: { block: 3 }) { totalCount block { number } nodes { swapCount token1 { poolCount } } }";
    let data = service.query(&format!("{{ {created} }}")).await["data"].clone();
    assert_eq!(
        data["pools"],
        json!({
            "totalCount": 3, "block": { "number": 3 },
            "nodes": [
                { "swapCount": 20, "token1": { "poolCount": 3 } },
                { "swapCount": 0, "token1": { "poolCount": 3 } },
                { "swapCount": 0, "token1": { "poolCount": 3 } },
            ],
        })
    );
    let (_, swaps) = service.get("/v1/swaps?asOfBlock=2&first=500").await;
    assert_eq!(swaps["items"].as_array().unwrap().len(), 10);
    assert_eq!(swaps["block"]["number"], 2);
    // a cursor of one block is none of another
    let (_, page) = service.get("/v1/swaps?asOfBlock=5&first=1").await;
    let next = page["next"].as_str().unwrap();
    let (status, body) = service.get(&format!("/v1/swaps?asOfBlock=6&first=1&after={next}")).await;
    assert_eq!((status, &body["code"]), (400, &json!("CURSOR_INVALID")));

    let newest = SWAP_BLOCKS + 1;
    let (token, of_now) = (chain::address(0xa1), "AS_OF_UNSUPPORTED");
    for (query, code) in [
        (
            "pools(orderBy: TVL, asOf: { block: 3 }) { nodes { id } }".to_owned(),
            "AS_OF_UNSUPPORTED",
        ),
        (
            "pools(orderBy: SWAPS, asOf: { block: 3 }) { nodes { id } }".to_owned(),
            "AS_OF_UNSUPPORTED",
        ),
        (
            format!("pools(asOf: {{ block: {} }}) {{ nodes {{ id }} }}", newest + 1),
            "BLOCK_IN_FUTURE",
        ),
        ("swaps(asOf: { timestamp: 9999999999 }) { nodes { id } }".to_owned(), "BLOCK_IN_FUTURE"),
        ("block(asOf: { block: 0 }) { number }".to_owned(), "BLOCK_BEFORE_START"),
        ("dexes(asOf: { block: 9007199254740993 }) { name }".to_owned(), "BLOCK_IN_FUTURE"),
        // older than any block; all of them can be taken back, so no node is asked
        ("block(asOf: { timestamp: 5 }) { number }".to_owned(), "BLOCK_BEFORE_START"),
        (
            format!("tokenDays(token: \"{token}\", asOf: {{ block: 3 }}) {{ nodes {{ start }} }}"),
            of_now,
        ),
        (
            format!("tokenHours(token: \"{token}\", asOf: {{ block: 3 }}) {{ nodes {{ start }} }}"),
            of_now,
        ),
        (format!("tokenCandles(token: \"{token}\", asOf: {{ block: 3 }}) {{ factory }}"), of_now),
        ("block(asOf: { block: 3, timestamp: 5 }) { number }".to_owned(), "QUERY_INVALID"),
        ("block(asOf: { block: -1 }) { number }".to_owned(), "QUERY_INVALID"),
    ] {
        let answer = service.query(&format!("{{ {query} }}")).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{query}: {answer}");
    }
    for (path, status, code) in [
        (format!("/v1/pools/{}?asOfBlock=99", pair()), 422, "BLOCK_IN_FUTURE"),
        ("/v1/pools?orderBy=tvl&asOfBlock=3".to_owned(), 422, "AS_OF_UNSUPPORTED"),
        ("/v1/swaps?asOfBlock=3&asOfTimestamp=3".to_owned(), 400, "AS_OF_INVALID"),
        ("/v1/swaps?asOfBlock=-3".to_owned(), 400, "AS_OF_INVALID"),
        ("/v1/dexes?asOfBlock=0".to_owned(), 422, "BLOCK_BEFORE_START"),
        (format!("/v1/tokens/{token}/days?asOfBlock=3"), 422, of_now),
        (format!("/v1/tokens/{token}/hours?asOfBlock=3"), 422, of_now),
        (format!("/v1/tokens/{token}/candles?asOfBlock=3"), 422, of_now),
    ] {
        let (answered, body) = service.get(&path).await;
        assert_eq!((answered, body["code"].as_str()), (status, Some(code)), "{path}: {body}");
    }
    // of a DEX that is named, and of the newest block, they are answered
    let two = chain::address(2);
    for path in [
        format!("/v1/tokens/{token}/days?asOfBlock=3&dex=two"),
        format!("/v1/tokens/{token}/days?asOfBlock={newest}"),
        format!("/v1/tokens/{token}/candles?asOfBlock=3&factory={two}"),
        format!("/v1/tokens/{token}/candles?asOfBlock={newest}"),
    ] {
        let (status, body) = service.get(&path).await;
        assert_eq!(status, 200, "{path}: {body}");
    }
    service.stop().await;
}

#[tokio::test]
async fn a_query_means_so_many_blocks_and_no_more() {
    let service = Service::filled().await;
    let query = |times: u64, blocks: u64| {
        let field = |n| format!("b{n}: block(asOf: {{ block: {} }}) {{ number }} ", n % blocks + 1);
        format!("{{ {} }}", (0..times).map(field).collect::<String>())
    };
    // however often it means each
    let answer = service.query(&query(50, SWAP_BLOCKS)).await;
    assert_eq!(answer["errors"], json!(null), "{answer}");
    assert_eq!(answer["data"]["b49"]["number"], 49 % SWAP_BLOCKS + 1);
    let answer = service.query(&query(30, 30)).await;
    let codes = answer["errors"].as_array().unwrap().iter();
    let refused = codes.filter(|error| error["extensions"]["code"] == "AS_OF_TOO_MANY").count();
    assert_eq!(refused, 5, "{answer}");
    service.stop().await;
}
