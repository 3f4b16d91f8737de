//! What asks for a rebuild, and what does not.

use std::{sync::Arc, time::Duration};

use abis::dynamic::{Abi, Contracts, Spec};
use alloy_primitives::Address;
use domain::{
    config::{Collection, Dex, Fork, Pricing, StaticToken, Watch},
    entity::{NftStandard, Protocol},
    ids::PoolId,
};

use super::Sources;
use crate::{config::IndexerConfig, error::IndexerError};

const ABI: &[u8] = br#"[{"type":"event","name":"Deposit","inputs":[{"name":"who","type":"address","indexed":true}]}]"#;

fn address(n: u8) -> Address {
    Address::repeat_byte(n)
}

fn dex(name: &str, protocol: Protocol, n: u8) -> Dex {
    let pricing = Pricing {
        reference_token: address(90),
        whitelist: vec![address(90), address(91)],
        stablecoins: vec![address(91), address(92)],
        stable_pools: vec![PoolId::Contract(address(93))],
        minimum_locked: "0.000000000000000001".parse().unwrap(),
        minimum_liquidity_usd: "400000.5".parse().unwrap(),
        ..Pricing::default()
    };
    let position_manager = None;
    Dex {
        name: name.into(),
        protocol,
        factory: address(n),
        fee_pips: 3_000,
        fork: None,
        position_manager,
        pricing,
    }
}

fn collection(name: &str, n: u8) -> Collection {
    Collection { name: name.into(), standard: NftStandard::Erc721, address: address(n) }
}

fn spec(name: &str) -> Spec {
    let abi = Abi::parse(ABI).unwrap();
    Spec { name: name.into(), abi, addresses: vec![address(50)], factory: None, events: vec![] }
}

fn config() -> IndexerConfig {
    IndexerConfig {
        chain_id: 1,
        name: "one".into(),
        native_symbol: "ETH".into(),
        start_block: 100,
        watch: Watch {
            dexes: vec![dex("two", Protocol::V2, 2), dex("three", Protocol::V3, 3)],
            collections: vec![collection("apes", 20), collection("badges", 21)],
        },
        contracts: Arc::new(Contracts::compile(&[spec("vault")]).unwrap()),
        range: 1,
        concurrency: 2,
        transactions: true,
        undo_window: 3,
        poll_interval: Duration::from_millis(4),
        events_per_commit: 5,
    }
}

fn differences(change: impl FnOnce(&mut IndexerConfig)) -> Vec<String> {
    let (old, mut new) = (config(), config());
    change(&mut new);
    // through the stored text, as in life
    let text = Sources::of(&old).text().unwrap();
    let stored = Sources::read(&text).unwrap();
    assert_eq!(stored, Sources::of(&old));
    let found = stored.differences(&Sources::of(&new)).unwrap();
    let onto = stored.onto(&new).unwrap();
    assert!(Sources::of(&onto) == Sources::of(&old) && onto.range == new.range);
    found
}

#[test]
fn what_is_not_stored_asks_for_no_rebuild() {
    assert!(differences(|_| ()).is_empty());
    assert!(
        differences(|new| {
            new.name = "other".into();
            (new.range, new.concurrency, new.undo_window, new.events_per_commit) = (9, 9, 9, 9);
            new.poll_interval = Duration::from_secs(9);
            // what is stored reaches further back than it has to
            new.start_block = 200;
            new.watch.dexes.reverse();
            new.watch.collections.reverse();
            new.watch.collections[0].name = "another name".into();
            // a V3 pool says itself what its fee is
            new.watch.dexes[0].fee_pips = 1;
            new.watch.dexes[1].pricing.stablecoins.reverse();
        })
        .is_empty()
    );
    let stated =
        StaticToken { address: address(90), symbol: "W".into(), name: "W".into(), decimals: 6 };
    let (mut first, mut second) = (config(), config());
    first.watch.dexes[0].pricing.tokens.push(stated.clone());
    second.watch.dexes[1].pricing.tokens.push(stated);
    let (first, second) = (Sources::of(&first), Sources::of(&second));
    assert!(first.differences(&second).unwrap().is_empty(), "it is the same token");
}

