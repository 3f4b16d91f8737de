//! Looking at the whole database at once, for comparisons: after a crash, a reorg, a second run.

use std::collections::BTreeMap;

use bson::{RawDocumentBuf, doc};
use futures::TryStreamExt as _;

use crate::{documents::COLLECTIONS, error::StoreError, store::Store};

/// All stored documents as bytes, by collection, sorted by `_id`. There are no wall-clock fields: two databases that
/// hold the same chain up to the same block are equal, byte by byte (with the same undo window).
///
/// # Errors
/// As the server says.
pub async fn dump(store: &Store) -> Result<BTreeMap<String, Vec<Vec<u8>>>, StoreError> {
    let mut all = BTreeMap::new();
    for collection in COLLECTIONS {
        let found: Vec<RawDocumentBuf> = store
            .documents(collection)
            .clone_with_type::<RawDocumentBuf>()
            .find(doc! {})
            .sort(doc! { "_id": 1 })
            .await?
            .try_collect()
            .await?;
        all.insert(
            collection.to_owned(),
            found.into_iter().map(RawDocumentBuf::into_bytes).collect(),
        );
    }
    Ok(all)
}

/// Number of documents by collection.
///
/// # Errors
/// As the server says.
pub async fn counts(store: &Store) -> Result<BTreeMap<String, u64>, StoreError> {
    let mut all = BTreeMap::new();
    for collection in COLLECTIONS {
        all.insert(
            collection.to_owned(),
            store.documents(collection).count_documents(doc! {}).await?,
        );
    }
    Ok(all)
}
