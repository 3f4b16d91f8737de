//! Numbers as sources write them.

use domain::decimal::Decimal;

use super::{Number, NumberError};

fn decimal(json: &str) -> Result<Decimal, NumberError> {
    serde_json::from_str::<Number<'_>>(json).unwrap().decimal()
}

fn whole(json: &str) -> Result<u64, NumberError> {
    serde_json::from_str::<Number<'_>>(json).unwrap().whole()
}

#[test]
fn every_digit_is_kept() {
    for (json, plain) in [
        ("76975", "76975"),
        ("0.1", "0.1"),
        ("1e-7", "0.0000001"),
        ("-1.4E+2", "-140"),
        ("\"4.00000200\"", "4.000002"),
        ("\"2\\u002e5\"", "2.5"),
        ("123456789012345678901234567890.1234", "123456789012345678901234567890.1234"),
        ("0.30000000000000004", "0.30000000000000004"),
        (
            "1000000000000000000000000000000000000000000",
            "1000000000000000000000000000000000000000000",
        ),
    ] {
        assert_eq!(decimal(json).unwrap().to_string(), plain, "{json}");
    }
    // written apart, the same number
    assert_eq!(decimal("0.0"), Ok(Decimal::ZERO));
}

#[test]
fn what_is_no_number_says_why() {
    let digits = "7".repeat(10_000);
    for (json, error) in [
        ("null", NumberError::Null),
        ("\"NaN\"", NumberError::NotANumber),
        ("\"Infinity\"", NumberError::NotANumber),
        ("\"-Infinity\"", NumberError::NotANumber),
        ("\"\"", NumberError::NotANumber),
        ("\"1,5\"", NumberError::NotANumber),
        ("\"1e5x\"", NumberError::NotANumber),
        ("\"0x10\"", NumberError::NotANumber),
        ("true", NumberError::NotANumber),
        ("[1]", NumberError::NotANumber),
        ("{\"a\":1}", NumberError::NotANumber),
        ("1e99999999999999999999", NumberError::OutOfRange),
        ("1e7000", NumberError::OutOfRange),
        ("1e400", NumberError::OutOfRange),
        ("-1e-400", NumberError::OutOfRange),
        (digits.as_str(), NumberError::TooLong),
        ("1.00000000000000000000000000000000001", NumberError::Inexact),
    ] {
        assert_eq!(decimal(json), Err(error), "{json:.40}");
    }
    // whether it can be a price is not decided here
    assert!(decimal("1e100").is_ok() && decimal("-1e-100").is_ok() && decimal("0e9").is_ok());
}

#[test]
fn counts_and_times_are_whole() {
    assert_eq!(whole("1779092258"), Ok(1_779_092_258));
    assert_eq!(whole("\"1779092258\""), Ok(1_779_092_258));
    assert_eq!(whole("1.779092258e9"), Ok(1_779_092_258));
    for json in ["1.5", "-1", "1e20", "1e90"] {
        assert_eq!(whole(json), Err(NumberError::NotWhole), "{json}");
    }
}

#[test]
fn bare_words_are_no_json_at_all() {
    for json in ["NaN", "Infinity", "01", "1.", ".5", "+1"] {
        assert!(serde_json::from_str::<Number<'_>>(json).is_err(), "{json}");
    }
}
