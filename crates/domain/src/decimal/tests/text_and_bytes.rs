//! How decimals are written.

use super::{
    super::{BytesError, ParseDecimalError},
    Decimal, dec,
};

#[test]
fn plain_notation() {
    for (text, plain) in [
        ("0", "0"),
        ("-0.00", "0"),
        ("1e3", "1000"),
        ("1.50", "1.5"),
        ("-.5", "-0.5"),
        ("5.", "5"),
        ("+12.34E-4", "0.001234"),
        ("-12e+1", "-120"),
        ("000123.4500e0", "123.45"),
        ("0e9999", "0"),
    ] {
        assert_eq!(dec(text).to_string(), plain, "{text}");
    }
    assert_eq!(format!("{:>8}", dec("-2.5")), "    -2.5");
}

#[test]
fn what_is_no_decimal() {
    let error = |text: &str| text.parse::<Decimal>().unwrap_err();
    for text in ["", ".", "-", "+", "e5", "-.e5"] {
        assert_eq!(error(text), ParseDecimalError::Empty, "{text}");
    }
    for (text, odd) in
        [("1.2.3", '.'), ("--1", '-'), ("1_000", '_'), (" 1", ' '), ("٣", '٣'), ("NaN", 'N')]
    {
        assert_eq!(error(text), ParseDecimalError::Unexpected(odd), "{text}");
    }
    for text in
        ["1e", "1e5.5", "1e99999999999", "1e6112", "1e-6177", "1e-2147483648", "0.1e-2147483648"]
    {
        assert_eq!(error(text), ParseDecimalError::Exponent, "{text}");
    }
    assert_eq!(error(&"1".repeat(301)), ParseDecimalError::TooLong);
    assert_eq!(error(&format!("1{}1", "0".repeat(300))), ParseDecimalError::TooLong);
    assert_eq!(dec(&format!("0{}1{}", "0".repeat(400), "0".repeat(400))), dec("1e400"));
}

#[test]
fn the_ends_of_the_range_are_written_and_read() {
    let (all, minus) = (10_i128.pow(34) - 1, 1 - (1 << 116));
    for (mantissa, exponent) in [
        (1, Decimal::MIN_EXPONENT),
        (-all, Decimal::MIN_EXPONENT),
        (minus, Decimal::MIN_EXPONENT),
        (1, Decimal::MAX_EXPONENT),
        (all, Decimal::MAX_EXPONENT),
        (-all, Decimal::MAX_EXPONENT),
        (minus, Decimal::MAX_EXPONENT - 1),
    ] {
        let value = Decimal::from_parts(mantissa, exponent);
        assert_eq!(value.mantissa(), mantissa);
        assert_eq!(dec(&value.to_string()), value);
        assert_eq!(Decimal::from_bytes(&value.to_bytes()), Ok(value));
    }
    let text = format!("{minus}e{}", Decimal::MAX_EXPONENT);
    assert_eq!(text.parse::<Decimal>(), Err(ParseDecimalError::Exponent));
    assert_eq!(Decimal::from_parts(minus, Decimal::MAX_EXPONENT).mantissa(), -all);
}

#[test]
fn bytes_are_few() {
    let length = |text: &str| dec(text).to_bytes().len();
    assert_eq!(length("0"), 1);
    assert_eq!(length("-7"), 2);
    assert_eq!(length("1.5"), 3);
    assert_eq!(length("123.456789012345678901"), 10);
    assert_eq!(length("-0.66666666666666666666666666666666666"), 16);
    assert_eq!(length("9.876543210987654321098765432109876"), 16);
    assert_eq!(length("9.876543210987654321098765432109876e2000"), 18);
}

#[test]
fn bytes_that_are_no_decimal() {
    assert_eq!(Decimal::from_bytes(&[]), Err(BytesError::Short));
    assert_eq!(Decimal::from_bytes(&[0, 0]), Err(BytesError::Trailing(1)));
    // a length of 2 with one byte, no exponent, half an exponent, half of the long form
    for short in [&[0x08, 1][..], &[0x06], &[0x07, 1], &[0x80, 0]] {
        assert_eq!(Decimal::from_bytes(short), Err(BytesError::Short));
    }
    // a leading zero, a trailing one, an exponent that has a shorter form, a negative zero, an exponent out of range
    for odd in [&[0x08, 0, 1][..], &[0x04, 10], &[0x06, 0, 1], &[0x40], &[0x07, 0x7F, 0xFF, 1]] {
        assert_eq!(Decimal::from_bytes(odd), Err(BytesError::Invalid), "{odd:?}");
    }
    let mut bytes = [0xFF; 16];
    assert!(Decimal::from_bytes(&bytes).is_ok_and(|value| value.mantissa() == 1 - (1 << 116)));
    bytes[0] = 0xBF;
    assert_eq!(Decimal::from_bytes(&bytes), Err(BytesError::Invalid), "35 digits without a sign");
    assert_eq!(Decimal::from_bytes(&[0x80; 16]), Err(BytesError::Invalid));
}

#[test]
fn serialised_as_a_string() {
    use serde::de::{IntoDeserializer, value::Error};
    let value = dec("-0.25");
    assert_eq!(value.to_string(), "-0.25");
    let read: Result<Decimal, Error> = serde::Deserialize::deserialize("-0.25".into_deserializer());
    assert_eq!(read, Ok(value));
    let refused: Result<Decimal, Error> = serde::Deserialize::deserialize("x".into_deserializer());
    assert!(refused.is_err_and(|error| error.to_string().contains("no place in a decimal")));
}
