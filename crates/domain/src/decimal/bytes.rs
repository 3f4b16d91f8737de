//! Decimals as bytes: 1 to 18 of them, exact, one form for each number, and it says itself where it ends.
//!
//! Numbers with all their digits, as sums mostly are, take 16 bytes as one big-endian number: 1 bit set, 1 for the sign,
//! 10 for the exponent, 116 for the mantissa. All others open with the byte `0 s mmmm ee`: s the sign, m how many bytes
//! of mantissa follow at the end (big-endian), e what stands before them: 0 nothing and the exponent is 0, 1 nothing and
//! the exponent is -18, 2 the exponent in one byte, 3 in two. Zero is the byte 0.

#![expect(clippy::cast_possible_truncation, reason = "bytes are cut out of numbers here")]

use std::ops::Deref;

use super::Decimal;

/// Why bytes are not a decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BytesError {
    /// The bytes end too early.
    #[error("the bytes of a decimal end too early; read the whole field")]
    Short,
    /// No number is written like this.
    #[error("these bytes are no decimal; what wrote them was not this codec")]
    Invalid,
    /// There is more than one decimal.
    #[error("{0} bytes follow the decimal; cut the field where it ends")]
    Trailing(usize),
}

/// The bytes of one decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecimalBytes {
    bytes: [u8; 18],
    length: u8,
}

impl Deref for DecimalBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }
}

impl AsRef<[u8]> for DecimalBytes {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl DecimalBytes {
    fn push(&mut self, bytes: &[u8]) {
        let start = usize::from(self.length);
        for (place, byte) in self.bytes.iter_mut().skip(start).zip(bytes) {
            *place = *byte;
        }
        self.length += bytes.len() as u8;
    }
}

/// Bits of the mantissa in the long form.
const LONG_BITS: u32 = 116;
/// The exponents of the long form are 0 to 1023 less this.
const LONG_BIAS: i32 = 700;
/// The long form is for mantissas of so many bytes.
const LONG_LENGTH: u32 = 15;

impl Decimal {
    /// The bytes; see [`Self::read_bytes`].
    #[must_use]
    pub fn to_bytes(self) -> DecimalBytes {
        let mut out = DecimalBytes { bytes: [0; 18], length: 0 };
        let mantissa = self.mantissa.unsigned_abs();
        let sign = u8::from(self.is_negative());
        let length = (128 - mantissa.leading_zeros()).div_ceil(8);
        if length == LONG_LENGTH
            && let biased @ 0..1024 = self.exponent + LONG_BIAS
        {
            let head = 2 | u128::from(sign);
            let number = (head << 10 | u128::from(biased.unsigned_abs())) << LONG_BITS | mantissa;
            out.push(&number.to_be_bytes());
            return out;
        }
        let head = sign << 6 | (length as u8) << 2;
        match (self.exponent, i8::try_from(self.exponent)) {
            (0, _) => out.push(&[head]),
            (-18, _) => out.push(&[head | 1]),
            (_, Ok(exponent)) => out.push(&[head | 2, exponent.cast_unsigned()]),
            (exponent, _) => {
                let [_, _, high, low] = exponent.to_be_bytes();
                out.push(&[head | 3, high, low]);
            }
        }
        let bytes = mantissa.to_be_bytes();
        out.push(bytes.get(16 - length as usize..).unwrap_or_default());
        out
    }

    /// The inverse of [`Self::to_bytes`], of exactly the bytes of one decimal.
    ///
    /// # Errors
    ///
    /// [`BytesError`] if these are not the bytes of a decimal.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BytesError> {
        let (value, rest) = Self::read_bytes(bytes)?;
        if rest.is_empty() { Ok(value) } else { Err(BytesError::Trailing(rest.len())) }
    }

    /// The decimal at the start of the bytes, and what follows it.
    ///
    /// # Errors
    ///
    /// [`BytesError`] if no decimal stands at the start.
    pub fn read_bytes(bytes: &[u8]) -> Result<(Self, &[u8]), BytesError> {
        let (head, rest) = bytes.split_first().ok_or(BytesError::Short)?;
        let (negative, mantissa, exponent, rest) = if head & 0x80 != 0 {
            let (number, rest) = bytes.split_first_chunk::<16>().ok_or(BytesError::Short)?;
            let number = u128::from_be_bytes(*number);
            let exponent = (number >> LONG_BITS & 1023) as i32 - LONG_BIAS;
            (number >> 126 & 1 == 1, number & ((1 << LONG_BITS) - 1), exponent, rest)
        } else {
            let (exponent, rest) = match head & 3 {
                0 => (0, rest),
                1 => (-18, rest),
                2 => rest
                    .split_first()
                    .map(|(byte, rest)| (i32::from(byte.cast_signed()), rest))
                    .ok_or(BytesError::Short)?,
                _ => rest
                    .split_first_chunk::<2>()
                    .map(|(bytes, rest)| (i32::from(i16::from_be_bytes(*bytes)), rest))
                    .ok_or(BytesError::Short)?,
            };
            let length = usize::from(head >> 2 & 15);
            let (digits, rest) = rest.split_at_checked(length).ok_or(BytesError::Short)?;
            let mantissa = digits.iter().fold(0, |sum, byte| sum << 8 | u128::from(*byte));
            (head & 0x40 != 0, mantissa, exponent, rest)
        };
        let mantissa = if negative { -mantissa.cast_signed() } else { mantissa.cast_signed() };
        let value = Self::from_parts(mantissa, exponent);
        // exactly what we would have written: normal, shortest, nothing out of range
        let used = bytes.len() - rest.len();
        if Some(&*value.to_bytes()) == bytes.get(..used) {
            Ok((value, rest))
        } else {
            Err(BytesError::Invalid)
        }
    }
}
