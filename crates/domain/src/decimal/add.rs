//! Sums and differences.

use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use super::{Decimal, limbs::Limbs, normal, pow10, wide};

impl Decimal {
    /// `self + mantissa x 10^exponent`, the latter with the digits of a normal number.
    #[inline]
    fn sum(self, mantissa: i128, exponent: i32) -> Self {
        if self.exponent == exponent {
            let sum = self.mantissa + mantissa;
            return normal::from_u128(sum < 0, sum.unsigned_abs(), exponent);
        }
        let (upper, lower, low, gap) = if self.exponent > exponent {
            (self.mantissa, mantissa, exponent, self.exponent.abs_diff(exponent))
        } else {
            (mantissa, self.mantissa, self.exponent, exponent.abs_diff(self.exponent))
        };
        if upper == 0 {
            return normal::from_u128(lower < 0, lower.unsigned_abs(), low);
        }
        // No short cut for `lower == 0`: the reference pads the other number with zeros down to the exponent 0 of its
        // zero, and from that many digits it may keep one less of a negative number.
        let Some(scale) = pow10::TEN.get(gap as usize) else {
            return wide::sum(upper, gap, lower, low);
        };
        let scaled = Limbs::product(upper.unsigned_abs(), *scale);
        let other = lower.unsigned_abs();
        let (negative, magnitude) = if (upper < 0) == (lower < 0) {
            (upper < 0, scaled.plus(other))
        } else if scaled.high != 0 || scaled.low >= other {
            (upper < 0, scaled.minus(other))
        } else {
            (lower < 0, Limbs::small(other - scaled.low))
        };
        normal::from_limbs(negative, magnitude, low)
    }
}

impl Add for Decimal {
    type Output = Self;

    #[inline]
    fn add(self, other: Self) -> Self {
        self.sum(other.mantissa, other.exponent)
    }
}

impl Sub for Decimal {
    type Output = Self;

    #[inline]
    fn sub(self, other: Self) -> Self {
        self.sum(-other.mantissa, other.exponent)
    }
}

impl Neg for Decimal {
    type Output = Self;

    /// `0 - self`: an operation like others, which rounds a negative value of 35 digits to 34.
    #[inline]
    fn neg(self) -> Self {
        if normal::is_short(false, self.mantissa.unsigned_abs()) {
            return Self { mantissa: -self.mantissa, exponent: self.exponent };
        }
        Self::from_parts(-self.mantissa, self.exponent)
    }
}

impl AddAssign for Decimal {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Decimal {
    #[inline]
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}
