//! The normal form of a result.
//!
//! The reference cuts every result to 34 digits. To do so it counts the digits: it estimates them from the bits, and
//! then counts up while the *signed* number reaches the next power of ten, which a negative one never does. So the count
//! of a negative number stays at the estimate, which is mostly one short, and 35 digits remain. It also rounds by the
//! sign of the remainder: negative ones are truncated.
//!
//! Values travel between the reference's host and its handlers, and are cut again on arrival. That matters for 35 digits
//! from 2^116 on, for which the estimate is right: these lose their last digit. So nothing outside ever sees them, and the
//! normal form is a fixed point: cut once or many times, it is the same.

use super::{Decimal, limbs::Limbs, pow10};

/// Digits that are kept.
pub(super) const PRECISION: u32 = 34;

/// From here on the estimate counts 35 digits.
const NEGATIVE_LIMIT: u128 = 1 << 116;

/// Whether a magnitude needs no cut.
#[inline]
pub(super) const fn is_short(negative: bool, magnitude: u128) -> bool {
    magnitude < pow10::TEN[PRECISION as usize] || (negative && magnitude < NEGATIVE_LIMIT)
}

/// The normal form of a number of at most 128 bits.
#[inline]
pub(super) fn from_u128(negative: bool, magnitude: u128, exponent: i32) -> Decimal {
    if is_short(negative, magnitude) {
        return without_zeros(negative, magnitude, exponent);
    }
    from_limbs(negative, Limbs::small(magnitude), exponent)
}

/// The normal form of a number of at most 256 bits.
#[inline]
pub(super) fn from_limbs(negative: bool, number: Limbs, exponent: i32) -> Decimal {
    if number.high == 0 && is_short(negative, number.low) {
        return without_zeros(negative, number.low, exponent);
    }
    let estimate = pow10::estimate(u64::from(number.bits()));
    let digits = if negative || number < pow10::TEN_LIMBS[estimate as usize] {
        estimate
    } else {
        estimate + 1
    };
    let (number, drop, dropped) = if digits > 70 {
        // the first dropped digit decides, so what stands behind it can go beforehand
        (number.dropped(8), digits - PRECISION - 8, 8)
    } else {
        (number, digits - PRECISION, 0)
    };
    let (quotient, rest) = number.div_rem_pow10(drop);
    let exponent = exponent.saturating_add(dropped).saturating_add_unsigned(drop);
    if negative {
        return from_cut_negative(quotient, exponent);
    }
    let up = rest >= pow10::TEN[drop as usize] / 2;
    without_zeros(false, quotient + u128::from(up), exponent)
}

/// The normal form of a negative number that was cut once: the second cut.
#[inline]
pub(super) fn from_cut_negative(magnitude: u128, exponent: i32) -> Decimal {
    if magnitude < NEGATIVE_LIMIT {
        return without_zeros(true, magnitude, exponent);
    }
    let (quotient, _) = Limbs::small(magnitude).div_rem_pow10(1);
    without_zeros(true, quotient, exponent.saturating_add(1))
}

/// A magnitude that needs no cut any more, without trailing zeros.
#[inline]
pub(super) fn without_zeros(negative: bool, magnitude: u128, exponent: i32) -> Decimal {
    if magnitude == 0 {
        return Decimal::ZERO;
    }
    let (magnitude, zeros) = pow10::without_zeros(magnitude);
    let exponent = exponent.saturating_add_unsigned(zeros);
    bounded(signed(negative, magnitude), exponent)
}

/// A normal number but for its exponent, which may be out of range.
#[inline]
pub(super) fn bounded(mantissa: i128, exponent: i32) -> Decimal {
    if exponent < Decimal::MIN_EXPONENT {
        return Decimal::ZERO;
    }
    if exponent >= Decimal::MAX_EXPONENT {
        let most = pow10::TEN[PRECISION as usize] - 1;
        if exponent > Decimal::MAX_EXPONENT || mantissa.unsigned_abs() > most {
            return Decimal {
                mantissa: signed(mantissa < 0, most),
                exponent: Decimal::MAX_EXPONENT,
            };
        }
    }
    Decimal { mantissa, exponent }
}

/// The magnitude (below 2^127) with its sign.
#[inline]
const fn signed(negative: bool, magnitude: u128) -> i128 {
    if negative { -magnitude.cast_signed() } else { magnitude.cast_signed() }
}
