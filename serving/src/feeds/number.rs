//! Numbers of JSON in plain notation, made of exact decimals: never of a float, never with an exponent.

use domain::decimal::Decimal;
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
    pub(crate) fn new(numbers: impl Iterator<Item = impl AsRef<str>>) -> Self {
        let mut list = List::new();
        numbers.for_each(|number| list.push(number.as_ref()));
        list.end()
    }
}

/// Numbers as they come.
#[derive(Debug)]
pub(crate) struct List(String);

impl List {
    pub(crate) const fn new() -> Self {
        Self(String::new())
    }

    /// A text in plain notation.
    pub(crate) fn push(&mut self, number: &str) {
        self.0.push(if self.0.is_empty() { '[' } else { ',' });
        self.0.push_str(number);
    }

    pub(crate) fn end(mut self) -> Numbers {
        self.0.push_str(if self.0.is_empty() { "[]" } else { "]" });
        Numbers(self.0)
    }
}

/// Prints numbers, and remembers the last few: neighbours in a chart are often equal.
#[derive(Debug)]
pub(crate) struct Recent<P> {
    print: P,
    known: [Option<(Decimal, String)>; 4],
    next: usize,
}

impl<P: Fn(Decimal) -> String> Recent<P> {
    pub(crate) fn new(print: P) -> Self {
        Self { print, known: [const { None }; 4], next: 0 }
    }

    pub(crate) fn text(&mut self, number: Decimal) -> &str {
        let found =
            self.known.iter().position(|known| matches!(known, Some((n, _)) if *n == number));
        let place = found.unwrap_or_else(|| {
            let place = self.next;
            self.next = (place + 1) % self.known.len();
            if let Some(entry) = self.known.get_mut(place) {
                *entry = Some((number, (self.print)(number)));
            }
            place
        });
        self.known.get(place).and_then(Option::as_ref).map_or("0", |(_, text)| text)
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
