//! Collection `kept`: `_id {c}`, since which block the history of a generation is kept, and how far its upkeep is.

use bson::{Binary, Document, doc};
use serde::Deserialize;

/// The collection.
pub(crate) const COLLECTION: &str = "kept";

/// The `_id` of a generation's.
pub(crate) fn id(chain: i64) -> Document {
    doc! { "c": chain }
}

/// As stored. It is made by the first upkeep; before, everything is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Doc {
    /// Reads as of a block below this one are refused.
    #[serde(default)]
    pub(crate) from: i64,
    /// What lies below this block is removed.
    #[serde(default)]
    pub(crate) swept: i64,
    /// The last entity that was looked at on the way from there to `from`.
    #[serde(default)]
    pub(crate) at: Option<At>,
    /// How often chunks were exchanged. Who copies a chain sees by it whether that happened meanwhile.
    #[serde(default)]
    pub(crate) changes: i64,
}

/// An entity of the history.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct At {
    /// Kind.
    pub(crate) t: i32,
    /// Key.
    pub(crate) k: Binary,
    /// The horizon when the way was begun.
    pub(crate) to: i64,
}
