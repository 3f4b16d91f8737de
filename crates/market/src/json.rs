//! Answers as JSON, with numbers as they are written.
//!
//! A number is kept as its text ([`Number`]) until somebody wants it as a [`Decimal`](domain::decimal::Decimal), so that
//! no digit goes through a binary float. Lists and maps are read item by item: an odd item costs itself, not its
//! neighbours ([`Batch`]). Fields that nobody asks for may hold anything.

use domain::market::Source;
use serde::Deserialize;

use crate::error::MarketError;

mod batch;
mod number;
mod time;

pub use self::{
    batch::{Batch, Entries, Items},
    number::{Number, NumberError},
    time::{OddTime, millis_of_millis, millis_of_seconds},
};

/// The body of an answer as what the caller expects.
///
/// # Errors
/// [`MarketError::Odd`], which says where, and nothing that stands there: it may be a key.
pub fn read<'a, T: Deserialize<'a>>(source: Source, body: &'a [u8]) -> Result<T, MarketError> {
    serde_json::from_slice(body).map_err(|error| MarketError::Odd {
        source_name: source,
        why: format!(
            "{} at line {}, column {}",
            match error.classify() {
                serde_json::error::Category::Data => "not the fields that were expected",
                serde_json::error::Category::Eof => "it ends in the middle",
                serde_json::error::Category::Syntax | serde_json::error::Category::Io => "not JSON",
            },
            error.line(),
            error.column()
        ),
    })
}
