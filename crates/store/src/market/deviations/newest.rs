//! The last point of each of many series.

use std::collections::BTreeMap;

use bson::{Document, RawDocumentBuf, doc};
use domain::{
    candle::Subject,
    ids::ChainId,
    market::{Deviation, Millis},
};
use futures::TryStreamExt as _;

use super::{COLLECTION, DAY, id, stored};
use crate::{
    error::StoreError,
    market::{MarketReader, chunk::corrupt},
};

impl MarketReader {
    /// The newest point of each series, if it is of the day of `until` or of the one before, and not after `until`: one
    /// command, however many series.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn newest_deviations(
        &self,
        chain: ChainId,
        subjects: &[Subject],
        until: Millis,
    ) -> Result<BTreeMap<Subject, Deviation>, StoreError> {
        let today = until - until % DAY;
        let days = [today.saturating_sub(DAY), today];
        let wanted: Vec<(Document, Subject)> = subjects
            .iter()
            .flat_map(|subject| days.map(|day| (id(chain, subject, day), *subject)))
            .collect();
        let ids: Vec<&Document> = wanted.iter().map(|(id, _)| id).collect();
        let found: Vec<RawDocumentBuf> = self
            .collection(COLLECTION)
            .find(doc! { "_id": { "$in": ids } })
            .sort(doc! { "_id": 1 })
            .await?
            .try_collect()
            .await?;
        let mut newest = BTreeMap::new();
        for raw in &found {
            let whole = raw.get_document("_id").ok().and_then(|id| Document::try_from(id).ok());
            let whole = whole.ok_or_else(|| corrupt(raw, "it has no id"))?;
            let Some((_, subject)) = wanted.iter().find(|(id, _)| *id == whole) else { continue };
            let start = whole.get_i64("b").map_err(|error| corrupt(raw, &error.to_string()))?;
            let points = stored(raw, start.cast_unsigned())?;
            // the days of a series follow each other
            if let Some((time, (pool, market))) = points.range(..=until).next_back() {
                let (time, pool, market) = (*time, *pool, *market);
                newest.insert(*subject, Deviation { time, pool, market });
            }
        }
        Ok(newest)
    }
}
