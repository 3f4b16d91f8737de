//! Reading candles from the oldest on: for answers that give a whole span, part by part.

use bson::{RawDocumentBuf, doc};
use domain::candle::{Candle, roll_up};
use futures::TryStreamExt as _;
use mongodb::{ClientSession, Database, options::Hint};

use super::{BucketKey, CandleQuery, bucket::Stored, bucket::corrupt, query};
use crate::{error::StoreError, reader::plan::Plan};

/// The buckets to look through, oldest first.
pub(crate) fn plan(chain: i64, query: &CandleQuery) -> Plan {
    Plan { sort: doc! { "_id": 1 }, ..query::plan(chain, query) }
}

impl CandleQuery {
    /// The oldest candles of the span instead of the newest, ascending.
    pub(crate) async fn run_onward(
        &self,
        database: &Database,
        session: &mut ClientSession,
        chain: i64,
    ) -> Result<Vec<Candle>, StoreError> {
        let (Some((from, to)), 1..) = (self.span(), self.limit) else { return Ok(Vec::new()) };
        let Self { subject, resolution, .. } = *self;
        let limit = self.limit as usize;
        let plan = plan(chain, self);
        let mut cursor = database
            .collection::<RawDocumentBuf>(plan.collection)
            .find(plan.filter)
            .sort(plan.sort)
            .hint(Hint::Name(plan.index.to_owned()))
            .batch_size(self.limit.clamp(2, 32))
            .session(&mut *session)
            .await?;
        let mut buckets = cursor.stream(session);
        let (mut found, mut periods, mut last) = (Vec::new(), 0, None);
        while let Some(raw) = buckets.try_next().await? {
            let start = raw.get_document("_id").and_then(|id| id.get_i64("b"));
            let start = start.map_err(|error| corrupt(&raw, &error.to_string()))?;
            let key = BucketKey::new(subject, resolution.base(), start.cast_unsigned());
            let candles = Stored::read(&raw)?.candles(&key);
            for candle in candles.map_err(|error| corrupt(&raw, &error.to_string()))? {
                if (from..to).contains(&candle.start) {
                    let period = Some(resolution.start(candle.start));
                    periods += usize::from(period != last);
                    last = period;
                    found.push(candle);
                }
            }
            // the next one has begun, so that the last one wanted is whole
            if periods > limit {
                break;
            }
        }
        let mut candles = roll_up(found, resolution);
        candles.truncate(limit);
        Ok(candles)
    }
}
