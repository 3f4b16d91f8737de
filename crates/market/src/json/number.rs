//! Numbers as they are written, in quotes or without.

use std::borrow::Cow;

use domain::decimal::Decimal;
use serde::Deserialize;
use serde_json::value::RawValue;

#[cfg(test)]
mod tests;

/// Digits, signs, zeros and exponent of a number at most; the longest prices have about fifty.
const LONGEST: usize = 400;
/// Powers of ten, up and down, beyond which nothing is a price, an amount or a time.
const FARTHEST: i64 = 100;
/// Digits that a decimal keeps.
const KEPT: usize = 34;

/// What stands where a number should stand.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(transparent)]
pub struct Number<'a>(#[serde(borrow)] &'a RawValue);

/// Why it is no number for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// `null`.
    #[error("null stands for a number")]
    Null,
    /// A list, an object, a truth, or a text that is no number: `NaN` and `Infinity` are such.
    #[error("a value that is no number")]
    NotANumber,
    /// Longer than any price.
    #[error("a number of more than {LONGEST} characters")]
    TooLong,
    /// Beyond 10^100, or nearer to 0 than its inverse.
    #[error("a number beyond all that can be meant")]
    OutOfRange,
    /// More than 34 digits: it would have to be rounded.
    #[error("a number of more than {KEPT} digits")]
    Inexact,
    /// A fraction, a sign or an overflow where a count or a time should stand.
    #[error("a number that is not whole, or less than 0, or too great")]
    NotWhole,
}

impl<'a> Number<'a> {
    /// Whether it is `null`.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.0.get() == "null"
    }

    /// The text, without quotes.
    fn text(self) -> Result<Cow<'a, str>, NumberError> {
        let raw = self.0.get();
        if raw.len() > LONGEST {
            return Err(NumberError::TooLong);
        }
        match raw.as_bytes().first() {
            Some(b'n') => Err(NumberError::Null),
            Some(b'"') => {
                let plain = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
                match plain.filter(|plain| !plain.contains('\\')) {
                    Some(plain) => Ok(Cow::Borrowed(plain)),
                    None => serde_json::from_str(raw).map_err(|_| NumberError::NotANumber),
                }
            }
            Some(b'-' | b'0'..=b'9') => Ok(Cow::Borrowed(raw)),
            _ => Err(NumberError::NotANumber),
        }
    }

    /// Exactly what is written.
    ///
    /// # Errors
    /// [`NumberError`]: nothing is rounded.
    pub fn decimal(self) -> Result<Decimal, NumberError> {
        let text = self.text()?;
        let value: Decimal = text.parse().map_err(|error| match error {
            domain::decimal::ParseDecimalError::Exponent => exponent_error(&text),
            domain::decimal::ParseDecimalError::TooLong => NumberError::TooLong,
            _ => NumberError::NotANumber,
        })?;
        if significant_digits(&text) > KEPT {
            return Err(NumberError::Inexact);
        }
        let digits = value.mantissa().unsigned_abs().checked_ilog10().map_or(0, i64::from);
        let power = i64::from(value.exponent()) + digits;
        if power.abs() > FARTHEST { Err(NumberError::OutOfRange) } else { Ok(value) }
    }

    /// A count or a time: whole and not below 0, whether or not it is written with a point.
    ///
    /// # Errors
    /// [`NumberError`].
    pub fn whole(self) -> Result<u64, NumberError> {
        let value = self.decimal()?;
        let power = u32::try_from(value.exponent()).map_err(|_| NumberError::NotWhole)?;
        let scale = 10_i128.checked_pow(power).ok_or(NumberError::NotWhole)?;
        let whole = value.mantissa().checked_mul(scale).ok_or(NumberError::NotWhole)?;
        u64::try_from(whole).map_err(|_| NumberError::NotWhole)
    }
}

/// An exponent that is a number is too great; another is no exponent.
fn exponent_error(text: &str) -> NumberError {
    let power = text.split_once(['e', 'E']).map_or("", |(_, power)| power);
    let digits = power.strip_prefix(['-', '+']).unwrap_or(power);
    let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    if is_number || power.is_empty() { NumberError::OutOfRange } else { NumberError::NotANumber }
}

/// Digits from the first to the last that is not zero.
fn significant_digits(text: &str) -> usize {
    let digits = text.split(['e', 'E']).next().unwrap_or_default();
    let digits: Vec<u8> = digits.bytes().filter(u8::is_ascii_digit).collect();
    let first = digits.iter().position(|digit| *digit != b'0');
    let last = digits.iter().rposition(|digit| *digit != b'0');
    first.zip(last).map_or(0, |(first, last)| last - first + 1)
}
