//! Candles of many pools at once.

use std::collections::BTreeMap;

use bson::{Document, RawDocumentBuf, doc};
use domain::{
    candle::{Candle, Resolution, Subject},
    ids::PoolId,
};
use futures::TryStreamExt as _;
use mongodb::{ClientSession, Database};

use super::{
    BucketKey, COLLECTION,
    bucket::{Stored, corrupt},
    bucket_length, bucket_start,
};
use crate::error::StoreError;

/// Buckets that are asked for by one command.
const TOGETHER: usize = 2_000;

/// Of these pools the candles of a stored resolution that begin from `from` to before `to`, ascending; of a pool without any
/// nothing.
pub(crate) async fn of_pools(
    (database, session, chain): (&Database, &mut ClientSession, i64),
    pools: &[PoolId],
    resolution: Resolution,
    (from, to): (u64, u64),
) -> Result<BTreeMap<PoolId, Vec<Candle>>, StoreError> {
    let resolution = resolution.base();
    let mut keys = BTreeMap::new();
    for pool in pools {
        let mut start = bucket_start(resolution, from);
        while start < to {
            let key = BucketKey::new(Subject::Pool(*pool), resolution, start);
            keys.insert(super::raw(&key.id(chain))?.into_bytes(), (*pool, key));
            start = start.saturating_add(bucket_length(resolution));
        }
    }
    let ids: Vec<Document> = keys.values().map(|(_, key)| key.id(chain)).collect();
    let mut found: BTreeMap<PoolId, Vec<Candle>> = BTreeMap::new();
    for ids in ids.chunks(TOGETHER) {
        let mut cursor = database
            .collection::<RawDocumentBuf>(COLLECTION)
            .find(doc! { "_id": { "$in": ids } })
            .session(&mut *session)
            .await?;
        let mut buckets = cursor.stream(session);
        while let Some(raw) = buckets.try_next().await? {
            let id = raw.get_document("_id").map_err(|error| corrupt(&raw, &error.to_string()))?;
            let Some((pool, key)) = keys.get(id.as_bytes()) else { continue };
            let candles = Stored::read(&raw)?.candles(key);
            let candles = candles.map_err(|error| corrupt(&raw, &error.to_string()))?;
            let wanted = candles.into_iter().filter(|candle| (from..to).contains(&candle.start));
            found.entry(*pool).or_default().extend(wanted);
        }
    }
    found.retain(|_, candles| !candles.is_empty());
    // buckets come in the order of the server's choice
    found.values_mut().for_each(|candles| candles.sort_by_key(|candle| candle.start));
    Ok(found)
}
