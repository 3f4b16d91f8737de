//! The buckets that a writer has in hand: what a batch goes on with is mostly what the one before it touched.
//!
//! A cache of what is stored, nothing more: it is of one watermark, and a writer that finds another begins with none.

use std::{
    collections::hash_map::Entry,
    sync::{Arc, Mutex, PoisonError},
};

use bson::{Document, RawDocumentBuf, doc};
use domain::map::Map;
use futures::TryStreamExt as _;
use mongodb::Collection;

use super::{BlockSteps, BucketKey, bucket::Bucket, bucket_length, raw};
use crate::{error::StoreError, watermark::Watermark};

/// Ids per query.
const CHUNK: usize = 2_000;
/// Bytes above which only what the newest batch touched is kept.
const ROOM: usize = 48 << 20;

/// Buckets as of a watermark.
#[derive(Debug, Default)]
pub(crate) struct Open {
    pub(super) buckets: Map<BucketKey, Bucket>,
}

/// Where a writer keeps them from one batch to the next. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept(Arc<Mutex<Option<(Watermark, Open)>>>);

impl Kept {
    /// Takes out what is kept of this watermark, else nothing: a batch that fails leaves nothing behind.
    pub(crate) fn take(&self, watermark: Option<&Watermark>) -> Open {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        kept.filter(|(at, _)| Some(at) == watermark).map(|(_, open)| open).unwrap_or_default()
    }

    /// Keeps what a batch has stored.
    pub(crate) fn keep(&self, watermark: Watermark, mut open: Open) {
        open.trim(watermark.block.timestamp);
        let kept = Some((watermark, open));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = kept;
    }
}

impl Open {
    /// Reads the buckets that the blocks touch and that are not here, as far as they are stored.
    pub(crate) async fn load(
        &mut self,
        documents: &Collection<RawDocumentBuf>,
        chain: i64,
        blocks: &[BlockSteps],
    ) -> Result<(), StoreError> {
        let mut wanted = Map::<Vec<u8>, BucketKey>::default();
        let mut ids: Vec<Document> = Vec::new();
        for step in blocks.iter().flat_map(|block| &block.steps) {
            for key in BucketKey::of(step) {
                if let Entry::Vacant(place) = self.buckets.entry(key) {
                    let id = key.id(chain);
                    wanted.insert(raw(&id)?.into_bytes(), key);
                    ids.push(id);
                    // not asked for a second time
                    place.insert(Bucket::default());
                }
            }
        }
        for ids in ids.chunks(CHUNK) {
            let mut found = documents.find(doc! { "_id": { "$in": ids } }).await?;
            while let Some(raw) = found.try_next().await? {
                let id = raw.get_document("_id").ok();
                if let Some(key) = id.and_then(|id| wanted.get(id.as_bytes())) {
                    self.buckets.insert(*key, Bucket::read(key, &raw)?);
                }
            }
        }
        Ok(())
    }

    /// Forgets buckets that are over, and if there is no room, those that the newest batch has not touched.
    fn trim(&mut self, now: u64) {
        self.buckets.retain(|key, _| key.start.saturating_add(bucket_length(key.resolution)) > now);
        let size: usize = self.buckets.values().map(Bucket::size).sum();
        if size > ROOM {
            self.buckets.retain(|_, bucket| bucket.touched());
        }
        self.buckets.values_mut().for_each(Bucket::stored);
    }
}
