//! Single candles of many pools.

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
};
use crate::error::StoreError;

/// Buckets that are asked for by one command.
const TOGETHER: usize = 2_000;

/// The buckets that hold so many times of pools, by `_id`, with the times.
type Wanted = BTreeMap<Vec<u8>, (BucketKey, Vec<(PoolId, u64)>)>;

/// Of each pool and Unix time the candle of a stored resolution that holds it, where there is one.
pub(crate) async fn of_times(
    (database, session, chain): (&Database, &mut ClientSession, i64),
    times: &[(PoolId, u64)],
    resolution: Resolution,
) -> Result<BTreeMap<(PoolId, u64), Candle>, StoreError> {
    let resolution = resolution.base();
    let mut wanted = Wanted::new();
    for (pool, time) in times {
        let key = BucketKey::new(Subject::Pool(*pool), resolution, *time);
        let id = super::raw(&key.id(chain))?.into_bytes();
        wanted.entry(id).or_insert_with(|| (key, Vec::new())).1.push((*pool, *time));
    }
    let ids: Vec<Document> = wanted.values().map(|(key, _)| key.id(chain)).collect();
    let mut found = BTreeMap::new();
    for ids in ids.chunks(TOGETHER) {
        let mut cursor = database
            .collection::<RawDocumentBuf>(COLLECTION)
            .find(doc! { "_id": { "$in": ids } })
            .session(&mut *session)
            .await?;
        let mut buckets = cursor.stream(session);
        while let Some(raw) = buckets.try_next().await? {
            let id = raw.get_document("_id").map_err(|error| corrupt(&raw, &error.to_string()))?;
            let Some((key, times)) = wanted.get(id.as_bytes()) else { continue };
            let candles = Stored::read(&raw)?.candles(key);
            let candles = candles.map_err(|error| corrupt(&raw, &error.to_string()))?;
            for (pool, time) in times {
                let start = resolution.start(*time);
                if let Ok(place) = candles.binary_search_by_key(&start, |candle| candle.start) {
                    found.extend(candles.get(place).map(|one| ((*pool, *time), one.clone())));
                }
            }
        }
    }
    Ok(found)
}
