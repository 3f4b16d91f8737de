//! Quotients.
//!
//! The reference divides to 100 significant digits, rounds the last one half-up, and brings that to normal form.
//!
//! For a positive quotient the first 35 digits decide, and the rounding of the 100th cannot reach them: it could only do
//! so through an unbroken run of nines from the 36th to the 100th digit. Then the quotient would differ from a number B
//! of 35 digits by less than 10^-64 of its last place. But with B and the numerator scaled to integers, that difference
//! is a positive multiple of 1 / denominator, and the denominator has 35 digits: it is 10^-35 at least. So 34 or 35
//! digits are computed, the last of which or the remainder says how to round.
//!
//! Of a negative quotient 34 or 35 digits stay, depending on how its 100 (or, if it ends earlier, fewer) digits compare
//! with a power of two. So those digits are computed, unless it ends within 35.

use alloy_primitives::Uint;

use super::{
    Decimal,
    limbs::Limbs,
    normal::{self, PRECISION},
    pow10, wide,
};

/// Digits to which the reference divides.
const QUOTIENT_DIGITS: u32 = 100;

impl Decimal {
    /// `self / other`, or 0 if `other` is 0.
    #[must_use]
    pub fn safe_div(self, other: Self) -> Self {
        if self.is_zero() || other.is_zero() {
            return Self::ZERO;
        }
        let negative = (self.mantissa < 0) != (other.mantissa < 0);
        let numerator = self.mantissa.unsigned_abs();
        let denominator = other.mantissa.unsigned_abs();
        let exponent = self.exponent - other.exponent;
        if denominator == 1 {
            return normal::from_u128(negative, numerator, exponent);
        }
        // scaled like this the quotient lies between 10^33 and 10^35; the scale is 0 at least, because normal
        // numbers have at most 35 digits
        let (above, below) = (pow10::digits(numerator), pow10::digits(denominator));
        let (scaled, scale) = if below >= above {
            let even = numerator * pow10::TEN[(below - above) as usize];
            (Limbs::product(even, pow10::TEN[PRECISION as usize]), PRECISION + below - above)
        } else {
            let scale = PRECISION + below - above;
            (Limbs::product(numerator, pow10::TEN[scale as usize]), scale)
        };
        let (quotient, rest) = scaled.div_rem(denominator);
        let exponent_of_quotient = exponent.saturating_sub_unsigned(scale);
        if negative {
            if rest == 0 {
                // the reference's quotient of a division that comes out even has no trailing zeros
                let (quotient, zeros) = pow10::without_zeros(quotient);
                return normal::from_u128(
                    true,
                    quotient,
                    exponent_of_quotient.saturating_add_unsigned(zeros),
                );
            }
            return negative_quotient(numerator, denominator, exponent);
        }
        if quotient >= pow10::TEN[PRECISION as usize] {
            // the 35th digit decides
            return normal::from_u128(false, quotient, exponent_of_quotient);
        }
        let up = rest >= denominator - rest;
        normal::without_zeros(false, quotient + u128::from(up), exponent_of_quotient)
    }
}

/// `-numerator / denominator x 10^exponent`, by way of 100 digits.
#[cold]
#[inline(never)]
fn negative_quotient(numerator: u128, denominator: u128, exponent: i32) -> Decimal {
    type Wide = Uint<512, 8>;
    let divisor = Wide::from(denominator);
    let divide =
        |scale: u32| (Wide::from(numerator) * wide::ten_to_the::<512, 8>(scale)).div_rem(divisor);

    // 100 or 101 digits; at most 35 + 101 in between, which are 452 bits
    let mut scale = QUOTIENT_DIGITS + pow10::digits(denominator) - pow10::digits(numerator);
    let (mut quotient, mut rest) = divide(scale);
    if quotient >= wide::ten_to_the(QUOTIENT_DIGITS) {
        scale -= 1;
        (quotient, rest) = divide(scale);
    }
    if rest.is_zero() {
        let ten = Wide::from(10_u8);
        while (quotient % ten).is_zero() {
            quotient /= ten;
            scale -= 1;
        }
    } else if rest >= divisor - rest {
        quotient += Wide::ONE;
    }
    wide::from_uint(true, quotient, exponent.saturating_sub_unsigned(scale))
}
