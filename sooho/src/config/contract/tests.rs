//! Mistakes in `[[chain.contract]]` come from loading the configuration, one sentence each.

use std::{fs, path::PathBuf};

use super::super::*;

const ABI: &str = r#"[
  {"type":"event","name":"Transfer","inputs":[
    {"name":"from","type":"address","indexed":true},{"name":"to","type":"address","indexed":true},
    {"name":"value","type":"uint256","indexed":false}]},
  {"type":"event","name":"Made","inputs":[{"name":"it","type":"address","indexed":false}]}
]"#;

const CHAIN: &str = "[[chain]]\nname = 'a'\nid = 1\nrpc = ['http://x']\n";
const SECTION: &str = "[[chain.contract]]\nname = 't'\nabi = 'abi/t.json'\naddresses = ['0x0000000000000000000000000000000000000001']\n";

/// A folder with ABI files and a configuration.
fn folder(config: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("abi")).unwrap();
    fs::write(folder.path().join("abi/t.json"), ABI).unwrap();
    fs::write(folder.path().join("abi/artifact.json"), format!("{{\"abi\":{ABI}}}")).unwrap();
    fs::write(folder.path().join("abi/bad.json"), "{").unwrap();
    let path = folder.path().join("sooho.toml");
    fs::write(&path, config).unwrap();
    (folder, path)
}

fn refused(config: &str) -> String {
    let (_folder, path) = folder(config);
    let error = Config::load(Some(&path)).unwrap_err();
    assert_eq!(error.exit_code(), std::process::ExitCode::from(3));
    error.to_string()
}

#[test]
fn abi_files_are_found_beside_the_configuration() {
    for file in ["abi/t.json", "abi/artifact.json"] {
        let (_folder, path) = folder(&format!("{CHAIN}{}", SECTION.replace("abi/t.json", file)));
        let config = Config::load(Some(&path)).unwrap();
        let tables: Vec<String> = config.chain[0]
            .indexer()
            .contracts
            .tables()
            .map(|table| table.collection.clone())
            .collect();
        assert_eq!(tables, ["contract_t_Made", "contract_t_Transfer"]);
    }
}

#[test]
fn each_mistake_names_the_contract_and_what_to_do() {
    let at = "chain.0.contract.0 (`t`): ";
    let cases = [
        ("abi = 'abi/t.json'", "abi = 'abi/none.json'", "none.json cannot be read"),
        ("abi = 'abi/t.json'", "abi = 'abi'", "is no file"),
        ("abi = 'abi/t.json'", "abi = 'abi/bad.json'", "is no JSON"),
        ("name = 't'", "name = 't'\nevents = ['Tranfser']", "which has Transfer("),
        ("addresses = ['0x0000000000000000000000000000000000000001']", "", "neither `addresses`"),
        ("0000000001'", "0000000000'", "zero address"),
        (
            "name = 't'",
            "name = 't'\nfactory = { address = '0x0000000000000000000000000000000000000002', event = 'Made', parameter = 'that' }",
            "no parameter `that`, it has it",
        ),
    ];
    for (from, to, expected) in cases {
        let said = refused(&format!("{CHAIN}{}", SECTION.replace(from, to)));
        assert!(said.contains(at) && said.contains(expected), "{to}: {said}");
        assert!(!said.contains('\n'), "{said}");
    }
    let said = refused(&format!("{CHAIN}{SECTION}{SECTION}"));
    assert!(said.contains("chain.0.contract.1 (`t`): two contracts are called `t`"), "{said}");
    let said = refused(&format!("{CHAIN}{}", SECTION.replace("addresses", "adresses")));
    assert!(said.contains("adresses"), "{said}");
}

#[test]
fn a_huge_file_is_not_read() {
    let (folder, path) = folder(&format!("{CHAIN}{SECTION}"));
    let file = fs::File::create(folder.path().join("abi/t.json")).unwrap();
    file.set_len(20 << 30).unwrap();
    let said = Config::load(Some(&path)).unwrap_err().to_string();
    assert!(said.contains("21474836480 bytes"), "{said}");
}

#[test]
fn the_example_shows_every_key_of_a_contract() {
    let example = include_str!("../../../../sooho.example.toml");
    let (_, section) = example.split_once("# [[chain.contract]]").unwrap();
    let shown: String = std::iter::once("[[chain.contract]]")
        .chain(section.lines().skip(1).map_while(|line| line.strip_prefix('#')))
        .map(|line| format!("{}\n", line.trim_start()))
        .collect();
    let chain: ChainConfig = {
        let config: Config = observe::config::parse(&format!("{CHAIN}{shown}")).unwrap();
        config.chain[0].clone()
    };
    let mut keys = serde_json::to_value(&chain.contract[0]).unwrap();
    let factory = keys["factory"].take();
    for (key, value) in keys.as_object().unwrap().iter().chain(factory.as_object().unwrap()) {
        assert!(section.contains(&format!("{key} =")), "`{key}` is not shown");
        assert!(key == "factory" || !value.is_null());
    }
    assert!(!chain.contract[0].addresses.is_empty() && !chain.contract[0].events.is_empty());
}
