//! What is stored is the number, as another reader of the format sees it.

use bson::{Bson, Decimal128};
use domain::decimal::Decimal;

use super::Dec;

fn dec(text: &str) -> Dec {
    Dec(text.parse().unwrap())
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Holder {
    v: Dec,
}

const EXACT: [&str; 14] = [
    "0",
    "1",
    "-1",
    "0.1",
    "1e34",
    "-0.000000000000000001",
    "1234567890123456789.012345678901234",
    "9999999999999999999999999999999999",
    "-9999999999999999999999999999999999",
    "9999999999999999999999999999999999e6111",
    "1e6111",
    "1e-6176",
    "-9007199254740993",
    "340256786836388094050805785045698600000",
];

#[test]
fn values_survive() {
    for text in EXACT {
        let value = dec(text);
        assert!(!value.rounds());
        assert_eq!(Dec::read(value.write()), Some(value.0), "{text}");
        assert_eq!(Bson::from(value), Bson::Decimal128(value.write()));
        let bytes = bson::serialize_to_vec(&Holder { v: value }).unwrap();
        assert_eq!(bson::deserialize_from_slice::<Holder>(&bytes).unwrap().v, value, "{text}");
    }
}

#[test]
fn the_format_is_the_one_of_bson() {
    for text in EXACT {
        let value = dec(text);
        let (mantissa, exponent) = (value.0.mantissa(), value.0.exponent());
        let same: Decimal128 = format!("{mantissa}E{exponent}").parse().unwrap();
        assert_eq!(value.write(), same, "{text}");
    }
}

#[test]
fn the_35th_digit_is_cut_towards_zero() {
    let value = dec("-0.66666666666666666666666666666666666");
    assert!(value.rounds());
    assert_eq!(Dec::read(value.write()), Some(dec("-0.6666666666666666666666666666666666").0));
    let least = Dec(Decimal::from_parts(1 - (1 << 116), Decimal::MAX_EXPONENT - 1));
    assert!(least.rounds());
    let cut = Dec::read(least.write()).map(|value| value.mantissa());
    assert_eq!(cut, Some(-8_307_674_973_655_724_205_648_794_126_752_153));
}

#[test]
fn what_is_no_decimal_of_ours() {
    for text in ["NaN", "Infinity", "-Infinity"] {
        assert_eq!(Dec::read(text.parse().unwrap()), None, "{text}");
    }
    // a coefficient of 10^34, the other form of coefficients, an exponent above all
    let exponent = 6176_u128 << 113;
    for bits in [exponent | 10_u128.pow(34), 0b11 << 125 | exponent >> 2, 12_288 << 113 | 1] {
        assert_eq!(Dec::read(Decimal128::from_bytes(bits.to_le_bytes())), None);
    }
    // trailing zeros are another form of the same number
    let one = Decimal128::from_bytes((6173_u128 << 113 | 1000).to_le_bytes());
    assert_eq!(Dec::read(one), Some(Decimal::ONE));
    let document = bson::doc! { "v": "NaN".parse::<Decimal128>().unwrap() };
    let refused = bson::deserialize_from_document::<Holder>(document);
    assert!(refused.is_err_and(|error| error.to_string().contains("no finite decimal")));
}

#[test]
fn negative_zero_is_zero() {
    let zero = Decimal128::from_bytes((1_u128 << 127 | 6176 << 113).to_le_bytes());
    assert_eq!(Dec::read(zero), Some(Decimal::ZERO));
}
