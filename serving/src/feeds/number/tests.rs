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
