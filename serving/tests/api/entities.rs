//! Pools by every order and filter, DEXes, tokens, series: GraphQL and REST say the same.

use serde_json::{Value, json};

use crate::{
    chain::{SWAP_BLOCKS, address, pair, v4},
    service::Service,
};

async fn data(service: &Service, query: &str) -> Value {
    let answer = service.query(query).await;
    assert_eq!(answer["errors"], json!(null), "{query}: {answer}");
    answer["data"].clone()
}

fn ids(rows: &Value) -> Vec<&str> {
    rows.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn pools_by_order_and_filter() {
    let service = Service::filled().await;
    let (a, b) = (address(0xa0), address(0xa1));
    let (v2, v3, v4) = (pair().to_string(), format!("{:#x}", address(0x33)), v4().to_string());
    for (graphql, rest, wanted) in [
        ("orderBy: CREATED".to_owned(), "orderBy=created".to_owned(), vec![&v2, &v3, &v4]),
        ("dex: \"three\"".to_owned(), "dex=three".to_owned(), vec![&v3]),
        ("dex: \"three\", orderBy: TVL".to_owned(), "dex=three&orderBy=tvl".to_owned(), vec![&v3]),
        ("dex: \"none\"".to_owned(), "dex=none".to_owned(), vec![]),
        ("dex: \"four\", protocol: V2".to_owned(), "dex=four&protocol=v2".to_owned(), vec![]),
        (format!("tokens: [\"{b}\", \"{a}\"]"), format!("token={a},{b}"), vec![&v2, &v3]),
        (
            format!("tokens: [\"{b}\", \"{a}\"], orderBy: SWAPS, protocol: V3"),
            format!("token={a},{b}&orderBy=swaps&protocol=v3"),
            vec![&v3],
        ),
        (format!("token: \"{}\"", address(0)), format!("token={}", address(0)), vec![&v4]),
        ("orderBy: SWAPS, first: 1".to_owned(), "orderBy=swaps&first=1".to_owned(), vec![&v2]),
    ] {
        let found = data(&service, &format!("{{ pools({graphql}) {{ nodes {{ id }} }} }}")).await;
        assert_eq!(ids(&found["pools"]["nodes"]), wanted, "{graphql}");
        let (status, page) = service.get(&format!("/v1/pools?{rest}")).await;
        assert_eq!(status, 200, "{page}");
        assert_eq!(ids(&page["items"]), wanted, "{rest}");
    }
    // by locked value, page by page: each once
    for token in [String::new(), format!("&token={b}"), format!("&token={a},{b}")] {
        let (mut seen, mut path) = (Vec::new(), format!("/v1/pools?orderBy=tvl&first=1{token}"));
        loop {
            let (_, page) = service.get(&path).await;
            seen.extend(ids(&page["items"]).into_iter().map(str::to_owned));
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/v1/pools?orderBy=tvl&first=1{token}&after={next}");
        }
        let all = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!((seen.len(), all), if token.contains(',') { (2, 2) } else { (3, 3) });
    }
    for (path, code) in [
        (format!("/v1/pools?token={a},{a}"), "TOKENS_INVALID"),
        (format!("/v1/pools?token={a},{b},{a}"), "TOKENS_INVALID"),
        (format!("/v1/pools?token={a},x"), "ADDRESS_INVALID"),
        ("/v1/pools?orderBy=volume".to_owned(), "QUERY_INVALID"),
    ] {
        let (status, body) = service.get(&path).await;
        assert_eq!((status, body["code"].as_str()), (400, Some(code)), "{path}: {body}");
    }
    service.stop().await;
}

#[tokio::test]
async fn figures_of_pools_tokens_and_dexes() {
    let service = Service::filled().await;
    let fields = "volumeToken0 volumeToken1 volumeUSD feesUSD txCount totalValueLockedToken0 \
                  totalValueLockedUSD token0Price token1Price feeTier";
    let query = format!(
        "{{ pool(id: \"{}\") {{ {fields} }} dexes {{ name protocol factory poolCount txCount totalVolumeUSD \
         days {{ nodes {{ start txCount }} }} }} dex(name: \"two\") {{ factory }} \
         tokens {{ nodes {{ address figures {{ dex volume txCount totalValueLocked derivedETH priceUSD }} \
         one: figures(dex: \"two\") {{ dex }} }} }} }}",
        pair()
    );
    let data = data(&service, &query).await;
    // 120 swaps of 5 units of 6 decimals against 3 of 3 decimals
    let pool = &data["pool"];
    assert_eq!(pool["volumeToken0"], "0.0006");
    assert_eq!(pool["volumeToken1"], "0.36");
    assert_eq!((&pool["token0Price"], &pool["token1Price"]), (&json!("2"), &json!("0.5")));
    assert_eq!(pool["txCount"], SWAP_BLOCKS * 10);
    assert_eq!(pool["feeTier"], 3_000);
    let (_, rest) = service.get(&format!("/v1/pools/{}", pair())).await;
    for field in fields.split_whitespace() {
        assert_eq!(rest["item"][field], pool[field], "{field}");
    }
    let two = &data["dexes"][0];
    assert_eq!(
        (&two["name"], &two["protocol"], &two["poolCount"]),
        (&json!("two"), &json!("V2"), &json!(1))
    );
    assert_eq!(
        two["days"]["nodes"],
        json!([{ "start": 1_699_920_000, "txCount": two["txCount"] }])
    );
    assert_eq!(data["dex"]["factory"], two["factory"]);
    let (_, dexes) = service.get("/v1/dexes").await;
    assert_eq!(dexes["items"].as_array().unwrap().len(), 3);
    let (_, one) = service.get("/v1/dexes/two").await;
    assert_eq!(
        (&one["item"]["protocol"], &one["item"]["txCount"]),
        (&json!("v2"), &two["txCount"])
    );
    assert_eq!(one["item"], dexes["items"][0]);
    let (_, days) = service.get("/v1/dexes/two/days").await;
    assert_eq!(days["items"][0]["txCount"], two["txCount"]);

    // the second token is in all three, the first in two of them
    let tokens = data["tokens"]["nodes"].as_array().unwrap();
    let of = |token: &Value| -> Vec<Value> {
        token["figures"].as_array().unwrap().iter().map(|one| one["dex"].clone()).collect()
    };
    assert_eq!(of(&tokens[0]), vec![json!("four")], "{tokens:?}");
    assert_eq!(of(&tokens[1]), vec![json!("two"), json!("three")]);
    assert_eq!(of(&tokens[2]), vec![json!("two"), json!("three"), json!("four")]);
    assert_eq!(tokens[1]["figures"][0]["volume"], "0.0006");
    assert_eq!(tokens[0]["one"], json!([]));
    let (_, rest) = service.get(&format!("/v1/tokens/{}", address(0xa1))).await;
    assert_eq!(rest["item"]["figures"][0]["volume"], "0.36");
    assert_eq!(rest["item"]["figures"].as_array().unwrap().len(), 3);
    service.stop().await;
}

#[tokio::test]
async fn series_and_candles() {
    let service = Service::filled().await;
    let (pool, token) = (pair(), address(0xa1));
    let query = format!(
        "{{ poolHours(pool: \"{pool}\") {{ totalCount pageInfo {{ hasNextPage }} nodes {{ start txCount volumeToken1 reserve0 \
         }} }} tokenDays(token: \"{token}\") {{ nodes {{ start volume }} }} \
         none: poolDays(pool: \"{pool}\", span: {{ to: 1699920000 }}) {{ nodes {{ start }} }} \
         some: poolDays(pool: \"{pool}\", span: {{ from: 1699920000, to: 1699920001 }}) {{ nodes {{ start }} }} \
         poolCandles(pool: \"{pool}\", span: {{ resolution: \"1m\" }}) {{ resolution items {{ start close swapCount volume0 }} \
         }} inverse: poolCandles(pool: \"{pool}\", base: TOKEN1) {{ items {{ close }} }} \
         over: poolCandles(pool: \"{pool}\", asOf: {{ block: 3 }}) {{ block {{ number }} items {{ start }} }} \
         pools {{ nodes {{ days(first: 2) {{ start txCount }} hours {{ start }} }} }} }}"
    );
    let data = data(&service, &query).await;
    let hour = &data["poolHours"]["nodes"];
    assert_eq!(hour.as_array().unwrap().len(), 1, "{hour}");
    assert_eq!(
        (&hour[0]["start"], &hour[0]["volumeToken1"]),
        (&json!(1_699_999_200), &json!("0.36"))
    );
    assert_eq!(data["poolHours"]["pageInfo"]["hasNextPage"], false);
    assert_eq!(data["tokenDays"]["nodes"], json!([{ "start": 1_699_920_000, "volume": "0.36" }]));
    assert_eq!(data["none"]["nodes"], json!([]));
    assert_eq!(data["some"]["nodes"], json!([{ "start": 1_699_920_000 }]));
    let candle = &data["poolCandles"]["items"][0];
    assert_eq!((&candle["close"], &candle["swapCount"]), (&json!("0.5"), &json!(SWAP_BLOCKS * 10)));
    assert_eq!(data["inverse"]["items"][0]["close"], "2");
    // the hour of block 3 was not over at block 3
    assert_eq!(data["over"], json!({ "block": { "number": 3 }, "items": [] }));
    assert_eq!(data["pools"]["nodes"][0]["days"][0]["txCount"], SWAP_BLOCKS * 10);

    let (_, hours) = service.get(&format!("/v1/pools/{pool}/hours")).await;
    assert_eq!(hours["items"][0]["volumeToken1"], "0.36");
    let (_, days) = service.get(&format!("/v1/tokens/{token}/days?dex=two")).await;
    assert_eq!(days["items"][0]["volume"], "0.36");
    for (path, status, code) in [
        (format!("/v1/pools/{pool}/days?from=x"), 400, "TIME_INVALID"),
        (format!("/v1/pools/{pool}/days?dex=two"), 400, "QUERY_INVALID"),
        (format!("/v1/pools/{pool}/days?after=00"), 400, "CURSOR_INVALID"),
        ("/v1/pools/0x12/days".to_owned(), 400, "POOL_ID_INVALID"),
        (format!("/v1/tokens/{token}/hours?dex=none"), 404, "DEX_UNKNOWN"),
        ("/v1/dexes/none".to_owned(), 404, "DEX_UNKNOWN"),
        ("/v1/dexes/none/days".to_owned(), 404, "DEX_UNKNOWN"),
        (format!("/v1/pools/{pool}/ticks?from=x"), 400, "TICK_INVALID"),
        ("/v1/positions/none/1".to_owned(), 404, "DEX_UNKNOWN"),
        ("/v1/positions/three/1".to_owned(), 404, "POSITIONS_UNKNOWN"),
        (format!("/v1/positions/{token}/1"), 404, "POSITION_UNKNOWN"),
        (format!("/v1/positions/{token}/x"), 400, "TOKEN_ID_INVALID"),
        (format!("/v1/positions?owner={token}&pool={pool}"), 400, "FILTER_INVALID"),
        ("/v1/liquidity-positions".to_owned(), 400, "FILTER_INVALID"),
        (format!("/v1/accounts/{token}"), 404, "ACCOUNT_UNKNOWN"),
        ("/v1/tokens?search=".to_owned(), 400, "SEARCH_INVALID"),
        (format!("/v1/tokens?search={}", "x".repeat(65)), 400, "SEARCH_INVALID"),
        ("/v1/tokens?search=A&symbol=A".to_owned(), 400, "SEARCH_INVALID"),
    ] {
        let (answered, body) = service.get(&path).await;
        assert_eq!((answered, body["code"].as_str()), (status, Some(code)), "{path}: {body}");
    }
    for (query, code) in [
        (format!("pool(id: \"{pool}\") {{ days(first: 0) {{ start }} }}"), "PAGE_SIZE_INVALID"),
        (format!("pool(id: \"{pool}\") {{ hours(first: 32) {{ start }} }}"), "PAGE_SIZE_INVALID"),
        (
            format!("poolCandles(pool: \"{pool}\", span: {{ limit: 1001 }}) {{ resolution }}"),
            "LIMIT_INVALID",
        ),
        (format!("poolCandles(pool: \"{}\") {{ resolution }}", address(1)), "POOL_UNKNOWN"),
    ] {
        let answer = service.query(&format!("{{ {query} }}")).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{query}: {answer}");
    }
    service.stop().await;
}

#[tokio::test]
async fn tokens_are_found_by_how_their_symbol_or_address_begins() {
    let service = Service::filled().await;
    for (search, wanted) in [
        ("A", vec!["AAA"]),
        ("aa", vec!["AAA"]),
        ("BB", vec!["BBB"]),
        ("C", vec![]),
        ("%", vec![]),
        ("0xa", vec!["AAA", "BBB"]),
        ("0xA1A1", vec!["BBB"]),
        ("0xg", vec![]),
    ] {
        let (status, page) =
            service.get(&format!("/v1/tokens?search={}", search.replace('%', "%25"))).await;
        assert_eq!(status, 200, "{page}");
        let symbols: Vec<_> =
            page["items"].as_array().unwrap().iter().map(|token| &token["symbol"]).collect();
        assert_eq!(symbols, wanted, "{search}");
    }
    let (_, first) = service.get("/v1/tokens?search=0xa&first=1").await;
    let next = first["next"].as_str().unwrap();
    let (_, second) = service.get(&format!("/v1/tokens?search=0xa&first=1&after={next}")).await;
    assert_eq!((&second["items"][0]["symbol"], &second["next"]), (&json!("BBB"), &Value::Null));
    service.stop().await;
}
