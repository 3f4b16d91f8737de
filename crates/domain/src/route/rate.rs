//! Numbers with 64 significant bits for bounds: how much a pool gives at most for a unit, multiplied along a path.
//!
//! A bound must never be beaten by what it bounds, so every operation says which way it rounds. No amount is ever
//! computed with these.

use std::cmp::Ordering;

use alloy_primitives::U256;

/// `mantissa * 2^exponent`; the mantissa has its top bit set, or all is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rate {
    exponent: i32,
    mantissa: u64,
}

/// Which way what does not fit is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Round {
    Up,
    Down,
}

impl Rate {
    pub(super) const ZERO: Self = Self { exponent: i32::MIN, mantissa: 0 };
    pub(super) const ONE: Self = Self { exponent: -63, mantissa: 1 << 63 };
    /// More than anything that comes about.
    pub(super) const MAX: Self = Self { exponent: 1 << 24, mantissa: u64::MAX };

    pub(super) fn of(value: U256, round: Round) -> Self {
        let bits = value.bit_len();
        if bits == 0 {
            return Self::ZERO;
        }
        let Some(cut) = bits.checked_sub(64) else {
            let mantissa = value.as_limbs()[0] << (64 - bits);
            return Self { exponent: exponent(bits) - 64, mantissa };
        };
        let top: U256 = value >> cut;
        let rate = Self { exponent: exponent(cut), mantissa: top.as_limbs()[0] };
        if round == Round::Up && (top << cut) != value { rate.next() } else { rate }
    }

    /// The next larger one.
    const fn next(self) -> Self {
        match self.mantissa.checked_add(1) {
            Some(mantissa) => Self { mantissa, ..self },
            None => Self { exponent: self.exponent.saturating_add(1), mantissa: 1 << 63 },
        }
    }

    pub(super) fn mul(self, other: Self, round: Round) -> Self {
        if self.mantissa == 0 || other.mantissa == 0 {
            return Self::ZERO;
        }
        let product = u128::from(self.mantissa) * u128::from(other.mantissa);
        let exponent = self.exponent.saturating_add(other.exponent);
        Self::cut(product, exponent, round)
    }

    /// The quotient; [`Rate::MAX`] for a divisor of zero.
    pub(super) fn div(self, other: Self, round: Round) -> Self {
        if other.mantissa == 0 {
            return Self::MAX;
        }
        if self.mantissa == 0 {
            return Self::ZERO;
        }
        let divided = u128::from(self.mantissa) << 64;
        let divisor = u128::from(other.mantissa);
        let quotient = divided / divisor;
        // a remainder makes the quotient larger than it is written: one more unit covers it
        let ragged = round == Round::Up && divided % divisor != 0;
        let exponent = self.exponent.saturating_sub(other.exponent).saturating_sub(64);
        Self::cut(quotient + u128::from(ragged), exponent, round)
    }

    fn cut(value: u128, exponent: i32, round: Round) -> Self {
        // both factors have their top bits set: at least 64 bits are there
        let cut = 64_u32.saturating_sub(value.leading_zeros());
        let top = value >> cut;
        let mantissa = u64::try_from(top).unwrap_or(u64::MAX);
        let rate = Self { exponent: exponent.saturating_add(cut.cast_signed()), mantissa };
        if round == Round::Up && (top << cut) != value { rate.next() } else { rate }
    }
}

fn exponent(bits: usize) -> i32 {
    i32::try_from(bits).unwrap_or(i32::MAX)
}

impl Ord for Rate {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.exponent, self.mantissa).cmp(&(other.exponent, other.mantissa))
    }
}

impl PartialOrd for Rate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
