//! Forgetting what prices were long ago.

use bson::{Document, RawDocumentBuf, doc};
use domain::{ids::ChainId, market::Millis};
use futures::TryStreamExt as _;

use super::{COLLECTION, read};
use crate::{
    codec::chain_key,
    error::StoreError,
    market::{MarketWriter, chunk::corrupt, key},
};

/// So much time is deleted at once, in milliseconds.
const PORTION: Millis = 86_400_000;

impl MarketWriter {
    /// Deletes the sheets of a chain that say nothing of times from `before` on: the one that stands then stays, with all
    /// its versions. How many that were, versions counted.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers; what is left is deleted by the next one.
    pub async fn forget_sheets(&self, chain: ChainId, before: Millis) -> Result<u64, StoreError> {
        let Some(standing) = self.reader().standing_since(chain, before).await? else {
            return Ok(0);
        };
        let documents = self.collection::<RawDocumentBuf>(COLLECTION);
        let chain = chain_key(chain);
        let head = |time: Millis| doc! { "c": chain, "t": key::millis(time) };
        let part = |of: Document| doc! { "c": chain, "of": of };
        let mut deleted = 0;
        loop {
            let oldest: Vec<RawDocumentBuf> = documents
                .find(doc! { "_id": { "$gte": { "c": chain }, "$lt": head(standing) } })
                .sort(doc! { "_id": 1 })
                .limit(1)
                .projection(doc! { "_id": 1 })
                .await?
                .try_collect()
                .await?;
            let Some(raw) = oldest.first() else { break };
            let (time, _) = read::times(raw).map_err(|error| corrupt(raw, &error.to_string()))?;
            let end = standing.min(time.saturating_add(PORTION));
            // a sheet is gone with its first part; the others after it
            let heads = doc! { "_id": { "$gte": { "c": chain }, "$lt": head(end) } };
            deleted += documents.delete_many(heads).await?.deleted_count;
        }
        let parts =
            doc! { "$gte": part(doc! {}), "$lt": part(doc! { "t": key::millis(standing) }) };
        documents.delete_many(doc! { "_id": parts }).await?;
        Ok(deleted)
    }
}
