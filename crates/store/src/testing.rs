//! Looking at the whole database at once, for comparisons: after a crash, a reorg, a second run.

use std::collections::BTreeMap;

use bson::{RawDocumentBuf, doc};
use futures::TryStreamExt as _;

use domain::ids::ChainId;

use crate::{
    contracts,
    documents::{COLLECTIONS, META},
    error::StoreError,
    history, rows,
    store::Store,
    writer::Writer,
};

/// A writer that takes the chain from whoever has it. It holds the lease as long as it lives.
///
/// # Errors
/// As the server says.
pub async fn writer(store: &Store, chain: ChainId) -> Result<Writer, StoreError> {
    Ok(store.writer(&store.seize(chain).await?))
}

/// All stored documents as bytes, by collection, sorted by `_id`. There are no wall-clock fields: two databases that
/// hold the same chain up to the same block are equal, byte by byte (with the same undo window).
///
/// # Errors
/// As the server says.
pub async fn dump(store: &Store) -> Result<BTreeMap<String, Vec<Vec<u8>>>, StoreError> {
    let mut all = BTreeMap::new();
    for collection in collections(store).await? {
        let found: Vec<RawDocumentBuf> = store
            .documents(&collection)
            .clone_with_type::<RawDocumentBuf>()
            .find(doc! {})
            .sort(doc! { "_id": 1 })
            .await?
            .try_collect()
            .await?;
        let documents = match collection.as_str() {
            history::COLLECTION => versions(&found)?,
            rows::COLLECTION => rows_of(&found)?,
            _ => found.into_iter().map(RawDocumentBuf::into_bytes).collect(),
        };
        all.insert(collection, documents);
    }
    Ok(all)
}

/// The versions of all entities. How they are cut into chunks depends on how blocks were cut into batches, what they say
/// does not.
fn versions(chunks: &[RawDocumentBuf]) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut all = Vec::new();
    for raw in chunks {
        let id = raw.get_document("_id").map(|id| (id.get("t"), id.get("k")));
        let entity = format!("{id:?}");
        for (block, text) in history::Chunk::new(raw)?.versions()? {
            all.push(format!("{entity} {block:>20} {text}").into_bytes());
        }
    }
    all.sort_unstable();
    Ok(all)
}

/// All rows of pools, likewise.
fn rows_of(chunks: &[RawDocumentBuf]) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut all = Vec::new();
    for raw in chunks {
        all.extend(rows::texts(&rows::RawChunk::new(raw)?)?.into_iter().map(String::into_bytes));
    }
    all.sort_unstable();
    Ok(all)
}

/// Number of documents by collection; of packed ones, of what is packed.
///
/// # Errors
/// As the server says.
pub async fn counts(store: &Store) -> Result<BTreeMap<String, u64>, StoreError> {
    let all = dump(store).await?;
    Ok(all.into_iter().map(|(name, documents)| (name, documents.len() as u64)).collect())
}

/// All collections with chain data, those of contract events too.
async fn collections(store: &Store) -> Result<Vec<String>, StoreError> {
    let mut all = contracts::declared(&store.documents(META).clone_with_type()).await?;
    all.extend(COLLECTIONS.map(str::to_owned));
    Ok(all)
}
