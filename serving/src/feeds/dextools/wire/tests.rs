//! Decimal texts have a fraction.

use super::decimal;

#[test]
fn a_decimal_always_has_a_fraction() {
    for (text, wanted) in [("0", "0.0"), ("12", "12.0"), ("0.5", "0.5"), ("12.000001", "12.000001")]
    {
        assert_eq!(decimal(text.to_owned()), wanted);
    }
}
