//! What a section says, ids that are made up, and mistakes by name.

use serde_json::json;

use super::{id::base58, *};

fn settings(more: serde_json::Value) -> SubgraphSettings {
    let mut all = json!({ "name": "uniswap/uniswap-v3", "chain": "mainnet", "dex": "uniswap-v3" });
    if let (Some(all), serde_json::Value::Object(more)) = (all.as_object_mut(), more) {
        all.extend(more);
    }
    serde_json::from_value(all).unwrap()
}

fn refusal(all: &[SubgraphSettings]) -> String {
    let chains = [
        KnownChain { name: "mainnet", dexes: vec!["uniswap-v2", "uniswap-v3"] },
        KnownChain { name: "empty", dexes: Vec::new() },
    ];
    check(all, &chains).err().unwrap_or_default()
}

#[test]
fn what_is_left_out_has_a_default() {
    let one = settings(json!({}));
    assert_eq!((one.max_first, one.max_skip), (1_000, 5_000));
    assert!(one.aliases.is_empty() && one.id.is_empty() && one.schema.is_empty());
    assert_eq!(one.limits(), Limits { first: 1_000, skip: 5_000, ..Limits::default() });
    let one = settings(json!({ "max_first": 5_000, "max_skip": 7 }));
    assert_eq!((one.limits().first, one.limits().skip), (5_000, 7));
    assert_eq!(refusal(&[one]), "");
    // what is written is read again
    let one = settings(json!({ "aliases": ["a/b"], "id": "QmX" }));
    let again = serde_json::to_value(&one).and_then(serde_json::from_value::<SubgraphSettings>);
    assert_eq!(again.unwrap(), one);
}

