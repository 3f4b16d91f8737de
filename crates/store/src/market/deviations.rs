//! Collection `price_deviations`: how far pools, and tokens on one DEX, are from the market. A document is an hour:
//!
//! ```text
//! { _id: {c, s, b}, p: { "<milliseconds since b>": point, … }, l: { t, v } }
//! point = pool market
//! ```
//! A point is stored by one small change, whatever else is in its hour, and stored twice it is there once. The first hour
//! of a day has the newest point of that day in `l`.

use std::collections::BTreeMap;

use bson::{Bson, Document, RawDocument, RawDocumentBuf, doc};
use domain::{
    candle::Subject,
    ids::ChainId,
    market::{Deviation, Millis},
};
use futures::{StreamExt as _, TryStreamExt as _, stream};

use super::{
    MarketReader, MarketWriter,
    chunk::{binary, corrupt, unreadable},
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

/// Length of a bucket.
const HOUR: Millis = 3_600_000;
const DAY: Millis = 24 * HOUR;
/// Documents written at once.
const TOGETHER: usize = 8;

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
        let mut hours: BTreeMap<Millis, Document> = BTreeMap::new();
        let mut last: BTreeMap<Millis, &Deviation> = BTreeMap::new();
        for point in points {
            let (hour, day) = (point.time - point.time % HOUR, point.time - point.time % DAY);
            let path = format!("p.{}", point.time - hour);
            hours.entry(hour).or_default().insert(path, binary(pack(point)));
            let newest = last.entry(day).or_insert(point);
            if newest.time <= point.time {
                *newest = point;
            }
        }
        let mut updates: BTreeMap<Millis, Document> = BTreeMap::new();
        for (hour, points) in hours {
            updates.insert(hour, doc! { "$set": points });
        }
        for (day, point) in last {
            // documents are compared field by field: the later time is the greater one
            let newest = doc! { "t": key::millis(point.time), "v": binary(pack(point)) };
            updates.entry(day).or_default().insert("$max", doc! { "l": newest });
        }
        let documents = &self.collection::<Document>(COLLECTION);
        let written = updates.into_iter().map(|(start, update)| async move {
            let id = doc! { "_id": id(chain, subject, start) };
            documents.update_one(id, update).upsert(true).await
        });
        let mut written = stream::iter(written).buffer_unordered(TOGETHER);
        while let Some(one) = written.next().await {
            one?;
        }
        Ok(())
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
        let (first, last) = (id(chain, subject, from - from % HOUR), id(chain, subject, to - 1));
        let mut cursor = self
            .collection::<RawDocumentBuf>(COLLECTION)
            .find(doc! { "_id": { "$gte": first, "$lte": last } })
            .sort(doc! { "_id": 1 })
            .batch_size(48)
            .await?;
        let mut all = Vec::new();
        while all.len() < limit as usize
            && let Some(raw) = cursor.try_next().await?
        {
            let points = stored(&raw)?.into_values();
            all.extend(points.filter(|point| (from..to).contains(&point.time)));
        }
        all.truncate(limit as usize);
        Ok(all)
    }
}

fn id(chain: ChainId, subject: &Subject, start: Millis) -> Document {
    doc! { "c": chain_key(chain), "s": subject_bytes(subject), "b": key::millis(start) }
}

/// The points of a document.
fn stored(raw: &RawDocument) -> Result<BTreeMap<Millis, Deviation>, StoreError> {
    let fault = |error: bson::error::Error| corrupt(raw, &error.to_string());
    let id = raw.get_document("_id").map_err(|error| corrupt(raw, &error.to_string()))?;
    let start = id.get_i64("b").map_err(|error| corrupt(raw, &error.to_string()))?;
    let mut points = BTreeMap::new();
    let Some(stored) = raw.get("p").map_err(fault)? else { return Ok(points) };
    for field in stored.as_document().ok_or_else(|| corrupt(raw, "it has no points"))? {
        let (name, value) = field.map_err(fault)?;
        let since: Option<Millis> = name.as_str().parse().ok();
        let time = since.and_then(|since| start.cast_unsigned().checked_add(since));
        let bytes = value.as_binary().map(|binary| binary.bytes);
        let (Some(time), Some(bytes)) = (time, bytes) else {
            return Err(corrupt(raw, "a point has no time or is none"));
        };
        points.insert(time, unpack(time, bytes).map_err(|error| unreadable(raw, &error))?);
    }
    Ok(points)
}

fn pack(point: &Deviation) -> Vec<u8> {
    let mut output = Output::default();
    output.raw(&point.pool.to_bytes());
    output.raw(&point.market.to_bytes());
    output.into_bytes()
}

fn unpack(time: Millis, bytes: &[u8]) -> Result<Deviation, PackedError> {
    let mut input = Input::new(bytes);
    Ok(Deviation { time, pool: input.decimal()?, market: input.decimal()? })
}

/// The newest point of a day, of its first document.
fn last(raw: &Document) -> Option<Deviation> {
    let last = raw.get_document("l").ok()?;
    let bytes = match last.get("v")? {
        Bson::Binary(binary) => &binary.bytes,
        _ => return None,
    };
    unpack(last.get_i64("t").ok()?.cast_unsigned(), bytes).ok()
}
