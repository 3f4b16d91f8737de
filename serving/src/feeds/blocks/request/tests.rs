//! What is asked, and what is refused.

use api_kit::problem::Problem;

use super::{ById, Range};

fn range(from: &str, to: &str, announced: u64) -> Result<(u64, u64), Problem> {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let range = Range { from_block: some(from), to_block: some(to) };
    Ok(range.blocks(announced).map(|blocks| (*blocks.start(), *blocks.end()))?)
}

#[test]
fn a_range_is_what_lies_at_or_below_the_latest_block() {
    assert_eq!(range("0", "0", 0), Ok((0, 0)));
    assert_eq!(range("5", "9", 9), Ok((5, 9)));
    assert_eq!(range("0", "999", 5_000), Ok((0, 999)));
    let max = u64::MAX.to_string();
    for (from, to) in [
        ("9", "5"),
        ("5", "10"),
        ("0", &max),
        (&max, &max),
        ("", "5"),
        ("5", ""),
        ("-1", "5"),
        ("5", "0x6"),
        ("1e2", "200"),
        ("5", "5.0"),
        ("5", "18446744073709551616"),
        ("\0", "5"),
    ] {
        let problem = range(from, to, 9).unwrap_err();
        assert_eq!(problem.status(), 400, "{from} to {to}: {problem:?}");
    }
    let problem = range("0", "1000", 5_000).unwrap_err();
    assert!(problem.detail().contains("1000 blocks"), "{}", problem.detail());
    let problem = range("0", "10", 9).unwrap_err();
    assert!(problem.detail().contains("latest block 9"), "{}", problem.detail());
}

#[test]
fn the_parameter_that_is_wrong_is_named() {
    for (from, to, param) in [
        ("x", "5", "fromBlock"),
        ("", "x", "fromBlock"),
        ("5", "x", "toBlock"),
        ("5", "", "toBlock"),
        ("6", "5", "fromBlock"),
        ("5", "10", "toBlock"),
        ("0", "1000", "toBlock"),
    ] {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let range = Range { from_block: some(from), to_block: some(to) };
        assert_eq!(range.blocks(9).unwrap_err().param, param, "{from} to {to}");
    }
}

#[test]
fn an_id_is_taken_in_any_case() {
    let asked = |text: &str| ById { id: Some(text.to_owned()) };
    let lower = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2";
    let wanted = asked(lower).address().unwrap();
    for text in [
        "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2",
        "0XC02AAA39B223FE8D0A0E5C4F27EAD9083C756CC2",
        "0xC02AAA39b223fe8d0a0e5c4f27ead9083c756cc2",
    ] {
        assert_eq!(asked(text).address().unwrap(), wanted);
    }
    let key = format!("0x{}", "Ab".repeat(32));
    assert_eq!(asked(&key).pool_or_address().unwrap().to_string(), key.to_ascii_lowercase());
    assert_eq!(asked(&key).address().unwrap_err().status(), 400);
    for text in [
        "",
        "0x",
        "0x12",
        "c02aaa39b223fe8d0a0e5c4f27ead9083c756cc2",
        "0xzz2aaa39b223fe8d0a0e5c4f27ead9083c756cc2",
        "\0",
    ] {
        assert_eq!(asked(text).pool_or_address().unwrap_err().status(), 400, "{text}");
    }
    assert_eq!(ById { id: None }.address().unwrap_err().code(), "ID_REQUIRED");
    let long = asked(&"x".repeat(1_000_000)).address().unwrap_err();
    assert!(long.detail().len() < 300, "{}", long.detail().len());
}
