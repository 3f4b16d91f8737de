//! Tests of what the demo reads and decides.

use super::http::parse;
use super::json::{strings, value};

#[test]
fn values_are_read_out_of_json() {
    let text = r#"{ "chain_id" : 31337, "weth":"0xab", "tokens": ["0x1", "0x2"], "empty": [] }"#;
    assert_eq!(value(text, "chain_id"), Some("31337"));
    assert_eq!(value(text, "weth"), Some("0xab"));
    assert_eq!(value(text, "nothing"), None);
    assert_eq!(strings(text, "tokens"), ["0x1", "0x2"]);
    assert!(strings(text, "empty").is_empty());
}

#[test]
fn an_answer_has_a_status_and_a_body() {
    let answer = parse("HTTP/1.0 503 Service Unavailable\r\ncontent-length: 2\r\n\r\nno")
        .expect("an answer");
    assert_eq!((answer.status, answer.body.as_str()), (503, "no"));
    assert!(parse("garbage").is_none());
}
