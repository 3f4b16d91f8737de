//! Decimals as the server's own 128-bit IEEE decimals (binary integer coefficient), which it sorts and sums.
//!
//! These have 34 digits. Negative values of the fold can have 35, which are cut towards zero: what is stored here is
//! then the sortable twin, and the exact value stands elsewhere.

use bson::{Bson, Decimal128};
use domain::decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

#[cfg(test)]
mod tests;

/// The first coefficient that does not fit.
const LIMIT: u128 = 10_u128.pow(34);
/// What is added to an exponent.
const BIAS: i32 = 6176;
/// Bits of the coefficient; above it stand 14 bits of the exponent and the sign.
const COEFFICIENT_BITS: u32 = 113;

/// A decimal, stored as Decimal128.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dec(pub(crate) Decimal);

impl Dec {
    /// Whether Decimal128 does not hold all of its digits.
    pub(crate) const fn rounds(self) -> bool {
        self.0.mantissa().unsigned_abs() >= LIMIT
    }

    /// The stored form.
    pub(crate) fn write(self) -> Decimal128 {
        let Self(value) = self;
        let magnitude = value.mantissa().unsigned_abs();
        let (coefficient, exponent) = if self.rounds() {
            (magnitude / 10, value.exponent() + 1)
        } else {
            (magnitude, value.exponent())
        };
        // from 0 to 12287: decimals keep within -6176 and 6111, those of 35 digits below the latter
        let exponent = u128::from((exponent + BIAS).unsigned_abs());
        let sign = u128::from(value.is_negative());
        let bits = sign << 127 | exponent << COEFFICIENT_BITS | coefficient;
        Decimal128::from_bytes(bits.to_le_bytes())
    }

    /// From the stored form, if that is a finite number within the range of decimals.
    pub(crate) fn read(value: Decimal128) -> Option<Decimal> {
        let bits = u128::from_le_bytes(value.bytes());
        // from these two bits on coefficients are too great, or it is no number
        if bits >> 125 & 3 == 3 {
            return None;
        }
        let coefficient = bits & ((1 << COEFFICIENT_BITS) - 1);
        let exponent = i32::try_from(bits >> COEFFICIENT_BITS & 0x3FFF).ok()? - BIAS;
        if coefficient >= LIMIT || exponent > Decimal::MAX_EXPONENT {
            return None;
        }
        let magnitude = coefficient.cast_signed();
        Some(Decimal::from_parts(if bits >> 127 == 1 { -magnitude } else { magnitude }, exponent))
    }
}

impl From<Dec> for Bson {
    fn from(value: Dec) -> Self {
        Self::Decimal128(value.write())
    }
}

impl Serialize for Dec {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.write().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Dec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Decimal128::deserialize(deserializer)?;
        Self::read(stored)
            .map(Self)
            .ok_or_else(|| de::Error::custom(format!("{stored} is no finite decimal of the range")))
    }
}
