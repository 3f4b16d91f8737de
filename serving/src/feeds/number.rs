//! Numbers of JSON in plain notation, made of exact decimals: never of a float, never with an exponent.

use std::fmt::{Display, Write as _};

use serde::{Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{Object, RefOr, Schema, Type},
};

use crate::raw;

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
        raw::serialize(&self.0, serializer)
    }
}

/// A list of numbers by their digits: one text for all, not one for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Numbers(String);

impl Numbers {
    /// Of texts in plain notation.
    pub(crate) fn new(numbers: impl Iterator<Item = impl Display>) -> Self {
        let mut list = String::from("[");
        for (place, number) in numbers.enumerate() {
            let comma = if place == 0 { "" } else { "," };
            // writing to a text does not fail
            let _ = write!(list, "{comma}{number}");
        }
        list.push(']');
        Self(list)
    }
}

impl Serialize for Numbers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        raw::serialize(&self.0, serializer)
    }
}

impl PartialSchema for Numbers {
    fn schema() -> RefOr<Schema> {
        utoipa::openapi::Array::new(Number::schema()).into()
    }
}

impl ToSchema for Numbers {}

impl PartialSchema for Number {
    fn schema() -> RefOr<Schema> {
        Object::builder().schema_type(Type::Number).build().into()
    }
}

impl ToSchema for Number {}
