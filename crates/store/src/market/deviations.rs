//! Collection `price_deviations`: how far pools, and tokens on one DEX, are from the market. A document is a day.
//!
//! ```text
//! points = version point*
//! point  = varint(milliseconds since the one before) pool market
//! ```

use std::collections::BTreeMap;

use bson::{Document, RawDocument, RawDocumentBuf, doc};
use domain::{
    candle::Subject,
    decimal::Decimal,
    ids::ChainId,
    market::{Deviation, Millis},
};
use futures::TryStreamExt as _;

use super::{
    MarketReader, MarketWriter,
    chunk::{Edit, change, corrupt, packed, unreadable},
    key,
};
use crate::{
    candles::subject_bytes,
    codec::chain_key,
    error::StoreError,
    packed::{Input, Output, PackedError},
};

mod newest;

pub(super) const COLLECTION: &str = "price_deviations";

/// First byte of packed points.
const VERSION: u8 = 1;
/// Length of a bucket.
const DAY: Millis = 86_400_000;

type Points = BTreeMap<Millis, (Decimal, Decimal)>;

impl MarketWriter {
    /// Stores points of a series, in any order. Of one time the newer word counts.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn put_deviations(
        &self,
        chain: ChainId,
        subject: &Subject,
        points: &[Deviation],
    ) -> Result<(), StoreError> {
        let mut days: BTreeMap<Millis, Points> = BTreeMap::new();
        for point in points {
            let day = days.entry(point.time - point.time % DAY).or_default();
            day.insert(point.time, (point.pool, point.market));
        }
        let days: Vec<Day> = days
            .into_iter()
            .map(|(start, points)| Day { id: id(chain, subject, start), start, points })
            .collect();
        change(&self.collection(COLLECTION), &days).await
    }
}

impl MarketReader {
    /// The points from `from` to before `to`, ascending, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn deviations(
        &self,
        chain: ChainId,
        subject: &Subject,
        (from, to): (Millis, Millis),
        limit: u32,
    ) -> Result<Vec<Deviation>, StoreError> {
        if limit == 0 || from >= to {
            return Ok(Vec::new());
        }
        let (first, last) = (id(chain, subject, from - from % DAY), id(chain, subject, to - 1));
        let mut cursor = self
            .collection::<RawDocumentBuf>(COLLECTION)
            .find(doc! { "_id": { "$gte": first, "$lte": last } })
            .sort(doc! { "_id": 1 })
            .batch_size(8)
            .await?;
        let mut all = Vec::new();
        while all.len() < limit as usize
            && let Some(raw) = cursor.try_next().await?
        {
            let start = raw.get_document("_id").and_then(|id| id.get_i64("b"));
            let start = start.map_err(|error| corrupt(&raw, &error.to_string()))?.cast_unsigned();
            let points = stored(&raw, start)?.into_iter();
            let points = points.map(|(time, (pool, market))| Deviation { time, pool, market });
            all.extend(points.filter(|point| (from..to).contains(&point.time)));
        }
        all.truncate(limit as usize);
        Ok(all)
    }
}

fn id(chain: ChainId, subject: &Subject, start: Millis) -> Document {
    doc! { "c": chain_key(chain), "s": subject_bytes(subject), "b": key::millis(start) }
}

/// What is new in one document.
struct Day {
    id: Document,
    start: Millis,
    points: Points,
}

impl Edit for Day {
    fn id(&self) -> Document {
        self.id.clone()
    }

    fn merged(&self, found: Option<&RawDocument>) -> Result<Vec<u8>, StoreError> {
        let mut all = found.map_or_else(|| Ok(Points::new()), |raw| stored(raw, self.start))?;
        all.extend(self.points.iter().map(|(time, prices)| (*time, *prices)));
        let mut output = Output::default();
        output.byte(VERSION);
        let mut last = self.start;
        for (time, (pool, market)) in all {
            output.varint(u128::from(time - last));
            output.raw(&pool.to_bytes());
            output.raw(&market.to_bytes());
            last = time;
        }
        Ok(output.into_bytes())
    }
}

fn stored(raw: &RawDocument, start: Millis) -> Result<Points, StoreError> {
    unpack(start, packed(raw)?).map_err(|error| unreadable(raw, &error))
}

fn unpack(start: Millis, bytes: &[u8]) -> Result<Points, PackedError> {
    let mut input = Input::new(bytes);
    match input.byte()? {
        VERSION => {}
        other => return Err(PackedError::Version(other)),
    }
    let (mut points, mut last) = (Points::new(), start);
    while !input.is_empty() {
        let step = u64::try_from(input.varint()?).ok();
        last = step.and_then(|step| last.checked_add(step)).ok_or(PackedError::Invalid("time"))?;
        points.insert(last, (input.decimal()?, input.decimal()?));
    }
    Ok(points)
}
