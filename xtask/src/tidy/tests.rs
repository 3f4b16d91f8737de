//! A wall that is never seen to fall proves nothing: each kind of check is shown a breach.

use super::dependencies::{absent, pairs, reserved};
use super::files::{self, Source};
use super::lexer::{code_of, hex_constants, says};
use super::rules::{ABSENT, RESERVED};
use super::words;

fn breaches_in(path: &str, text: &str) -> Vec<String> {
    let sources = [Source::new(path, text.to_owned())];
    words::checks(&sources).into_iter().flat_map(|check| check.breaches).collect()
}

#[test]
fn comments_and_strings_are_not_code() {
    assert_eq!(code_of(r#"let a = "SystemTime"; // Instant"#, false), r#"let a = ""; "#);
    assert_eq!(code_of(r#"let a = '"'; f64"#, false), "let a = '?'; f64");
    assert_eq!(code_of(r#"let a = "x\"y // z"; b"#, true), r#"let a = "x\"y // z"; b"#);
}

#[test]
fn a_word_is_a_whole_word() {
    assert!(says("let x: f64 = 1.0;", "f64"));
    assert!(!says("let xf64 = 1;", "f64"));
    assert!(!says("fn a(b: &'static str)", "static"));
    assert!(says("pub static A: u8 = 1;", "static"));
    assert!(says("sol! { }", "sol!"));
}

#[test]
fn hexadecimal_constants_are_found_whole() {
    assert_eq!(hex_constants("f(0xd0e30db0, 0x12)").collect::<Vec<_>>(), ["d0e30db0", "12"]);
}

#[test]
fn a_clock_in_domain_is_a_breach() {
    assert_eq!(
        breaches_in("crates/domain/src/a.rs", "//! a\nlet t = SystemTime::now();"),
        ["crates/domain/src/a.rs:2: SystemTime"]
    );
    assert!(breaches_in("indexer/src/a.rs", "//! a\nlet t = SystemTime::now();").is_empty());
}

#[test]
fn a_selector_outside_abis_is_a_breach_but_not_in_tests() {
    let text = "//! a\nconst S: [u8; 4] = hex!(\"0xd0e30db0\");";
    assert_eq!(breaches_in("serving/src/a.rs", text).len(), 1);
    assert!(breaches_in("serving/src/a/tests.rs", text).is_empty());
    assert!(breaches_in("abis/src/a.rs", text).is_empty());
}

#[test]
fn a_price_api_outside_market_is_a_breach() {
    let text = "//! a\nconst BASE: &str = \"https://coins.llama.fi\";";
    assert_eq!(breaches_in("indexer/src/a.rs", text), ["indexer/src/a.rs:2: llama.fi"]);
    assert!(breaches_in("crates/market/src/a.rs", text).is_empty());
}

#[test]
fn a_direct_dependency_on_the_driver_is_a_breach() {
    let direct =
        pairs("0indexer v0.1.0 (/x)\n1mongodb v3.9.1\n\n0store v0.1.0 (/y)\n1mongodb v3.9.1\n");
    assert_eq!(reserved(&RESERVED[0], &direct).breaches, ["indexer depends on mongodb"]);
}

#[test]
fn a_deep_dependency_on_the_runtime_is_a_breach() {
    let tree = "domain v0.1.0 (/x)\nserde v1.0.0\ntokio v1.54.1\n";
    assert_eq!(
        absent(&ABSENT[0], tree).breaches,
        ["domain is built from tokio: cargo tree -p domain -i tokio"]
    );
}

#[test]
fn files_need_a_header_and_stay_short() {
    let sources = [
        Source::new("indexer/src/a.rs", "use std::fs;\n".to_owned()),
        Source::new("indexer/src/b.rs", format!("//! b\n{}", "\n".repeat(500))),
        Source::new("indexer/src/tests.rs", format!("//! c\n{}", "\n".repeat(500))),
    ];
    let found: Vec<String> =
        files::checks(&sources).into_iter().flat_map(|check| check.breaches).collect();
    assert_eq!(
        found,
        [
            "indexer/src/a.rs: begins without a //! header",
            "indexer/src/b.rs: 501 lines, at most 400"
        ]
    );
}
