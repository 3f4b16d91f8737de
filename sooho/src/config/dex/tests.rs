//! Presets, what is written beside them, and mistakes.

use domain::config::Dex;

use super::*;
use crate::config::Config;

const CHAIN: &str = "[[chain]]\nname = 'a'\nid = 1\nrpc = ['http://x']\n";

fn config(text: &str) -> Result<Config, String> {
    Config::parse(&format!("{CHAIN}{text}")).map_err(|error| error.to_string())
}

fn dex(text: &str) -> DexConfig {
    config(&format!("[[chain.dex]]\n{text}")).unwrap().chain.remove(0).dex.remove(0)
}

#[test]
fn what_is_written_beside_a_preset_counts() {
    let preset = dex("preset = 'uniswap-v3-mainnet'");
    assert_eq!((preset.name.as_str(), preset.start_block), ("uniswap-v3", 12_369_621));
    let mine = dex("preset = 'uniswap-v3-mainnet'\nname = 'mine'\nstart_block = 5\n\
         pricing = { minimum_locked = '60', stablecoins = [], tokens = [] }");
    let expected = DexConfig {
        name: "mine".into(),
        start_block: 5,
        pricing: Pricing {
            minimum_locked: Decimal::from(60u64),
            stablecoins: Vec::new(),
            tokens: Vec::new(),
            ..preset.pricing.clone()
        },
        ..preset
    };
    assert_eq!(mine, expected);
}

#[test]
fn the_indexer_is_told_all_of_it() {
    let chain = config("[[chain.dex]]\npreset = 'uniswap-v3-mainnet'").unwrap().chain.remove(0);
    let watched: &Dex = &chain.indexer().watch.dexes[0];
    assert_eq!(watched.pricing, chain.dex[0].pricing);
    assert_eq!(watched.pricing.tokens[0].symbol, "DGD");
}

#[test]
fn a_chain_starts_where_its_presets_say_unless_it_says_otherwise() {
    let both = "[[chain.dex]]\npreset = 'uniswap-v3-mainnet'\n[[chain.dex]]\npreset = 'uniswap-v2-mainnet'\n";
    let start = |text: &str| config(text).unwrap().chain[0].start_block;
    assert_eq!(start(both), 10_000_834);
    assert_eq!(start(&format!("start_block = 7\n{both}")), 7);
    // whatever else is watched may be older
    let collection = "[[chain.collection]]\nname = 'c'\nstandard = 'erc721'\n\
                      address = '0x0000000000000000000000000000000000000009'\n";
    assert_eq!(start(&format!("{both}{collection}")), 0);
    let unknown = "[[chain.dex]]\nname = 'd'\nprotocol = 'v2'\n\
                   factory = '0x0000000000000000000000000000000000000008'\n";
    assert_eq!(start(&format!("{both}{unknown}")), 0);
}

#[test]
fn mistakes_are_named() {
    let cases = [
        ("preset = 'uniswap-v3-mainet'", "did you mean `uniswap-v3-mainnet`?"),
        ("preset = 'x'", "the presets are pancakeswap-v3-bsc, "),
        ("preset = 'uniswap-v3-base'\nfactry = '0x'", "did you mean `chain.0.dex.0.factory`?"),
        (
            "preset = 'uniswap-v3-base'\npricing = { whitelst = [] }",
            "did you mean `chain.0.dex.0.pricing.whitelist`?",
        ),
        ("name = 'd'\nprotocol = 'v2'", "`factory` is missing"),
    ];
    for (text, expected) in cases {
        let error = config(&format!("[[chain.dex]]\n{text}")).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
        assert!(error.contains("chain"), "{text}: {error}");
    }
}
