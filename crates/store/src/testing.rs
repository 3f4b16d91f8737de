//! Looking at the whole database at once, for comparisons: after a crash, a reorg, a second run.

use std::collections::BTreeMap;

use bson::{Bson, Document, RawDocument, RawDocumentBuf, doc};
use futures::TryStreamExt as _;

use domain::{ids::ChainId, row::Swap};

use crate::{
    candles,
    codec::chain_key,
    contracts,
    documents::{
        COLLECTIONS, META, Stored as _, decode, decode_doc, encode_doc, figures, id_prefix, kept,
        pool, reconciled, token,
    },
    error::StoreError,
    history, queries, rows,
    store::Store,
    writer::Writer,
};

mod hang;

pub use self::hang::{hold_reads, work_on};

/// Comment of the queries of this module, which read everything.
pub(crate) const COMPARISON: &str = "comparison";

/// Why a command that reached the server should not have: it asks what `queries.rs` does not declare, or writes without
/// naming a shard key.
#[must_use]
pub fn refused(command: &Document) -> Option<String> {
    if command.get_str("comment").is_ok_and(|comment| comment == COMPARISON) {
        return None;
    }
    let name = command.keys().next()?;
    queries::check(name, command).err()
}

/// A writer that takes the chain from whoever has it. It holds the lease as long as it lives.
///
/// # Errors
/// As the server says.
pub async fn writer(store: &Store, chain: ChainId) -> Result<Writer, StoreError> {
    Ok(store.writer(&store.seize(chain).await?))
}

/// Reads a document into what it stands for; how many things that are. Of collections that are not known here: none.
///
/// # Errors
/// When it cannot be read.
pub fn typed(collection: &str, raw: &RawDocument) -> Result<usize, StoreError> {
    match collection {
        pool::Doc::COLLECTION => decode::<pool::Doc>(raw).map(|_| 1),
        token::Doc::COLLECTION => decode::<token::Doc>(raw).map(|_| 1),
        figures::POOL_INTERVALS => figures::decode(figures::POOL_INTERVALS, raw).map(|_| 1),
        rows::COLLECTION => {
            let mut swaps: Vec<Swap> = Vec::new();
            rows::RawChunk::new(raw)?.rows(|_| true, &mut swaps)?;
            Ok(swaps.len())
        }
        candles::COLLECTION => Ok(candles::query::of_bucket(raw)?.len()),
        _ => Ok(0),
    }
}

/// All stored documents as bytes, by collection, sorted by `_id`. There are no wall-clock fields: two databases that
/// hold the same chain up to the same block are equal, byte by byte (with the same undo window).
///
/// # Errors
/// As the server says.
pub async fn dump(store: &Store) -> Result<BTreeMap<String, Vec<Vec<u8>>>, StoreError> {
    dump_of(store, doc! {}).await
}

/// The same of one chain's active generation, with the chain's id for the key of the generation: it looks like an index
/// that was made in one go.
///
/// # Errors
/// As the server says.
pub async fn dump_chain(
    store: &Store,
    chain: ChainId,
) -> Result<BTreeMap<String, Vec<Vec<u8>>>, StoreError> {
    let Some(snapshot) = store.reader().snapshot(chain).await? else { return Ok(BTreeMap::new()) };
    let (key, id) = (snapshot.key(), chain_key(chain));
    let mut all = dump_of(store, doc! { "_id": id_prefix(&doc! { "c": key }) }).await?;
    for (collection, documents) in &mut all {
        if [history::COLLECTION, rows::COLLECTION].contains(&collection.as_str()) {
            continue;
        }
        for bytes in documents.iter_mut() {
            let raw = RawDocumentBuf::from_bytes(std::mem::take(bytes));
            let raw = raw.map_err(|error| StoreError::Corrupt {
                collection: "(dump)",
                id: collection.clone(),
                why: error.to_string(),
            })?;
            let mut document = Bson::Document(decode_doc("(dump)", &raw)?);
            rename(&mut document, key, id);
            *bytes = encode_doc("(dump)", &document)?.into_bytes();
        }
    }
    Ok(all)
}

/// Puts one key in the place of another, wherever ids stand in a document.
fn rename(value: &mut Bson, from: i64, to: i64) {
    match value {
        Bson::Document(document) => {
            for (name, value) in document.iter_mut() {
                if name == "c" && *value == Bson::Int64(from) {
                    *value = Bson::Int64(to);
                }
                rename(value, from, to);
            }
        }
        Bson::Array(values) => values.iter_mut().for_each(|value| rename(value, from, to)),
        _ => {}
    }
}

async fn dump_of(
    store: &Store,
    filter: Document,
) -> Result<BTreeMap<String, Vec<Vec<u8>>>, StoreError> {
    let mut all = BTreeMap::new();
    for collection in collections(store).await? {
        let found: Vec<RawDocumentBuf> = store
            .documents(&collection)
            .clone_with_type::<RawDocumentBuf>()
            .find(filter.clone())
            .sort(doc! { "_id": 1 })
            .comment(COMPARISON)
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
    // when contracts were asked for their balances, and when chunks were merged, is a matter of the clock
    let of_chain = COLLECTIONS
        .into_iter()
        .filter(|name| ![reconciled::COLLECTION, kept::COLLECTION].contains(name));
    all.extend(of_chain.map(str::to_owned));
    Ok(all)
}
