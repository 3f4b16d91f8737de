//! Numbers whose results are known.

use alloy_primitives::{I256, U256, Uint};

use super::{Decimal, dec, reference::Slow};

fn two_thirds(sign: i64) -> Decimal {
    Decimal::from(2 * sign).safe_div(Decimal::from(3_i64))
}

#[test]
fn positive_values_are_rounded_half_up_to_34_digits() {
    assert_eq!(two_thirds(1).to_string(), "0.6666666666666666666666666666666667");
    assert_eq!(
        dec("12345678901234567890123456789012345").to_string(),
        "12345678901234567890123456789012350"
    );
    assert_eq!(Decimal::ONE.safe_div(dec("3")).to_string(), format!("0.{}", "3".repeat(34)));
    assert_eq!(Decimal::from(10_u128.pow(35) - 1), dec("1e35"));
}

#[test]
fn only_the_first_dropped_digit_decides() {
    let up = U256::from(10).pow(U256::from(39)) + U256::from(500_000);
    assert_eq!(Decimal::from_u256(up), dec("1000000000000000000000000000000001e6"));
    assert_eq!(Decimal::from_u256(up + U256::from(499_999)), Decimal::from_u256(up));
    assert_eq!(Decimal::from_u256(up - U256::ONE), dec("1e39"));
}

#[test]
fn negative_values_are_truncated_to_34_or_35_digits() {
    assert_eq!(two_thirds(-1).to_string(), format!("-0.{}", "6".repeat(35)));
    // 2^116 = 83076749736557242056487941267521536 is where the estimate becomes 35
    let limit = 1_i128 << 116;
    assert_eq!(Decimal::from(1 - limit).mantissa(), 1 - limit);
    assert_eq!(Decimal::from(-limit), Decimal::from_parts(-limit / 10, 1));
    // 38 digits below 2^126: cut to 35 first, which are above 2^116, and then to 34
    assert_eq!(
        Decimal::from(-84_123_456_789_012_345_678_901_234_567_890_123_456_i128),
        Decimal::from_parts(-8_412_345_678_901_234_567_890_123_456_789_012, 4)
    );
}

#[test]
fn a_sum_with_zero_is_padded_and_may_lose_a_digit() {
    let value = Decimal::from_parts(-70_000_000_000_000_000_000_000_000_000_000_001, 1);
    assert_eq!(value + Decimal::ZERO, Slow::of(value).plus(&Slow::of(Decimal::ZERO)).seen());
    assert_ne!(value + Decimal::ZERO, value, "36 digits from 2^119 on keep 34");
    let value = Decimal::from_parts(value.mantissa(), -1);
    assert_eq!(value + Decimal::ZERO, value);
}

#[test]
fn integers_are_normal_too() {
    let value = Decimal::from_u256(U256::ONE << 192);
    assert_eq!(value, dec("6277101735386680763835789423207666e24"));
    assert_eq!(value.mantissa(), 6_277_101_735_386_680_763_835_789_423_207_666);
    let value = Decimal::from_u256(U256::MAX);
    assert_eq!(value, dec("1157920892373161954235709850086879e44"));
    let value = Decimal::from_i256(I256::MIN);
    assert_eq!(value, dec("-5789604461865809771178549250434395e43"));
    let value = Decimal::from_u512(Uint::MAX);
    assert_eq!(value, dec("1340780792994259709957402499820585e121"));
    assert_eq!(Decimal::from_u512(Uint::from(7)), dec("7"));
}

#[test]
fn amounts_in_whole_tokens() {
    let raw = U256::from(1_234_500_000_000_000_000_u64);
    assert_eq!(Decimal::from_units(raw, 18), dec("1.2345"));
    assert_eq!(Decimal::from_units(raw, 0), dec("1234500000000000000"));
    assert_eq!(Decimal::from_units(U256::ZERO, 18), Decimal::ZERO);
    assert_eq!(Decimal::from_signed_units(I256::MINUS_ONE, 6), dec("-0.000001"));
    assert_eq!(Decimal::from_units(U256::ONE, 255).exponent(), -255);
}

#[test]
fn division_by_zero_is_zero() {
    assert_eq!(Decimal::ONE.safe_div(Decimal::ZERO), Decimal::ZERO);
    assert_eq!(Decimal::ZERO.safe_div(Decimal::ONE), Decimal::ZERO);
}

/// Fractions so near 2^332 / 10^99 that 35 digits do not tell on which side of it they are.
#[test]
fn negative_quotients_beside_the_power_of_two() {
    let near: [(i128, i128); 5] = [
        (10_707_540_939_381_224_749_130_310_197_260, 1_223_858_428_535_150_615_863_169_225_611),
        (45_081_870_593_589_128_828_865_925_637_809, 5_152_800_966_389_154_390_612_797_649_005),
        (890_929_870_932_401_351_828_188_202_558_920, 101_832_160_899_247_937_196_392_783_754_489),
        (
            1_826_941_612_458_391_832_485_242_330_755_649,
            208_817_122_764_885_028_783_398_365_157_983,
        ),
        (
            2_762_953_353_984_382_313_142_296_458_952_378,
            315_802_084_630_522_120_370_403_946_561_477,
        ),
    ];
    for (numerator, denominator) in near {
        let (left, right) = (Decimal::from(-numerator), Decimal::from(denominator));
        assert_eq!(left.safe_div(right), Slow::of(left).over(&Slow::of(right)).seen());
    }
    // from below 35 digits stay, from above 34
    let digits = |numerator: i128, denominator: i128| {
        let quotient = Decimal::from(-numerator).safe_div(Decimal::from(denominator));
        quotient.mantissa().to_string().len() - 1
    };
    assert_eq!(digits(7, 9), 35);
    assert_eq!(digits(8, 9), 34);
}

#[test]
fn negation_and_magnitude_are_operations() {
    let value = two_thirds(-1);
    assert_eq!(-value, two_thirds(1));
    assert_eq!(value.abs(), two_thirds(1));
    assert_eq!((-two_thirds(1)).mantissa().to_string().len(), 1 + 34);
    assert!(value.is_negative() && !value.abs().is_negative());
}

#[test]
fn exponents_end_somewhere() {
    let least = Decimal::from_parts(1, Decimal::MIN_EXPONENT);
    let most = Decimal::from_parts(1, Decimal::MAX_EXPONENT);
    assert_eq!(least * least, Decimal::ZERO);
    assert_eq!(least * dec("0.1"), Decimal::ZERO);
    assert_eq!((most * most).mantissa(), 10_i128.pow(34) - 1);
    assert_eq!((most * -most).mantissa(), 1 - 10_i128.pow(34));
    assert_eq!(most + least, most);
    assert_eq!((least - most).mantissa(), 1 - 10_i128.pow(34), "nines, not rounded up");
    assert!(least < most && -most < least);
}
