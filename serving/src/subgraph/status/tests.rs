//! What is told of subgraphs, and what is picked of it.

use alloy_primitives::B256;
use domain::block::BlockRef;
use serde_json::json;

use super::*;
use crate::subgraph::served::Standing;

const CURRENT: &str = "indexingStatusForCurrentVersion(subgraphName: \"uniswap/uniswap-v3\")";

fn standing() -> Standing {
    let latest = BlockRef {
        number: 1_000,
        hash: B256::repeat_byte(0xab),
        parent_hash: B256::ZERO,
        timestamp: 1,
    };
    Standing {
        first: 100,
        latest: Some(latest),
        head: Some((1_010, B256::repeat_byte(0xcd))),
        entities: 123_456,
        history_from: 100,
    }
}

/// Of two subgraphs.
fn ask(query: &str, variables: Json) -> Result<Json, QueryError> {
    let Json::Object(variables) = variables else { panic!("{variables}") };
    let behind = Standing { head: Some((2_000, B256::ZERO)), ..standing() };
    let told = BTreeMap::from([
        ("QmA".to_owned(), tell::status("QmA", "mainnet", &standing())),
        ("QmB".to_owned(), tell::status("QmB", "base", &behind)),
    ]);
    let id_of = |name: &str| match name {
        "uniswap/uniswap-v3" | "uniswap/old" => Some("QmA".to_owned()),
        "other" => Some("QmB".to_owned()),
        _ => None,
    };
    let roots = asked::read(Request { query: query.to_owned(), variables })?;
    finish(&roots, &told, id_of).map(|text| serde_json::from_str(&text).unwrap())
}

fn told(query: &str) -> Json {
    ask(query, json!({})).unwrap()
}

fn refusal(query: &str) -> String {
    ask(query, json!({})).unwrap_err().message
}

#[test]
fn all_of_a_status() {
    let block = "{ hash number }";
    let query = format!(
        "{{ {CURRENT} {{ __typename subgraph synced health fatalError {{ message block {block} handler deterministic }} \
         nonFatalErrors {{ message }} chains {{ __typename network chainHeadBlock {block} earliestBlock {block} \
         latestBlock {block} lastHealthyBlock {block} }} entityCount node paused historyBlocks \
         subgraphSize {{ rowEstimate tableSize indexSize toastSize totalSize }} }} }}"
    );
    let wanted = json!({
        "__typename": "SubgraphIndexingStatus",
        "subgraph": "QmA",
        "synced": true,
        "health": "healthy",
        "fatalError": null,
        "nonFatalErrors": [],
        "chains": [{
            "__typename": "EthereumIndexingStatus",
            "network": "mainnet",
            "chainHeadBlock": { "hash": "cd".repeat(32), "number": "1010" },
            "earliestBlock": { "hash": "0x0", "number": "100" },
            "latestBlock": { "hash": "ab".repeat(32), "number": "1000" },
            "lastHealthyBlock": null,
        }],
        "entityCount": "123456",
        "node": null,
        "paused": false,
        "historyBlocks": 2_147_483_647,
        "subgraphSize": null,
    });
    assert_eq!(told(&query), json!({ "indexingStatusForCurrentVersion": wanted }));
}

#[test]
fn who_is_near_the_head_is_synced() {
    let synced = |standing: Standing| tell::status("a", "b", &standing)["synced"].clone();
    assert_eq!(synced(standing()), true);
    assert_eq!(synced(Standing { head: Some((1_011, B256::ZERO)), ..standing() }), false);
    // a node that is behind what was indexed, and one that nobody asked
    assert_eq!(synced(Standing { head: Some((900, B256::ZERO)), ..standing() }), true);
    assert_eq!(synced(Standing { head: None, ..standing() }), true);
    assert_eq!(synced(Standing { latest: None, ..standing() }), false);
    assert_eq!(synced(Standing { latest: None, head: None, ..standing() }), false);
}

#[test]
fn a_bounded_history_is_told() {
    let status = tell::status("a", "b", &Standing { history_from: 900, ..standing() });
    assert_eq!(status["historyBlocks"], 100);
    assert_eq!(status["chains"][0]["earliestBlock"]["number"], "900");
    // what is asked for before anything is there begins where indexing does
    let status = tell::status("a", "b", &Standing { latest: None, history_from: 0, ..standing() });
    assert_eq!(status["historyBlocks"], i32::MAX);
    assert_eq!(status["chains"][0]["earliestBlock"]["number"], "100");
    assert_eq!(status["chains"][0]["latestBlock"], Json::Null);
    let nobody_knows = tell::status("a", "b", &Standing { head: None, ..standing() });
    assert_eq!(nobody_knows["chains"][0]["chainHeadBlock"], Json::Null);
}

