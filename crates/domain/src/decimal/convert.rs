//! Decimals from integers.

use alloy_primitives::{I256, U256, Uint};

use super::{Decimal, limbs::Limbs, normal, wide};

impl Decimal {
    /// The integer, in normal form.
    #[must_use]
    pub fn from_u256(value: U256) -> Self {
        normal::from_limbs(false, limbs(value), 0)
    }

    /// The integer, in normal form.
    #[must_use]
    pub fn from_i256(value: I256) -> Self {
        let (sign, magnitude) = value.into_sign_and_abs();
        normal::from_limbs(sign.is_negative(), limbs(magnitude), 0)
    }

    /// The integer, in normal form.
    #[must_use]
    pub fn from_u512(value: Uint<512, 8>) -> Self {
        match U256::checked_from_limbs_slice(value.as_limbs()) {
            Some(value) => Self::from_u256(value),
            None => wide::from_uint(false, value, 0),
        }
    }

    /// An amount in a token's smallest unit (wei and the like) in whole tokens: `raw / 10^decimals`.
    #[must_use]
    pub fn from_units(raw: U256, decimals: u8) -> Self {
        Self::from_u256(raw).scaled(-i32::from(decimals))
    }

    /// Like [`Self::from_units`], with a sign.
    #[must_use]
    pub fn from_signed_units(raw: I256, decimals: u8) -> Self {
        Self::from_i256(raw).scaled(-i32::from(decimals))
    }

    /// `self x 10^power`: like the product or quotient by a power of ten, since those keep the digits of a normal number.
    #[must_use]
    #[inline]
    pub fn scaled(self, power: i32) -> Self {
        if self.is_zero() {
            return self;
        }
        normal::bounded(self.mantissa, self.exponent.saturating_add(power))
    }
}

/// The two halves.
#[inline]
fn limbs(value: U256) -> Limbs {
    let [l0, l1, l2, l3] = *value.as_limbs();
    let join = |high: u64, low: u64| u128::from(high) << 64 | u128::from(low);
    Limbs { high: join(l3, l2), low: join(l1, l0) }
}

impl From<u128> for Decimal {
    fn from(value: u128) -> Self {
        normal::from_u128(false, value, 0)
    }
}

impl From<i128> for Decimal {
    fn from(value: i128) -> Self {
        Self::from_parts(value, 0)
    }
}

impl From<u64> for Decimal {
    fn from(value: u64) -> Self {
        Self::from(u128::from(value))
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self::from(i128::from(value))
    }
}

impl From<i32> for Decimal {
    fn from(value: i32) -> Self {
        Self::from(i128::from(value))
    }
}
