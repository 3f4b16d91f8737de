//! Decimals as text: plain notation out, plain or scientific in.

use std::{fmt, str::FromStr};

use alloy_primitives::Uint;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Decimal, normal, wide};

/// Digits that are read at most.
const MOST_DIGITS: u32 = 300;

/// Why a text is not a decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseDecimalError {
    /// There are no digits.
    #[error("a decimal without digits; write one like -1.5 or 2e-7")]
    Empty,
    /// Something else than a digit, a sign in front, one point, or an exponent.
    #[error("{0:?} has no place in a decimal; write one like -1.5 or 2e-7")]
    Unexpected(char),
    /// What follows `e` is not an integer in range.
    #[error("the exponent of a decimal has to be an integer from {min} to {max}", min = Decimal::MIN_EXPONENT, max = Decimal::MAX_EXPONENT)]
    Exponent,
    /// More digits than are read.
    #[error("a decimal of more than {MOST_DIGITS} digits; leave out those beyond the 35th")]
    TooLong,
}

impl FromStr for Decimal {
    type Err = ParseDecimalError;

    fn from_str(text: &str) -> Result<Self, ParseDecimalError> {
        let (digits, power) = match text.split_once(['e', 'E']) {
            Some((digits, power)) => {
                (digits, power.parse::<i32>().map_err(|_| ParseDecimalError::Exponent)?)
            }
            None => (text, 0),
        };
        let (negative, digits) = match digits.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, digits.strip_prefix('+').unwrap_or(digits)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() && fraction.is_empty() {
            return Err(ParseDecimalError::Empty);
        }
        if let Some(odd) =
            whole.chars().chain(fraction.chars()).find(|digit| !digit.is_ascii_digit())
        {
            return Err(ParseDecimalError::Unexpected(odd));
        }
        let mut number = Uint::<1024, 16>::ZERO;
        let (mut zeros, mut count) = (0_u32, 0_u32);
        for digit in whole.bytes().chain(fraction.bytes()).skip_while(|digit| *digit == b'0') {
            // zeros at the end belong to the exponent, so that what was printed is read back
            if digit == b'0' {
                zeros = zeros.checked_add(1).ok_or(ParseDecimalError::TooLong)?;
                continue;
            }
            count = count.saturating_add(zeros).saturating_add(1);
            if count > MOST_DIGITS {
                return Err(ParseDecimalError::TooLong);
            }
            number = number * wide::ten_to_the(zeros + 1) + Uint::from(digit - b'0');
            zeros = 0;
        }
        let value = wide::from_uint(negative, number, 0);
        if value.is_zero() {
            return Ok(value);
        }
        let places = i32::try_from(fraction.len()).map_err(|_| ParseDecimalError::TooLong)?;
        power
            .checked_sub(places)
            .and_then(|power| power.checked_add_unsigned(zeros))
            .and_then(|power| power.checked_add(value.exponent))
            .map(|exponent| Self { exponent, ..value })
            .filter(|value| normal::bounded(value.mantissa, value.exponent) == *value)
            .ok_or(ParseDecimalError::Exponent)
    }
}

impl fmt::Display for Decimal {
    /// Plain notation: no exponent, no trailing zeros after the point, `0` for zero.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.width().is_some() || f.sign_plus() {
            return f.pad_integral(!self.is_negative(), "", &self.magnitude().to_string());
        }
        if self.is_negative() {
            f.write_str("-")?;
        }
        self.magnitude().fmt(f)
    }
}

impl Decimal {
    const fn magnitude(&self) -> Magnitude {
        Magnitude { mantissa: self.mantissa.unsigned_abs(), exponent: self.exponent }
    }
}

/// A decimal without its sign. Most of what a service says is printed here: nothing is put on the heap.
struct Magnitude {
    mantissa: u128,
    exponent: i32,
}

impl fmt::Display for Magnitude {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = itoa::Buffer::new();
        let digits = buffer.format(self.mantissa);
        let places = usize::try_from(self.exponent.unsigned_abs()).map_err(|_| fmt::Error)?;
        if self.exponent >= 0 {
            f.write_str(digits)?;
            return zeros(f, places);
        }
        match digits.len().checked_sub(places).and_then(|point| digits.split_at_checked(point)) {
            Some(("", fraction)) => {
                f.write_str("0.")?;
                f.write_str(fraction)
            }
            Some((whole, fraction)) => {
                f.write_str(whole)?;
                f.write_str(".")?;
                f.write_str(fraction)
            }
            None => {
                f.write_str("0.")?;
                zeros(f, places - digits.len())?;
                f.write_str(digits)
            }
        }
    }
}

fn zeros(f: &mut fmt::Formatter<'_>, mut count: usize) -> fmt::Result {
    const ZEROS: &str = "0000000000000000000000000000000000000000";
    while count > 0 {
        let part = ZEROS.get(..count).unwrap_or(ZEROS);
        f.write_str(part)?;
        count -= part.len();
    }
    Ok(())
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl de::Visitor<'_> for Text {
            type Value = Decimal;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a decimal as a string")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Decimal, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Text)
    }
}
