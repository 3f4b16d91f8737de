//! The example stays true, and mistakes are named.

use super::*;

const EXAMPLE: &str = include_str!("../../../sooho.example.toml");

#[test]
fn the_example_loads_and_shows_the_defaults() {
    let config = Config::parse(EXAMPLE).unwrap();
    let defaults = Config::default();
    assert_eq!(config.store, defaults.store);
    assert_eq!(config.log, defaults.log);
    assert_eq!(
        (config.indexer, config.serving, config.nft_api),
        (defaults.indexer, defaults.serving, defaults.nft_api)
    );
    let chain = ChainConfig::default();
    let shown = &config.chain[0];
    assert_eq!(
        (shown.range, shown.concurrency, shown.undo_window),
        (chain.range, chain.concurrency, chain.undo_window)
    );
    assert_eq!((shown.poll_ms, shown.events_per_commit), (chain.poll_ms, chain.events_per_commit));
}

#[test]
fn the_example_documents_every_key() {
    let config = Config::parse(EXAMPLE).unwrap();
    let all = serde_json::to_value(&config).unwrap();
    let mut keys = Vec::new();
    collect(&all, &mut keys);
    for key in keys {
        let documented = EXAMPLE.lines().any(|line| {
            line.trim_start().starts_with(&format!("{key} "))
                || line.contains(&format!("[{key}]"))
                || line.contains(&format!(".{key}]"))
        });
        assert!(documented, "`{key}` is missing from sooho.example.toml");
    }
}

#[test]
fn the_example_shows_presets_and_names_them_all() {
    let dexes = &Config::parse(EXAMPLE).unwrap().chain[0].dex;
    let names: Vec<&str> = dexes.iter().map(|dex| dex.name.as_str()).collect();
    assert_eq!(names, ["a-fork", "uniswap-v3", "uniswap-v4-mine", "pancakeswap-v3"]);
    assert_eq!(dexes[0].pricing.tokens[0].decimals, 9);
    assert_eq!(dexes[2].pricing.minimum_locked.to_string(), "5");
    assert_eq!(dexes[2].pricing.whitelist.len(), 22);
    for name in crate::presets::names() {
        let (protocol, network) = name.split_at(name.find("-v").unwrap() + "-v2".len());
        assert!(EXAMPLE.contains(protocol) && EXAMPLE.contains(network), "{name} is not shown");
    }
    assert!(EXAMPLE.contains("\npreset = "));
}

fn collect(value: &serde_json::Value, keys: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(map) => {
            for (key, child) in map {
                keys.push(key.clone());
                collect(child, keys);
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, keys)),
        _ => {}
    }
}

#[test]
fn nonsense_is_named() {
    let cases = [
        ("", "no [[chain]]"),
        ("[[chain]]\nname = 'a'\nid = 1", "chain.0.rpc"),
        ("[[chain]]\nid = 1\nrpc = ['http://x']", "chain.0.name"),
        ("[[chain]]\nname = 'a'\nrpc = ['http://x']", "chain.0.id"),
        (
            "[[chain]]\nname = 'a'\nid = 1\nrpc = ['http://x']\n\
             [[chain.dex]]\nname = 'd'\nprotocol = 'v2'\nfactory = '0x0000000000000000000000000000000000000001'\n\
             [[chain.dex]]\nname = 'd'\nprotocol = 'v3'\nfactory = '0x0000000000000000000000000000000000000002'",
            "two are called `d`",
        ),
        (
            "[serving]\nlisten = '127.0.0.1:8081'\n[[chain]]\nname = 'a'\nid = 1\nrpc = ['http://x']",
            "three different addresses",
        ),
        (
            "[indexer]\naudit = '*/5 * * * *'\n[[chain]]\nname = 'a'\nid = 1\nrpc = ['http://x']",
            "indexer.audit: `*/5 * * * *` is no schedule",
        ),
        (
            "[indexer]\nlease_ms = 9\n[[chain]]\nname = 'a'\nid = 1\nrpc = ['http://x']",
            "indexer.lease_ms",
        ),
        ("[store]\nurl = 'x'", "did you mean `store.uri`?"),
    ];
    for (text, expected) in cases {
        let error = Config::parse(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
}
