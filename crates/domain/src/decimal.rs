//! Decimal arithmetic of the analytics: exact to the digit with the reference implementation of the subgraphs.
//!
//! After every operation the result is brought to its normal form, and the normal form is part of the meaning:
//!
//! * a positive value keeps 34 significant digits, rounded half-up on the first dropped digit;
//! * a negative value is truncated towards zero, and keeps 34 or 35 digits, because the reference estimates how many
//!   digits it has from its bits (see `decimal/normal.rs`);
//! * trailing zeros are removed; zero is `0 x 10^0`.
//!
//! So `Eq` and `Hash` on the parts are those of the numbers. The same sum taken in another order may differ in the last
//! digit: callers follow the order of the rules they implement.
//!
//! Exponents stay within [`Decimal::MIN_EXPONENT`] and [`Decimal::MAX_EXPONENT`], so that every value fits a 128-bit
//! IEEE decimal; smaller results become zero, greater ones the greatest value.

mod add;
mod bytes;
mod convert;
mod div;
mod limbs;
mod mul;
mod normal;
mod order;
mod pow10;
mod text;
mod wide;

#[cfg(test)]
pub(crate) mod tests;

pub use bytes::{BytesError, DecimalBytes};
pub use text::ParseDecimalError;

/// A decimal number `mantissa x 10^exponent`, always in normal form.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct Decimal {
    mantissa: i128,
    exponent: i32,
}

impl Decimal {
    /// 0.
    pub const ZERO: Self = Self { mantissa: 0, exponent: 0 };
    /// 1.
    pub const ONE: Self = Self { mantissa: 1, exponent: 0 };
    /// The least exponent.
    pub const MIN_EXPONENT: i32 = -6176;
    /// The greatest exponent, of at most 34 digits.
    pub const MAX_EXPONENT: i32 = 6111;

    /// The number `mantissa x 10^exponent`, brought to normal form.
    #[must_use]
    pub fn from_parts(mantissa: i128, exponent: i32) -> Self {
        normal::from_u128(mantissa < 0, mantissa.unsigned_abs(), exponent)
    }

    /// The digits, without trailing zeros, with the sign: at most 34, or 35 if negative.
    #[must_use]
    pub const fn mantissa(self) -> i128 {
        self.mantissa
    }

    /// The power of ten of the last digit.
    #[must_use]
    pub const fn exponent(self) -> i32 {
        self.exponent
    }

    /// Whether it is 0.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    /// Whether it is less than 0.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.mantissa < 0
    }

    /// The magnitude. An operation like others: a negative value of 35 digits is rounded to 34.
    #[must_use]
    pub fn abs(self) -> Self {
        if self.is_negative() { -self } else { self }
    }
}
