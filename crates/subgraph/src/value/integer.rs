//! Whole numbers of any sign that hold every integer of the chain.

use std::{cmp::Ordering, fmt};

use alloy_primitives::{I256, Sign, U256, Uint};

/// More than any integer of a chain needs: what a client asks for may be larger than all of them.
type Magnitude = Uint<320, 5>;

/// A whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Integer {
    /// Never of zero.
    is_negative: bool,
    magnitude: Magnitude,
}

impl Integer {
    fn new(is_negative: bool, magnitude: Magnitude) -> Self {
        Self { is_negative: is_negative && !magnitude.is_zero(), magnitude }
    }

    /// Reads digits with or without a sign. What exceeds 320 bits becomes the greatest one, which no chain has. None: something
    /// else stands there.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (is_negative, digits) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let magnitude = Magnitude::from_str_radix(digits, 10).unwrap_or(Magnitude::MAX);
        Some(Self::new(is_negative, magnitude))
    }
}

impl From<U256> for Integer {
    fn from(value: U256) -> Self {
        Self::new(false, Magnitude::from(value))
    }
}

impl From<I256> for Integer {
    fn from(value: I256) -> Self {
        let (sign, magnitude) = value.into_sign_and_abs();
        Self::new(sign == Sign::Negative, Magnitude::from(magnitude))
    }
}

impl From<u128> for Integer {
    fn from(value: u128) -> Self {
        Self::new(false, Magnitude::from(value))
    }
}

impl From<i64> for Integer {
    fn from(value: i64) -> Self {
        Self::new(value < 0, Magnitude::from(value.unsigned_abs()))
    }
}

impl From<u64> for Integer {
    fn from(value: u64) -> Self {
        Self::new(false, Magnitude::from(value))
    }
}

impl PartialOrd for Integer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Integer {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.is_negative, other.is_negative) {
            (false, false) => self.magnitude.cmp(&other.magnitude),
            (true, true) => other.magnitude.cmp(&self.magnitude),
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
        }
    }
}

impl fmt::Display for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_negative {
            f.write_str("-")?;
        }
        match u128::try_from(self.magnitude) {
            // without the way over portions of a large number
            Ok(small) => write!(f, "{small}"),
            Err(_) => write!(f, "{}", self.magnitude),
        }
    }
}
