//! Numbers as they are written.

use domain::decimal::Decimal;

use super::*;

#[test]
fn every_digit_is_written_and_no_exponent() {
    for (text, wanted) in [
        ("0", "0"),
        ("1e-30", "0.000000000000000000000000000001"),
        ("12e20", "1200000000000000000000"),
        ("-0.5", "-0.5"),
        ("1234567890.123456789012345678", "1234567890.123456789012345678"),
    ] {
        let number = Number::new(text.parse::<Decimal>().unwrap());
        assert_eq!(serde_json::to_string(&[number]).unwrap(), format!("[{wanted}]"));
    }
}

#[test]
fn what_is_printed_again_is_the_same() {
    let mut recent = Recent::new(|number| number.to_string());
    let mut list = List::new();
    // more different ones than are remembered, in turns
    let numbers: Vec<Decimal> =
        (0..200_i64).map(|i| Decimal::from(i * i % 7) - Decimal::ONE).collect();
    for number in &numbers {
        assert_eq!(recent.text(*number), number.to_string());
        list.push(recent.text(*number));
    }
    let texts: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    let written = serde_json::to_string(&list.end()).unwrap();
    assert_eq!(written, format!("[{}]", texts.join(",")));
    assert_eq!(List::new().end(), Numbers::new(std::iter::empty::<&str>()));
    assert_eq!(serde_json::to_string(&List::new().end()).unwrap(), "[]");
}
