//! Unsigned 256-bit integers on the stack: only what the decimal operations need, and quick.

#![expect(
    clippy::cast_possible_truncation,
    reason = "halves of double-width products are taken apart here"
)]

use super::pow10;

/// `high x 2^128 + low`.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Limbs {
    pub(super) high: u128,
    pub(super) low: u128,
}

const HALF: u128 = u64::MAX as u128;

impl Limbs {
    pub(super) const fn small(low: u128) -> Self {
        Self { high: 0, low }
    }

    /// The full product.
    #[inline]
    pub(super) const fn product(a: u128, b: u128) -> Self {
        let (a1, a0) = (a >> 64, a & HALF);
        let (b1, b0) = (b >> 64, b & HALF);
        if a1 | b1 == 0 {
            return Self::small(a0 * b0);
        }
        let low = a0 * b0;
        let (left, right) = (a1 * b0, a0 * b1);
        let middle = (low >> 64) + (left & HALF) + (right & HALF);
        Self {
            high: a1 * b1 + (left >> 64) + (right >> 64) + (middle >> 64),
            low: (middle << 64) | (low & HALF),
        }
    }

    /// `self + other`; the caller knows that it fits.
    #[inline]
    pub(super) const fn plus(self, other: u128) -> Self {
        let (low, carry) = self.low.overflowing_add(other);
        Self { high: self.high + carry as u128, low }
    }

    /// `self - other`, where `other <= self`.
    #[inline]
    pub(super) const fn minus(self, other: u128) -> Self {
        let (low, borrow) = self.low.overflowing_sub(other);
        Self { high: self.high - borrow as u128, low }
    }

    /// How many bits it has without leading zeros.
    #[inline]
    pub(super) const fn bits(self) -> u32 {
        if self.high == 0 {
            128 - self.low.leading_zeros()
        } else {
            256 - self.high.leading_zeros()
        }
    }

    /// `self << by`, where `by < 128` and nothing is lost.
    #[inline]
    pub(super) const fn shifted_left(self, by: u32) -> Self {
        if by == 0 {
            return self;
        }
        Self { high: (self.high << by) | (self.low >> (128 - by)), low: self.low << by }
    }

    /// Quotient and remainder of the division by `10^power`, where `1 <= power <= 38`, `10^power <= self` and the
    /// quotient has at most 35 digits.
    ///
    /// By the reciprocal `m = floor(2^(127 + l) / 10^power)`, `l` being the bits of the divisor: with the top 128 bits
    /// of `self` the estimate's relative error is below 2^-125, and the quotient is below 2^117, so it is one too small
    /// at most.
    #[inline]
    pub(super) const fn div_rem_pow10(self, power: u32) -> (u128, u128) {
        let divisor = pow10::TEN[power as usize];
        let bits = self.bits();
        let top = match bits {
            0..=128 => self.low << (128 - bits),
            129..=255 => (self.high << (256 - bits)) | (self.low >> (bits - 128)),
            _ => self.high,
        };
        let estimate = Self::product(top, pow10::RECIPROCAL[power as usize]).high;
        let shift = 127 + (128 - divisor.leading_zeros()) - bits;
        let quotient = estimate >> shift;
        let rest = self.low.wrapping_sub(quotient.wrapping_mul(divisor));
        if rest >= divisor { (quotient + 1, rest - divisor) } else { (quotient, rest) }
    }

    /// `self / 10^power`, where `power <= 19`.
    pub(super) const fn dropped(self, power: u32) -> Self {
        let divisor = pow10::TEN[power as usize];
        let mut rest = self.high % divisor;
        let high = self.high / divisor;
        let step = (rest << 64) | (self.low >> 64);
        let upper = step / divisor;
        rest = step % divisor;
        let lower = ((rest << 64) | (self.low & HALF)) / divisor;
        Self { high, low: (upper << 64) | lower }
    }

    /// Quotient and remainder of the division by `divisor`, where the quotient is below 2^128 and `divisor` is not 0.
    ///
    /// Möller and Granlund, "Improved division by invariant integers", algorithms 4 to 6: one hardware division for
    /// the reciprocal of the divisor's top limb, then multiplications.
    #[inline]
    pub(super) const fn div_rem(self, divisor: u128) -> (u128, u128) {
        let shift = divisor.leading_zeros();
        let divisor = divisor << shift;
        let number = self.shifted_left(shift);
        let reciprocal = reciprocal(divisor);
        let (upper, rest) = div_3_by_2(number.high, (number.low >> 64) as u64, divisor, reciprocal);
        let (lower, rest) = div_3_by_2(rest, number.low as u64, divisor, reciprocal);
        (((upper as u128) << 64) | lower as u128, rest >> shift)
    }
}

/// `floor((2^192 - 1) / divisor) - 2^64` of a divisor whose top bit is set.
#[inline]
const fn reciprocal(divisor: u128) -> u64 {
    let (d1, d0) = ((divisor >> 64) as u64, divisor as u64);
    let mut v = ((((!d1) as u128) << 64 | HALF) / d1 as u128) as u64;
    let mut p = d1.wrapping_mul(v).wrapping_add(d0);
    if p < d0 {
        v = v.wrapping_sub(1);
        if p >= d1 {
            v = v.wrapping_sub(1);
            p = p.wrapping_sub(d1);
        }
        p = p.wrapping_sub(d1);
    }
    let t = v as u128 * d0 as u128;
    p = p.wrapping_add((t >> 64) as u64);
    if p < (t >> 64) as u64 {
        v = v.wrapping_sub(1);
        if ((p as u128) << 64 | (t & HALF)) >= divisor {
            v = v.wrapping_sub(1);
        }
    }
    v
}

/// Quotient and remainder of `(upper x 2^64 + lower) / divisor`, where `upper < divisor`.
#[inline]
const fn div_3_by_2(upper: u128, lower: u64, divisor: u128, reciprocal: u64) -> (u64, u128) {
    let d0 = divisor & HALF;
    let q = (reciprocal as u128 * (upper >> 64)).wrapping_add(upper);
    let mut quotient = (q >> 64) as u64;
    let r1 = (upper as u64).wrapping_sub(quotient.wrapping_mul((divisor >> 64) as u64));
    let mut rest = ((r1 as u128) << 64 | lower as u128)
        .wrapping_sub(d0 * quotient as u128)
        .wrapping_sub(divisor);
    quotient = quotient.wrapping_add(1);
    if (rest >> 64) as u64 >= q as u64 {
        quotient = quotient.wrapping_sub(1);
        rest = rest.wrapping_add(divisor);
    }
    if rest >= divisor {
        quotient = quotient.wrapping_add(1);
        rest -= divisor;
    }
    (quotient, rest)
}
