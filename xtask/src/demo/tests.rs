//! Tests of what the demo reads and decides.

use super::http::parse;
use std::path::Path;

use super::config;
use super::json::{value, values};
use super::ports::Ports;

#[test]
fn values_are_read_out_of_json() {
    let text = r#"{ "chain_id" : 31337, "weth":"0xab", "tokens": ["0x1", "0x2"], "empty": [] }"#;
    assert_eq!(value(text, "chain_id"), Some("31337"));
    assert_eq!(value(text, "weth"), Some("0xab"));
    assert_eq!(value(text, "nothing"), None);
    assert_eq!(values(text, "tokens"), ["0x1", "0x2"]);
    assert!(values(text, "empty").is_empty() && values(text, "nothing").is_empty());
}

#[test]
fn an_answer_has_a_status_and_a_body() {
    let answer = parse("HTTP/1.0 503 Service Unavailable\r\ncontent-length: 2\r\n\r\nno")
        .expect("an answer");
    assert_eq!((answer.status, answer.body.as_str()), (503, "no"));
    assert!(parse("garbage").is_none());
}

const DEPLOYED: &str = r#"{"chain_id": 31337, "start_block": 1, "v2_factory": "0xf2", "v2_router": "0xr2",
    "v3_factory": "0xf3", "quoter_v2": "0xq3", "v4_pool_manager": "0xf4", "v4_quoter": "0xq4", "erc721": "0xa",
    "erc1155": "0xb", "nonfungible_position_manager": "0xc", "v4_position_manager": "0xd", "weth": "0xe",
    "stablecoin": "0x5", "whitelist": ["0xe", "0x5"], "v2_stable_pool": "0x52", "v3_stable_pool": "0x53",
    "v4_stable_pool": "0x54", "permit2": "0x22", "swap_router02": "0x02", "universal_router": "0x77"}"#;
const PORTS: Ports = Ports { chain: 1, indexer: 2, serving: 3, nft_api: 4 };

#[test]
fn the_configuration_names_what_was_deployed() {
    let text = config::text(DEPLOYED, PORTS, Path::new("/a \"b\""), Path::new("/mongod"))
        .expect("a configuration");
    for line in [
        r#"data_dir = "/a \"b\"""#,
        "id = 31337",
        r#"factory = "0xf4""#,
        r#"quoter = "0xq3""#,
        r#"permit2 = "0x22""#,
        r#"swap_router02 = "0x02""#,
        r#"universal_router = "0x77""#,
        r#"position_manager = "0xc""#,
        r#"position_manager = "0xd""#,
        r#"address = "0xb""#,
        r#"reference_token = "0xe""#,
        r#"whitelist = ["0xe", "0x5"]"#,
        r#"whitelist = ["0xe", "0x5", "0x0000000000000000000000000000000000000000"]"#,
        r#"stablecoins = ["0x5"]"#,
        r#"stable_pools = ["0x54"]"#,
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in:\n{text}");
    }
}

#[test]
fn a_deployment_that_lacks_something_is_named() {
    let error = config::text("{}", PORTS, Path::new("/a"), Path::new("/b"))
        .expect_err("an error")
        .to_string();
    assert!(error.contains("`chain_id`"), "{error}");
}
