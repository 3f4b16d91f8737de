//! The order of the numbers.

use std::cmp::Ordering;

use super::{Decimal, limbs::Limbs, pow10};

impl Ord for Decimal {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        if self.exponent == other.exponent {
            return self.mantissa.cmp(&other.mantissa);
        }
        let signs = self.mantissa.signum().cmp(&other.mantissa.signum());
        if signs != Ordering::Equal {
            return signs;
        }
        let (left, right) = (self.mantissa.unsigned_abs(), other.mantissa.unsigned_abs());
        let gap = self.exponent.abs_diff(other.exponent);
        let magnitudes = if self.exponent > other.exponent {
            scaled(left, gap, right)
        } else {
            scaled(right, gap, left).reverse()
        };
        if self.mantissa < 0 { magnitudes.reverse() } else { magnitudes }
    }
}

impl PartialOrd for Decimal {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The order of `upper x 10^gap` and `lower`, where both are above 0 and `lower` has 35 digits at most.
#[inline]
fn scaled(upper: u128, gap: u32, lower: u128) -> Ordering {
    match pow10::TEN.get(gap as usize) {
        Some(scale) => Limbs::product(upper, *scale).cmp(&Limbs::small(lower)),
        None => Ordering::Greater,
    }
}
