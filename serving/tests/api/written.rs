//! Rows are written as the library would resolve them: each leaf of each type that stands in a list.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    chain::{address, blocks_with_positions, pair},
    service::Service,
};

/// A type, a document with the place of its leaves, and where the list is then.
type List = (&'static str, String, &'static str);

/// Leaves without arguments, by type.
async fn leaves(service: &Service) -> BTreeMap<String, Vec<String>> {
    let kind = "kind name ofType { kind name ofType { kind name } }";
    let query = format!(
        "{{ __schema {{ types {{ name fields {{ name args {{ name }} type {{ {kind} }} }} }} }} }}"
    );
    let answer = service.query(&query).await;
    let types = answer["data"]["__schema"]["types"].as_array().unwrap();
    let of = |of: &Value| {
        let fields = of["fields"].as_array().into_iter().flatten();
        let leaves = fields.filter(|field| {
            let mut kind = &field["type"];
            if kind["kind"] == "NON_NULL" {
                kind = &kind["ofType"];
            }
            let is_leaf = kind["kind"] == "SCALAR" || kind["kind"] == "ENUM";
            is_leaf && field["args"].as_array().is_some_and(Vec::is_empty)
        });
        let names: Vec<_> =
            leaves.map(|field| field["name"].as_str().unwrap().to_owned()).collect();
        (of["name"].as_str().unwrap().to_owned(), names)
    };
    types.iter().map(of).collect()
}

/// Asks for all leaves of a type in a list both ways.
async fn compare(service: &Service, leaves: &BTreeMap<String, Vec<String>>, lists: &[List]) {
    for (of, from, at) in lists {
        let names = leaves.get(*of).unwrap_or_else(|| panic!("no type {of}"));
        assert!(!names.is_empty(), "{of}");
        let answer = async |selected: String| {
            let answer =
                service.query(&format!("{{ {} }}", from.replace("LEAVES", &selected))).await;
            assert_eq!(answer["errors"], json!(null), "{of}: {answer}");
            answer["data"].clone()
        };
        let all = names.join(" ");
        let written = answer(format!("{all} __typename")).await;
        // what is asked for twice is left to the library
        let resolved = answer(format!("{all} __typename {}", names[0])).await;
        assert_eq!(written, resolved, "{of}");
        let rows = written.pointer(at).unwrap();
        assert!(rows.as_array().is_some_and(|rows| !rows.is_empty()), "{of}: {written}");
    }
}

#[tokio::test]
async fn rows_say_what_the_library_says() {
    let service = Service::filled().await;
    let leaves = leaves(&service).await;
    let (token, pool) = (address(0xa0), pair());
    let lists = [
        ("Pool", "pools { nodes { LEAVES } }".to_owned(), "/pools/nodes"),
        ("Pool", "pools { edges { cursor node { LEAVES } } }".to_owned(), "/pools/edges"),
        ("Token", "tokens { nodes { LEAVES } }".to_owned(), "/tokens/nodes"),
        ("Token", "pools { nodes { token0 { LEAVES } } }".to_owned(), "/pools/nodes"),
        ("Swap", "swaps { nodes { LEAVES } }".to_owned(), "/swaps/nodes"),
        (
            "LiquidityEvent",
            "liquidityEvents { nodes { LEAVES } }".to_owned(),
            "/liquidityEvents/nodes",
        ),
        (
            "PoolPeriod",
            format!("poolDays(pool: \"{pool}\") {{ nodes {{ LEAVES }} }}"),
            "/poolDays/nodes",
        ),
        ("PoolPeriod", "pools { nodes { days { LEAVES } } }".to_owned(), "/pools/nodes"),
        (
            "TokenPeriod",
            format!("tokenDays(token: \"{token}\", dex: \"two\") {{ nodes {{ LEAVES }} }}"),
            "/tokenDays/nodes",
        ),
        ("DexDay", "dexes { days { nodes { LEAVES } } }".to_owned(), "/dexes/0/days/nodes"),
        (
            "PoolCandle",
            format!("poolCandles(pool: \"{pool}\") {{ items {{ LEAVES }} }}"),
            "/poolCandles/items",
        ),
        (
            "TokenCandle",
            format!("tokenCandles(token: \"{token}\", dex: \"two\") {{ items {{ LEAVES }} }}"),
            "/tokenCandles/items",
        ),
    ];
    compare(&service, &leaves, &lists).await;
    service.stop().await;
}

#[tokio::test]
async fn rows_of_holders_and_ticks_too() {
    let service = Service::empty().await;
    service.commit(None, &blocks_with_positions()).await;
    service.refresh().await;
    let leaves = leaves(&service).await;
    let (pair, pool) = (pair(), address(0x33));
    let lists = [
        ("Position", "positions { nodes { LEAVES } }".to_owned(), "/positions/nodes"),
        (
            "LiquidityPosition",
            format!("liquidityPositions(pool: \"{pair}\") {{ nodes {{ LEAVES }} }}"),
            "/liquidityPositions/nodes",
        ),
        ("Tick", format!("ticks(pool: \"{pool}\") {{ nodes {{ LEAVES }} }}"), "/ticks/nodes"),
        (
            "TickDay",
            format!("tickDays(pool: \"{pool}\") {{ nodes {{ LEAVES }} }}"),
            "/tickDays/nodes",
        ),
    ];
    compare(&service, &leaves, &lists).await;
    service.stop().await;
}

#[tokio::test]
async fn names_and_order_are_those_of_the_request() {
    let service = Service::filled().await;
    let query = "{ swaps(first: 1) { nodes { of: poolId tick pool { id token1 { decimals a: address } } id } } }";
    let text = service.query_text(query).await;
    let places = [
        "\"of\":\"0x",
        "\"tick\":",
        "\"pool\":{\"id\":",
        "\"token1\":{\"decimals\":",
        "\"a\":\"0x",
        "\"id\":\"",
    ];
    let mut rest = text.as_str();
    for place in places {
        let (_, behind) = rest.split_once(place).unwrap_or_else(|| panic!("no {place} in {text}"));
        rest = behind;
    }
}
