//! What nobody can mean is said to whoever wrote it.

use crate::config::Config;

const CHAIN: &str = "[[chain]]\nname = 'local'\nid = 1\nrpc = ['http://127.0.0.1:8545']\n";
const A: &str = "0x00000000000000000000000000000000000000aa";
const ZERO: &str = "0x0000000000000000000000000000000000000000";

#[track_caller]
fn refused(text: &str, words: &str) {
    let said = Config::parse(text).unwrap_err().to_string();
    assert!(said.contains(words), "{said}");
}

#[test]
fn names_of_chains_can_be_names_of_files() {
    for name in ["../up", "a/b", ".hidden", "with space", "two\\nlines", &"x".repeat(65)] {
        let text = CHAIN.replace("'local'", &format!("\"{name}\""));
        refused(&text, "chain.0.name: ");
    }
    for name in ["mainnet", "arbitrum-one", "a_1.x"] {
        Config::parse(&CHAIN.replace("local", name)).unwrap();
    }
}

#[test]
fn a_database_has_a_name_before_anybody_connects() {
    for name in ["", "my.db", "with space", "slash/", &"x".repeat(39)] {
        refused(&format!("[store]\ndatabase = '{name}'\n{CHAIN}"), "store.database: `");
    }
    for name in ["sooho", "sooho-2_test", &"x".repeat(38)] {
        Config::parse(&format!("[store]\ndatabase = '{name}'\n{CHAIN}")).unwrap();
    }
}

#[test]
fn waiting_for_ever_is_no_waiting() {
    refused(&format!("[indexer]\nlease_ms = {}\n{CHAIN}", i64::MAX), "indexer.lease_ms: ");
    refused(&format!("{CHAIN}poll_ms = 3600001\n"), "chain.0.poll_ms: ");
    Config::parse(&format!("{CHAIN}poll_ms = 3600000\n")).unwrap();
}

#[test]
fn contracts_are_somewhere_and_have_a_name() {
    let dex = |name: &str, factory: &str, more: &str| {
        let section = "[[chain.dex]]\nprotocol = 'v2'";
        format!("{CHAIN}{section}\nname = '{name}'\nfactory = '{factory}'\n{more}\n")
    };
    refused(&dex("", A, ""), "chain.0.dex.0.name: ");
    refused(&dex("x", ZERO, ""), "chain.0.dex.0.factory is the zero address");
    refused(&dex("x", A, "fee_pips = 1000000"), "chain.0.dex.0.fee_pips: ");
    Config::parse(&dex("x", A, "fee_pips = 3000")).unwrap();
    refused(&dex("x", A, "fork = 'pancake-v3'"), "chain.0.dex.0.fork: the known forks follow");

    let section = "[[chain.collection]]\nstandard = 'erc721'";
    let nft = |name: &str, at: &str| format!("{CHAIN}{section}\nname = '{name}'\naddress = '{at}'");
    refused(&nft("a", ZERO), "chain.0.collection.0.address is the zero address");
    refused(&nft("", A), "chain.0.collection.0.name: ");
    Config::parse(&nft("Bored Apes", A)).unwrap();
}
