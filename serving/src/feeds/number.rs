//! Numbers of JSON in plain notation, made of exact decimals: never of a float, never with an exponent.

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

#[cfg(test)]
mod tests;

/// A number by its digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Number(String);

impl Number {
    /// Of a text in plain notation (`-12.5`), as decimals and integers print it.
    pub(crate) fn new(number: impl ToString) -> Self {
        Self(number.to_string())
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = RawValue::from_string(self.0.clone()).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}
