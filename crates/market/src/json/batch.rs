//! Lists and maps whose items are read one by one.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

#[cfg(test)]
mod tests;

/// A list, its items unread.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct Items<'a>(#[serde(borrow)] pub Vec<&'a RawValue>);

/// An object, its values unread, in the order in which they came; a name may come twice.
#[derive(Debug, Clone, Default)]
pub struct Entries<'a>(pub Vec<(Cow<'a, str>, &'a RawValue)>);

/// What could be read of many items, and how many could not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch<T> {
    /// Those that could, in their order.
    pub good: Vec<T>,
    /// How many could not.
    pub odd: usize,
    /// What was wrong with the first of them.
    pub first: Option<String>,
}

impl<T> Batch<T> {
    /// Nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { good: Vec::new(), odd: 0, first: None }
    }

    /// Takes in what became of one item; `None` is an item that says nothing.
    pub fn take<E: fmt::Display>(&mut self, item: Result<Option<T>, E>) {
        match item {
            Ok(item) => self.good.extend(item),
            Err(error) => {
                self.odd += 1;
                self.first.get_or_insert_with(|| error.to_string());
            }
        }
    }
}

impl<T> Default for Batch<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect<'a>(PhantomData<&'a ()>);

        impl<'de: 'a, 'a> Visitor<'de> for Collect<'a> {
            type Value = Entries<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'a>, A::Error> {
                let mut entries = Vec::new();
                while let Some(Name(name)) = map.next_key()? {
                    entries.push((name, map.next_value()?));
                }
                Ok(Entries(entries))
            }
        }

        /// Borrowed where it has no escapes.
        #[derive(Deserialize)]
        #[serde(transparent)]
        struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

        deserializer.deserialize_map(Collect(PhantomData))
    }
}
