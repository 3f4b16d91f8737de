//! Every operation against the slow reference.

use alloy_primitives::{I256, U256};
use num_bigint::{BigInt, Sign};
use proptest::prelude::*;

use super::{Decimal, dec, reference::Slow};

/// Magnitudes of up to 36 digits: any, with many zeros or nines, at powers of two and ten and at halves.
fn magnitude() -> impl Strategy<Value = i128> {
    let power = |power: u32| 10_i128.pow(power);
    prop_oneof![
        (any::<i128>(), 0_u32..120).prop_map(|(value, shift)| (value >> 8).abs() >> shift),
        (0..i128::MAX, 0_u32..35)
            .prop_map(move |(value, zeros)| value % power(35 - zeros) * power(zeros)),
        (0_u32..36, 1..10_i128, -2..=2_i128)
            .prop_map(move |(zeros, digit, by)| digit * power(zeros) + by),
        (0_u32..118, -2..=2_i128).prop_map(|(shift, by)| (1 << shift) + by),
        power(34)..power(35),
        0..1_000_i128,
    ]
}

fn decimal() -> impl Strategy<Value = Decimal> {
    let exponent = prop_oneof![8 => -20..20_i32, 4 => -60..=60_i32, 1 => -700..700_i32];
    (magnitude(), any::<bool>(), exponent).prop_map(|(magnitude, negative, exponent)| {
        Decimal::from_parts(if negative { -magnitude } else { magnitude }, exponent)
    })
}

fn big(value: U256) -> BigInt {
    BigInt::from_bytes_be(Sign::Plus, &value.to_be_bytes::<32>())
}

proptest! {
    #[test]
    fn normal_form(mantissa in magnitude(), negative: bool, exponent in -60..=60_i32) {
        let mantissa = if negative { -mantissa } else { mantissa };
        let value = Decimal::from_parts(mantissa, exponent);
        prop_assert_eq!(value, Slow::new(BigInt::from(mantissa), i64::from(-exponent)).seen());
        prop_assert_eq!(Decimal::from_parts(value.mantissa(), value.exponent()), value);
        let most = 10_i128.pow(34);
        prop_assert!(value.mantissa() < most && value.mantissa() > -10 * most);
        prop_assert!(value.mantissa() % 10 != 0 || value == Decimal::ZERO);
    }

    #[test]
    fn sums(a in decimal(), b in decimal()) {
        let (x, y) = (Slow::of(a), Slow::of(b));
        prop_assert_eq!(a + b, x.plus(&y).seen());
        prop_assert_eq!(a - b, x.minus(&y).seen());
        prop_assert_eq!(-a, Slow::of(Decimal::ZERO).minus(&x).seen());
        let (mut sum, mut difference) = (a, a);
        sum += b;
        difference -= b;
        prop_assert_eq!((sum, difference), (a + b, a - b));
        prop_assert_eq!(a - a, Decimal::ZERO);
    }

    /// Near each other the digits cancel and carry.
    #[test]
    fn near_sums(a in decimal(), by in magnitude(), down in 0..40_i32) {
        let b = a + Decimal::from_parts(by, a.exponent() - down);
        let (x, y) = (Slow::of(a), Slow::of(b));
        prop_assert_eq!(a - b, x.minus(&y).seen());
        prop_assert_eq!(b - a, y.minus(&x).seen());
    }

    #[test]
    fn products(a in decimal(), b in decimal()) {
        let product = Slow::of(a).times(&Slow::of(b)).seen();
        prop_assert_eq!(a * b, product);
        let mut value = a;
        value *= b;
        prop_assert_eq!(value, product);
        prop_assert_eq!(a * Decimal::ONE, a);
    }

    #[test]
    fn quotients(a in decimal(), b in decimal()) {
        let (x, y) = (Slow::of(a), Slow::of(b));
        prop_assert_eq!(a.safe_div(b), x.over(&y).seen());
        // those that come out even
        let product = a * b;
        prop_assert_eq!(product.safe_div(b), Slow::of(product).over(&y).seen());
    }

    #[test]
    fn order(a in decimal(), b in decimal(), by in 0..20_u32) {
        prop_assert_eq!(a.cmp(&b), Slow::of(a).compare(&Slow::of(b)));
        prop_assert_eq!(a == b, a.cmp(&b).is_eq());
        // as great, but written with other digits
        let near = a + Decimal::from_parts(1, a.exponent() - by.cast_signed());
        prop_assert_eq!(a.cmp(&near), Slow::of(a).compare(&Slow::of(near)));
    }

    #[test]
    fn integers(value: [u8; 32], shift in 0_usize..256, decimals: u8) {
        let value = U256::from_be_bytes(value) >> shift;
        prop_assert_eq!(Decimal::from_u256(value), Slow::new(big(value), 0).seen());
        let signed = I256::from_raw(value);
        let (sign, magnitude) = signed.into_sign_and_abs();
        let int = if sign.is_negative() { -big(magnitude) } else { big(magnitude) };
        let slow = Slow::new(int, 0);
        prop_assert_eq!(Decimal::from_i256(signed), slow.seen());
        let unit = Slow::new(BigInt::from(1), -i64::from(decimals));
        let amount = Slow::of(slow.seen()).over(&unit).seen();
        prop_assert_eq!(Decimal::from_signed_units(signed, decimals), amount);
        let negated = Slow::new(-big(value >> 1), 0).seen();
        prop_assert_eq!(Decimal::from_i256(-I256::from_raw(value >> 1)), negated);
        let wide = value.widening_mul::<256, 4, 512, 8>(value);
        prop_assert_eq!(Decimal::from_u512(wide), Slow::new(big(value) * big(value), 0).seen());
    }

    #[test]
    fn text(value in decimal()) {
        let text = value.to_string();
        prop_assert_eq!(dec(&text), value);
        prop_assert_eq!(dec(&format!("{}e{}", value.mantissa(), value.exponent())), value);
        prop_assert!(!text.contains(['e', 'E']));
        prop_assert!(!text.contains('.') || !text.ends_with(['0', '.']));
    }

    #[test]
    fn bytes(value in decimal()) {
        let bytes = value.to_bytes();
        prop_assert_eq!(Decimal::from_bytes(&bytes), Ok(value));
        prop_assert!(bytes.len() <= 18);
        let twice = [&*bytes, &*bytes].concat();
        prop_assert_eq!(Decimal::read_bytes(&twice), Ok((value, &*bytes)));
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..24)) {
        if let Ok((value, rest)) = Decimal::read_bytes(&bytes) {
            prop_assert_eq!(&[&*value.to_bytes(), rest].concat(), &bytes);
        }
    }
}