#[test]
fn what_is_stored_otherwise_is_named() {
    type Change = fn(&mut IndexerConfig);
    let cases: [(&str, Change); 15] = [
        ("start_block 100 -> 99", |new| new.start_block = 99),
        ("transactions true -> false", |new| new.transactions = false),
        ("native_symbol ETH -> KAIA", |new| new.native_symbol = "KAIA".into()),
        ("added dex `four`", |new| new.watch.dexes.push(dex("four", Protocol::V4, 4))),
        ("removed dex `two`", |new| drop(new.watch.dexes.remove(0))),
        ("changed name of dex `two`", |new| new.watch.dexes[0].name = "2".into()),
        ("changed fee of dex `two`", |new| new.watch.dexes[0].fee_pips = 2_500),
        ("changed fork of dex `three`", |new| {
            new.watch.dexes[1].fork = Some(Fork::PancakeV3);
        }),
        ("changed position manager of dex `three`", |new| {
            new.watch.dexes[1].position_manager = Some(address(33));
        }),
        ("changed pricing of dex `three`", |new| new.watch.dexes[1].pricing.whitelist.reverse()),
        ("changed stated tokens (pricing.tokens)", |new| {
            let (symbol, name) = ("W".to_owned(), "W".to_owned());
            let token = StaticToken { address: address(90), symbol, name, decimals: 6 };
            new.watch.dexes[1].pricing.tokens.push(token);
        }),
        ("added collection `cats`", |new| new.watch.collections.push(collection("cats", 22))),
        ("changed standard of collection `apes`", |new| {
            new.watch.collections[0].standard = NftStandard::Erc1155;
        }),
        ("removed contract `vault`", |new| new.contracts = Arc::default()),
        ("added contract `b`", |new| {
            let b = Spec { addresses: vec![address(51)], ..spec("b") };
            new.contracts = Arc::new(Contracts::compile(&[spec("vault"), b]).unwrap());
        }),
    ];
    for (wanted, change) in cases {
        assert_eq!(differences(change), [wanted]);
    }
    let both = differences(|new| {
        new.watch.dexes[0].fee_pips = 1;
        new.watch.dexes[0].pricing.minimum_locked = "2".parse().unwrap();
        drop(new.watch.collections.remove(1));
    });
    assert_eq!(both, ["changed fee and pricing of dex `two`", "removed collection `badges`"]);
}

#[test]
fn other_words_keep_the_block_that_the_data_begins_at() {
    let (old, mut new) = (config(), config());
    new.start_block = 500;
    new.watch.collections[0].name = "monkeys".into();
    let renamed = Sources::of(&old).renamed(Sources::of(&new));
    assert_eq!(renamed.start_block, 100);
    assert_eq!(renamed.collections[0].name, "monkeys");
}

#[test]
fn what_cannot_be_read_is_said() {
    let text = Sources::of(&config()).text().unwrap();
    let newer = text.replacen('{', "{\"what_nobody_knows\":1,", 1);
    let error = Sources::read(&newer).unwrap_err();
    assert!(matches!(error, IndexerError::Sources(_)) && !error.is_transient());
    assert!(error.to_string().contains("upgrade"), "{error}");
}

#[test]
fn data_of_a_version_that_did_not_follow_fees_is_made_anew() {
    let new = Sources::of(&config());
    let text = new.text().unwrap();
    let without = text.replace(r#","fee_growth":true"#, "");
    assert_ne!(text, without);
    let found = Sources::read(&without).unwrap().differences(&new).unwrap();
    assert_eq!(found, ["growth of fees is followed, which an older version did not"]);
    // pairs have none
    let mut pairs = config();
    pairs.watch.dexes.pop();
    let new = Sources::of(&pairs);
    let text = new.text().unwrap();
    let without = text.replace(r#","fee_growth":false"#, "");
    assert_ne!(text, without);
    assert_eq!(Sources::read(&without).unwrap(), new);
}
