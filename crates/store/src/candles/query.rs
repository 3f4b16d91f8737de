//! Reading candles.

use alloy_primitives::Address;
use bson::{RawDocument, RawDocumentBuf, doc};
use domain::{
    candle::{Candle, Resolution, Subject, roll_up},
    ids::PoolId,
};
use futures::TryStreamExt as _;
use mongodb::{ClientSession, Database, options::Hint};

use super::{
    BucketKey, COLLECTION,
    bucket::{Stored, corrupt},
};
use crate::{
    error::StoreError,
    reader::plan::{ID, Plan},
};

/// Which candles: the newest `limit` of those that begin in a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CandleQuery {
    /// Whose.
    pub subject: Subject,
    /// Their length.
    pub resolution: Resolution,
    /// They begin at or after this Unix time.
    pub from: u64,
    /// They begin before this Unix time.
    pub to: u64,
    /// At most so many.
    pub limit: u32,
}

impl CandleQuery {
    /// The span of stored candles that are merged to these: from, and before.
    pub(super) fn span(&self) -> Option<(u64, u64)> {
        let first = self.resolution.start_from(self.from);
        let last = self.resolution.start(self.to.checked_sub(1)?);
        (first <= last).then(|| (first, self.resolution.next(last)))
    }

    /// The candles, ascending.
    pub(crate) async fn run(
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
            let candles = candles.map_err(|error| corrupt(&raw, &error.to_string()))?;
            for candle in candles.into_iter().rev() {
                if (from..to).contains(&candle.start) {
                    let period = Some(resolution.start(candle.start));
                    periods += usize::from(period != last);
                    last = period;
                    found.push(candle);
                }
            }
            // one more has begun, so that no other is cut short
            if periods > limit {
                break;
            }
        }
        found.reverse();
        let mut candles = roll_up(found, resolution);
        candles.drain(..candles.len().saturating_sub(limit));
        Ok(candles)
    }
}

/// The candles of a bucket, of whatever it is, with times from its beginning.
pub(crate) fn of_bucket(raw: &RawDocument) -> Result<Vec<Candle>, StoreError> {
    let subject = Subject::Pool(PoolId::Contract(Address::ZERO));
    let candles = Stored::read(raw)?.candles(&BucketKey::new(subject, Resolution::M1, 0));
    candles.map_err(|error| corrupt(raw, &error.to_string()))
}

/// The buckets to look through, newest first. Each gives at least one candle, or with its neighbour one.
pub(crate) fn plan(chain: i64, query: &CandleQuery) -> Plan {
    let (from, to) = query.span().unwrap_or_default();
    let base = query.resolution.base();
    let id = |timestamp| BucketKey::new(query.subject, base, timestamp).id(chain);
    Plan {
        collection: COLLECTION,
        filter: doc! { "_id": { "$gte": id(from), "$lte": id(to.saturating_sub(1)) } },
        sort: doc! { "_id": -1 },
        index: ID,
        limit: None,
    }
}