#[test]
fn a_section_has_no_other_keys_and_not_fewer() {
    for (section, said) in [
        (json!({ "name": "a", "chain": "b", "dex": "c", "path": "d" }), "unknown field `path`"),
        (json!({ "name": "a", "chain": "b" }), "missing field `dex`"),
        (json!({ "name": "a", "chain": "b", "dex": "c", "text": "d" }), "unknown field `text`"),
    ] {
        let error = serde_json::from_value::<SubgraphSettings>(section).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn an_id_that_nobody_configured_is_stable_and_looks_like_one() {
    let id = settings(json!({})).deployment();
    assert_eq!(id.len(), 46);
    assert!(id.starts_with("Qm"), "{id}");
    let with_other_limits = settings(json!({ "max_first": 9, "aliases": ["b"] }));
    assert_eq!(with_other_limits.deployment(), id);
    assert_ne!(settings(json!({ "name": "b" })).deployment(), id);
    assert_ne!(settings(json!({ "chain": "base" })).deployment(), id);
    assert_eq!(settings(json!({ "id": "QmMine" })).deployment(), "QmMine");
}

#[test]
fn hashes_are_written_as_ipfs_writes_them() {
    let written = |hash: [u8; 32]| base58(&[&[0x12, 0x20][..], &hash].concat());
    let empty_folder = "59948439065f29619ef41280cbb932be52c56d99c5966b65e0111239f098bbef";
    let hash = empty_folder.parse::<alloy_primitives::B256>().unwrap();
    assert_eq!(written(hash.0), "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn");
    // the least and the greatest of all
    assert_eq!(written([0; 32]), "QmNLei78zWmzUdbeRB3CiUfAizWUrbeeZh5K1rhAQKCh51");
    assert_eq!(written([0xff; 32]), "QmfZy5bvk7a3DQAjCbGNtmrPXWkyVvPrdnZMyBZ5q5ieKG");
}

#[test]
fn good_names() {
    for name in ["a", "Uniswap/info", "uniswap/uniswap-v2-dev", "a1/b_2", "graphql-x/y"] {
        assert_eq!(refusal(&[settings(json!({ "name": name }))]), "", "{name}");
    }
}

#[test]
fn mistakes_are_named() {
    let long = "a".repeat(256);
    for (more, said) in [
        (json!({ "name": "" }), "subgraph.0.name: `` is no name"),
        (json!({ "name": "a/b/c" }), "subgraph.0.name: `a/b/c` is no name"),
        (json!({ "name": "a/" }), "is no name"),
        (json!({ "name": "/a" }), "is no name"),
        (json!({ "name": "a b" }), "is no name"),
        (json!({ "name": "a/ä" }), "is no name"),
        (json!({ "name": "-a" }), "is no name"),
        (json!({ "name": "a_/b" }), "is no name"),
        (json!({ "name": "a\"b" }), "`a\\\"b` is no name"),
        (json!({ "name": long }), "is no name"),
        (json!({ "name": "a/graphql" }), "no part of a name can be `graphql`"),
        (json!({ "aliases": ["b", "a b"] }), "subgraph.0.aliases.1"),
        (
            json!({ "aliases": ["uniswap/uniswap-v3"] }),
            "subgraph.0.aliases.0: `uniswap/uniswap-v3`",
        ),
        (json!({ "aliases": vec!["b"; 101] }), "at most 100 other names"),
        (json!({ "id": "Qm/x" }), "subgraph.0.id: `Qm/x` is no id"),
        (json!({ "id": "a".repeat(47) }), "is no id"),
        (json!({ "id": "graphql" }), "is no id"),
        (
            json!({ "chain": "base" }),
            "subgraph.0.chain: no [[chain]] is called `base`: mainnet, empty",
        ),
        (json!({ "chain": "" }), "subgraph.0.chain"),
        (json!({ "dex": "sushi" }), "is called `sushi`: uniswap-v2, uniswap-v3"),
        (json!({ "dex": "" }), "subgraph.0.dex: no [[chain.dex]] of `mainnet` is called ``"),
        (json!({ "chain": "empty" }), "it has none"),
        (json!({ "max_first": 0 }), "subgraph.0.max_first: 0 is not from 1 to 10000"),
        (json!({ "max_first": 10_001 }), "subgraph.0.max_first"),
        (json!({ "max_skip": 1_000_001 }), "subgraph.0.max_skip: 1000001 is not from 0 to 1000000"),
    ] {
        let refusal = refusal(&[settings(more.clone())]);
        assert!(refusal.contains(said), "{more}: {refusal}");
    }
}

#[test]
fn names_and_ids_are_of_one_subgraph() {
    let first = || settings(json!({ "aliases": ["old"], "id": "QmA" }));
    for (more, said) in [
        (json!({}), "subgraph.1.name: `uniswap/uniswap-v3` is the name of two subgraphs"),
        (json!({ "name": "old" }), "subgraph.1.name: `old`"),
        (json!({ "name": "b", "aliases": ["old"] }), "subgraph.1.aliases.0: `old`"),
        (json!({ "name": "b", "id": "QmA" }), "subgraph.1.id: `QmA` is the id of two subgraphs"),
    ] {
        let refusal = refusal(&[first(), settings(more.clone())]);
        assert!(refusal.contains(said), "{more}: {refusal}");
    }
    assert_eq!(refusal(&[first(), settings(json!({ "name": "b", "id": "QmB" }))]), "");
    // one that is made up can be written by somebody, too
    let made = settings(json!({})).deployment();
    let same = settings(json!({ "name": "b", "id": made }));
    assert!(refusal(&[settings(json!({})), same]).contains("is the id of two subgraphs"));
}

#[test]
fn a_schema_is_that_of_the_protocol_or_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let own = "type Pool @entity { id: Bytes! }";
    std::fs::write(folder.path().join("own.graphql"), own).unwrap();
    std::fs::write(folder.path().join("bad.graphql"), "type Pool @entity { a: Int }").unwrap();

    let mut one = settings(json!({}));
    one.read_schema(folder.path()).unwrap();
    assert_eq!(one.schema_text(Protocol::V2), standard::UNISWAP_V2);
    assert_eq!(one.schema_text(Protocol::V3), standard::UNISWAP_V3);
    assert_eq!(one.schema_text(Protocol::V4), standard::UNISWAP_V4);

    let mut one = settings(json!({ "schema": "own.graphql" }));
    one.read_schema(folder.path()).unwrap();
    assert_eq!(one.schema_text(Protocol::V3), own);

    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("table.graphql", "type Pool @entity(source: \"pols\") { id: Bytes! }");
    write("column.graphql", "type Pool @entity { id: Bytes! tick: Int @from(column: \"tik\") }");
    for (file, said) in [
        ("bad.graphql", "has no field `id`"),
        ("none.graphql", "none.graphql"),
        ("table.graphql", "Pool is made of `pols`, which is no table; there are burns, "),
        ("column.graphql", "Pool.tick is made of `tik`, which `pools` does not have; it has id, "),
    ] {
        let error = settings(json!({ "schema": file })).read_schema(folder.path()).unwrap_err();
        assert!(error.starts_with("schema: ") && error.contains(said), "{error}");
    }
}
