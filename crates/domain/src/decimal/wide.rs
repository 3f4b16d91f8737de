//! The rare ways: numbers that do not fit 256 bits, still exact and still on the stack.

use alloy_primitives::Uint;

use super::{
    Decimal,
    normal::{self, PRECISION},
    pow10,
};

/// A number of 35 digits that stands so many places lower is below the first digit dropped of any other.
const UNSEEN: u32 = 2 * PRECISION + 2;

/// `upper x 10^gap + lower` (or minus, if their signs differ), times `10^exponent`, in normal form.
///
/// Three widths: up to 35 + 250 digits, up to 35 + 1,190, and all that exponents allow. None of it is needed where the
/// smaller number is too small to be seen: what it adds starts behind the first dropped digit, and what it takes away
/// leaves a nine there, which rounds up again.
#[cold]
#[inline(never)]
pub(super) fn sum(upper: i128, gap: u32, lower: i128, exponent: i32) -> Decimal {
    let alone = 0 < upper && upper.unsigned_abs() < pow10::TEN[PRECISION as usize];
    if alone && gap >= UNSEEN {
        return normal::without_zeros(
            false,
            upper.unsigned_abs(),
            exponent.saturating_add_unsigned(gap),
        );
    }
    match gap {
        0..=250 => sum_of::<1024, 16>(upper, gap, lower, exponent),
        251..=1190 => sum_of::<4096, 64>(upper, gap, lower, exponent),
        _ => sum_of::<41_088, 642>(upper, gap, lower, exponent),
    }
}

fn sum_of<const BITS: usize, const LIMBS: usize>(
    upper: i128,
    gap: u32,
    lower: i128,
    exponent: i32,
) -> Decimal {
    let scaled = Uint::<BITS, LIMBS>::from(upper.unsigned_abs()) * ten_to_the(gap);
    let other = Uint::from(lower.unsigned_abs());
    let (negative, magnitude) = if (upper < 0) == (lower < 0) {
        (upper < 0, scaled + other)
    } else if scaled >= other {
        (upper < 0, scaled - other)
    } else {
        (lower < 0, other - scaled)
    };
    from_uint(negative, magnitude, exponent)
}

/// The normal form of a number of any width.
pub(super) fn from_uint<const BITS: usize, const LIMBS: usize>(
    negative: bool,
    magnitude: Uint<BITS, LIMBS>,
    exponent: i32,
) -> Decimal {
    if let Ok(magnitude) = u128::try_from(magnitude) {
        return normal::from_u128(negative, magnitude, exponent);
    }
    let mut digits = pow10::estimate(magnitude.bit_len() as u64);
    if !negative && magnitude >= ten_to_the(digits) {
        digits += 1;
    }
    // more than 128 bits have more than 38 digits
    let drop = digits - PRECISION;
    let divisor = ten_to_the(drop);
    let (quotient, rest) = magnitude.div_rem(divisor);
    let quotient = quotient.saturating_to::<u128>();
    let exponent = exponent.saturating_add_unsigned(drop);
    if negative {
        return normal::from_cut_negative(quotient, exponent);
    }
    let up = rest >= divisor >> 1;
    normal::without_zeros(false, quotient + u128::from(up), exponent)
}

/// `10^power`; the caller knows that it fits.
pub(super) fn ten_to_the<const BITS: usize, const LIMBS: usize>(power: u32) -> Uint<BITS, LIMBS> {
    match pow10::TEN.get(power as usize) {
        Some(small) => Uint::from(*small),
        None => Uint::from(10_u8).pow(Uint::from(power)),
    }
}
