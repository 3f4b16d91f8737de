//! Products.

use std::ops::{Mul, MulAssign};

use super::{Decimal, limbs::Limbs, normal};

impl Mul for Decimal {
    type Output = Self;

    #[inline]
    fn mul(self, other: Self) -> Self {
        let negative = (self.mantissa < 0) != (other.mantissa < 0);
        let magnitude = Limbs::product(self.mantissa.unsigned_abs(), other.mantissa.unsigned_abs());
        normal::from_limbs(negative, magnitude, self.exponent + other.exponent)
    }
}

impl MulAssign for Decimal {
    #[inline]
    fn mul_assign(&mut self, other: Self) {
        *self = *self * other;
    }
}
