//! The last point of each of many series.

use std::collections::BTreeMap;

use bson::{Document, RawDocumentBuf, doc};
use domain::{
    candle::Subject,
    ids::ChainId,
    market::{Deviation, Millis},
};
use futures::TryStreamExt as _;

use super::{COLLECTION, DAY, HOUR, id, last, stored};
use crate::{
    error::StoreError,
    market::{MarketReader, chunk::corrupt},
};

impl MarketReader {
    /// The newest point of each series, if it is of the day of `until` or of the one before, and not after `until`: one
    /// command, however many series, and a second one where any has newer points than that.
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
        let wanted = subjects
            .iter()
            .flat_map(|subject| days.map(|day| (id(chain, subject, day), *subject)))
            .collect::<Vec<_>>();
        let found: Vec<Document> = self
            .collection(COLLECTION)
            .find(doc! { "_id": { "$in": ids(&wanted) } })
            .sort(doc! { "_id": 1 })
            .projection(doc! { "l": 1 })
            .await?
            .try_collect()
            .await?;
        let (mut newest, mut later) = (BTreeMap::new(), Vec::new());
        for document in &found {
            let of = wanted.iter().find(|(id, _)| document.get_document("_id").ok() == Some(id));
            let Some(((_, subject), point)) = of.zip(last(document)) else { continue };
            if point.time > until {
                later.push(*subject);
            } else {
                // the days of a series follow each other
                newest.insert(*subject, point);
            }
        }
        if !later.is_empty() {
            newest.extend(self.newest_of_hours(chain, &later, until).await?);
        }
        Ok(newest)
    }

    /// The same of the hours of the day of `until`.
    async fn newest_of_hours(
        &self,
        chain: ChainId,
        subjects: &[Subject],
        until: Millis,
    ) -> Result<BTreeMap<Subject, Deviation>, StoreError> {
        let today = until - until % DAY;
        let hours = || (0..=until % DAY / HOUR).map(|hour| today + hour * HOUR);
        let wanted: Vec<(Document, Subject)> = subjects
            .iter()
            .flat_map(|subject| hours().map(|hour| (id(chain, subject, hour), *subject)))
            .collect();
        let found: Vec<RawDocumentBuf> = self
            .collection(COLLECTION)
            .find(doc! { "_id": { "$in": ids(&wanted) } })
            .sort(doc! { "_id": 1 })
            .await?
            .try_collect()
            .await?;
        let mut newest = BTreeMap::new();
        for raw in &found {
            let whole = raw.get_document("_id").ok().and_then(|id| Document::try_from(id).ok());
            let whole = whole.ok_or_else(|| corrupt(raw, "it has no id"))?;
            let Some((_, subject)) = wanted.iter().find(|(id, _)| *id == whole) else { continue };
            if let Some((_, point)) = stored(raw)?.range(..=until).next_back() {
                newest.insert(*subject, *point);
            }
        }
        Ok(newest)
    }
}

fn ids(wanted: &[(Document, Subject)]) -> Vec<&Document> {
    wanted.iter().map(|(id, _)| id).collect()
}
