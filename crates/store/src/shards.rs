//! How every collection would be cut into shards.
//!
//! No router is needed to run sooho; these keys are what keeps one possible. Each is the whole `_id`, which starts with
//! the chain: the documents of a chain stand together, and a large chain can still be cut. The only unique index is that
//! of `_id`, so a shard can keep it by itself, and every write says by its `_id`s, or by a range of them within a chain,
//! which shards it concerns.

use bson::{Bson, Document};

use crate::documents::{
    COLLECTIONS, META,
    lease::{FENCES, LEASES},
};
use crate::generations::documents::CHAINS;
use crate::{keys, market};

/// The shard key of a collection; `None` for the few documents that stay on one shard. Collections of contract events
/// have the same key as others.
pub(crate) fn key(collection: &str) -> Option<&'static [(&'static str, i32)]> {
    const BY_ID: &[(&str, i32)] = &[("_id", 1)];
    (collection != META).then_some(BY_ID)
}

/// Whether the collection is one of ours.
pub(crate) fn is_known(collection: &str) -> bool {
    COLLECTIONS.contains(&collection)
        || market::COLLECTIONS.contains(&collection)
        || [META, LEASES, FENCES, CHAINS, keys::COLLECTION].contains(&collection)
        || collection.starts_with("contract_")
}

/// Refuses a write that does not say by the shard key which documents it means; `single`: exactly one.
pub(crate) fn names_it(collection: &str, filter: &Document, single: bool) -> Result<(), String> {
    if !is_known(collection) {
        return Err(format!("collection {collection} is not declared"));
    }
    for (path, _) in key(collection).unwrap_or(&[("_id", 1)]) {
        let value = filter.get(path).ok_or_else(|| {
            format!("a write to {collection} does not name its shard key `{path}`: {filter}")
        })?;
        if collection != META && !within_a_chain(value, single) {
            return Err(format!("a write to {collection} is not within a chain: {filter}"));
        }
    }
    Ok(())
}

/// An `_id` that starts with a chain; or a list, or a range, of those.
fn within_a_chain(value: &Bson, single: bool) -> bool {
    let Bson::Document(value) = value else { return false };
    match value.keys().next().map(String::as_str) {
        Some("c") => true,
        Some("$in") if !single => {
            let mut ids = value.get_array("$in").into_iter().flatten();
            ids.all(|id| within_a_chain(id, true))
        }
        Some("$gt" | "$gte" | "$lt" | "$lte") if !single => {
            value.len() == 2 && value.iter().all(|(_, bound)| within_a_chain(bound, true))
        }
        _ => false,
    }
}