#[test]
fn subgraphs_are_found_by_name_and_id() {
    let named = |name: &str| format!("(subgraphName: \"{name}\") {{ subgraph }}");
    let query = format!(
        "{{ old: indexingStatusForCurrentVersion{} nobody: indexingStatusForCurrentVersion{} \
         pending: indexingStatusForPendingVersion{} list: indexingStatusesForSubgraphName{} \
         none: indexingStatusesForSubgraphName{} all: indexingStatuses {{ subgraph }} \
         some: indexingStatuses(subgraphs: [\"QmB\", \"QmC\", \"QmB\"]) {{ subgraph }} \
         empty: indexingStatuses(subgraphs: []) {{ subgraph }} __typename }}",
        named("uniswap/old"),
        named("nobody"),
        named("uniswap/uniswap-v3"),
        named("other"),
        named("nobody"),
    );
    let (a, b) = (json!({ "subgraph": "QmA" }), json!({ "subgraph": "QmB" }));
    let wanted = json!({
        "old": a, "nobody": null, "pending": null, "list": [b], "none": [], "all": [a, b], "some": [b], "empty": [a, b],
        "__typename": "Query",
    });
    assert_eq!(told(&query), wanted);
}

#[test]
fn documents_are_read_leniently() {
    let name = json!({ "name": "uniswap/uniswap-v3", "ids": ["QmA"] });
    let wanted = json!({ "s": { "chains": [{ "latestBlock": { "number": "1000" } }] } });
    for query in [
        // as a site asks: a type that does not fit, an argument that nobody knows
        "query($name: Bytes) { s: indexingStatusForCurrentVersion(subgraphName: $name, subgraphError: allow) \
         { chains { latestBlock { number } } } }",
        "query($name: Nothing!) { s: indexingStatusForCurrentVersion(subgraphName: $name) \
         { ...F ...F chains { latestBlock { number { deep } } } } } \
         fragment F on SubgraphIndexingStatus { chains { ... on EthereumIndexingStatus { latestBlock { number } } } } \
         fragment Unused on Nothing { a }",
        "query($name: String) { s: indexingStatusForCurrentVersion(subgraphName: $name) \
         { chains { ... on ChainIndexingStatus { latestBlock { number } } ... on Pool { network } } } }",
        // objects without a selection are left out
        "query($name: String) { indexingStatuses s: indexingStatusForCurrentVersion(subgraphName: $name) \
         { fatalError,, chains { latestBlock { number } network @skip(if: true) } } }",
    ] {
        assert_eq!(ask(query, name.clone()), Ok(wanted.clone()), "{query}");
    }
    let query = "query($ids: [Bytes]) { indexingStatuses(subgraphs: $ids) { subgraph } }";
    let wanted = json!({ "indexingStatuses": [{ "subgraph": "QmA" }] });
    assert_eq!(ask(query, name), Ok(wanted));
}

#[test]
fn refusals_name_the_culprit() {
    for (query, said) in [
        ("{ pools { id } }", "Type `Query` has no field `pools`"),
        ("{ indexingStatuses { id } }", "Type `SubgraphIndexingStatus` has no field `id`"),
        (
            "{ indexingStatuses { chains { block { number } } } }",
            "Type `EthereumIndexingStatus` has no field `block`",
        ),
        (
            "{ indexingStatusForCurrentVersion { synced } }",
            "No value provided for required argument: `subgraphName`",
        ),
        (
            "{ indexingStatusForPendingVersion(subgraphName: null) { synced } }",
            "No value provided for required argument: `subgraphName`",
        ),
        (
            "{ indexingStatusForCurrentVersion(subgraphName: 1) { synced } }",
            "Invalid value provided for argument `subgraphName`: 1",
        ),
        (
            "{ indexingStatuses(subgraphs: [1]) { synced } }",
            "Invalid value provided for argument `subgraphs`: 1",
        ),
        ("{ ...F }", "fragment `F` is not defined"),
        ("mutation { a }", "Not supported: Mutations are not supported"),
        ("query A { a } query B { b }", "Operation name required"),
    ] {
        assert_eq!(refusal(query), said, "{query}");
    }
    let error = ask("{\n  pools { id } }", json!({})).unwrap_err();
    assert_eq!(error.position, Some((2, 3)));
}

#[test]
fn what_is_asked_is_bounded() {
    let roots = |count: usize| {
        let fields = (0..count).map(|number| format!("a{number}: indexingStatuses {{ synced }} "));
        format!("{{ {} }}", fields.collect::<String>())
    };
    assert_eq!(told(&roots(100)).as_object().unwrap().len(), 100);
    assert_eq!(refusal(&roots(101)), "query is too expensive");
    let ids = "\"QmA\", ".repeat(3_000);
    let query = format!("{{ indexingStatuses(subgraphs: [{ids}]) {{ synced }} }}");
    assert_eq!(refusal(&query), "query is too expensive");
    // little to read, but much to tell: one member of each of many subgraphs, under a long name
    let shape = "a".repeat(6_400);
    let request = Request {
        query: format!("{{ indexingStatuses {{ {shape}: synced }} }}"),
        ..Request::default()
    };
    let roots = asked::read(request).unwrap();
    let one = tell::status("a", "b", &standing());
    let many = |count: usize| {
        let each = (0..count).map(|number| (number.to_string(), one.clone()));
        finish(&roots, &each.collect::<BTreeMap<_, _>>(), |_: &str| None)
    };
    assert!(many(400).is_ok());
    assert_eq!(many(600).unwrap_err().message, "query is too expensive");
}
