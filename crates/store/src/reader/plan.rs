//! A query as a value, so that the same one is run by a snapshot and explained by the tests.

use bson::Document;

/// The index every collection has.
pub(crate) const ID: &str = "_id_";

/// What is asked of one collection.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) collection: &'static str,
    pub(crate) filter: Document,
    pub(crate) sort: Document,
    /// The index, by name: chosen here and not by the server, whose choice can change with the data.
    pub(crate) index: &'static str,
    /// `None`: all.
    pub(crate) limit: Option<u32>,
}

/// The part of an ordered list that comes after a cursor: above it when ascending, below it when descending. Both
/// bounds are whole sub-documents that start with the chain.
pub(crate) fn range(chain: i64, ascending: bool, after: Option<Document>) -> Document {
    let floor = bson::doc! { "c": chain };
    let ceiling = crate::documents::end_of(&floor);
    match (ascending, after) {
        (true, Some(after)) => bson::doc! { "$gt": after, "$lt": ceiling },
        (false, Some(after)) => bson::doc! { "$gte": floor, "$lt": after },
        (_, None) => bson::doc! { "$gte": floor, "$lt": ceiling },
    }
}
