//! The candles of a batch: each touched bucket is read once and written once.

use std::collections::BTreeMap;

use alloy_primitives::map::HashMap;
use bson::{Document, RawDocumentBuf, doc};
use domain::fold::BlockChanges;
use futures::TryStreamExt as _;
use mongodb::Collection;

use super::{BucketKey, bucket::Bucket, undo};
use crate::{documents::undo::Image, error::StoreError, writer::Batch};

/// Ids per query.
const CHUNK: usize = 2_000;

/// Stored documents by their ids.
pub(crate) type StoredBuckets = HashMap<Vec<u8>, RawDocumentBuf>;

/// What a batch writes.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// Updates of buckets.
    pub(crate) upserts: Vec<(Document, RawDocumentBuf)>,
    /// By block, what takes its candles back.
    pub(crate) undo: BTreeMap<u64, Vec<Image>>,
}

/// The buckets that the blocks touch, as far as they are stored.
pub(crate) async fn load(
    documents: &Collection<RawDocumentBuf>,
    chain: i64,
    blocks: &[BlockChanges],
) -> Result<StoredBuckets, StoreError> {
    let steps = blocks.iter().flat_map(|changes| &changes.rows.candles);
    let mut keys: Vec<BucketKey> = steps.flat_map(BucketKey::of).collect();
    keys.sort_unstable();
    keys.dedup();
    let mut stored = StoredBuckets::default();
    for keys in keys.chunks(CHUNK) {
        let ids: Vec<Document> = keys.iter().map(|key| key.id(chain)).collect();
        let mut found = documents.find(doc! { "_id": { "$in": ids } }).await?;
        while let Some(raw) = found.try_next().await? {
            if let Ok(id) = raw.get_document("_id") {
                stored.insert(id.as_bytes().to_vec(), raw);
            }
        }
    }
    Ok(stored)
}

/// Puts the steps of the batch into their buckets.
pub(crate) fn write(
    chain: i64,
    batch: &Batch<'_>,
    stored: &StoredBuckets,
) -> Result<Written, StoreError> {
    let mut written = Written::default();
    let mut buckets: HashMap<BucketKey, Bucket> = HashMap::default();
    for changes in batch.blocks {
        let undoable = changes.block.number >= batch.undo_from;
        for step in &changes.rows.candles {
            let mut newest = Vec::new();
            for key in BucketKey::of(step) {
                let bucket = match buckets.entry(key) {
                    std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
                    std::collections::hash_map::Entry::Vacant(entry) => {
                        entry.insert(open(chain, &key, stored)?)
                    }
                };
                if undoable {
                    newest.push(bucket.newest());
                }
                bucket.add(&key, &step.candle);
            }
            if undoable {
                let images = written.undo.entry(changes.block.number).or_default();
                images.push(undo::image(chain, step, newest)?);
            }
        }
    }
    let mut buckets: Vec<_> = buckets.into_iter().collect();
    buckets.sort_unstable_by_key(|(key, _)| *key);
    for (key, bucket) in buckets {
        let id = key.id(chain);
        let update = bucket.update(raw(&id)?);
        written.upserts.push((id, update));
    }
    Ok(written)
}

fn open(chain: i64, key: &BucketKey, stored: &StoredBuckets) -> Result<Bucket, StoreError> {
    match stored.get(raw(&key.id(chain))?.as_bytes()) {
        Some(raw) => Bucket::read(key, raw),
        None => Ok(Bucket::default()),
    }
}

pub(super) fn raw(id: &Document) -> Result<RawDocumentBuf, StoreError> {
    RawDocumentBuf::try_from(id).map_err(|error| StoreError::Encode {
        collection: super::COLLECTION,
        why: error.to_string(),
    })
}
