//! The candles of a batch: each touched bucket is written once.

use std::collections::BTreeMap;

use bson::{Document, RawDocumentBuf};

use super::{BlockSteps, BucketKey, Open, raw, undo};
use crate::{documents::undo::Image, error::StoreError};

/// What a batch writes.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// Updates of buckets.
    pub(crate) upserts: Vec<(Document, RawDocumentBuf)>,
    /// By block, what takes its candles back.
    pub(crate) undo: BTreeMap<u64, Vec<Image>>,
}

impl Open {
    /// Puts the steps of the batch into their buckets, which are loaded.
    pub(crate) fn write(
        &mut self,
        chain: i64,
        blocks: &[BlockSteps],
    ) -> Result<Written, StoreError> {
        let mut written = Written::default();
        for &BlockSteps { block, ref steps, undoable } in blocks {
            for step in steps {
                let mut newest = Vec::new();
                for key in BucketKey::of(step) {
                    let bucket = self.buckets.entry(key).or_default();
                    if undoable {
                        newest.push(bucket.newest());
                    }
                    bucket.add(&key, &step.candle);
                }
                if undoable {
                    let images = written.undo.entry(block).or_default();
                    images.push(undo::image(chain, step, newest)?);
                }
            }
        }
        let mut touched: Vec<_> =
            self.buckets.iter().filter(|(_, bucket)| bucket.touched()).collect();
        touched.sort_unstable_by_key(|(key, _)| **key);
        for (key, bucket) in touched {
            let id = key.id(chain);
            let update = bucket.update(raw(&id)?);
            written.upserts.push((id, update));
        }
        Ok(written)
    }
}
