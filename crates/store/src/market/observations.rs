//! Collection `price_observations`: what feeds said, one document each.

use bson::{RawDocumentBuf, doc};
use domain::market::{Asset, Feed, Millis, Observation};
use futures::{TryStreamExt as _, future::try_join_all};
use serde::{Deserialize, Serialize};

use super::{
    MarketReader, MarketWriter,
    chunk::insert_new,
    key::{self, AssetDoc},
};
use crate::{
    codec::{Addr, Dec, Hash, Num, chain_key},
    documents::{decode_doc, encode_doc},
    error::StoreError,
};

pub(super) const COLLECTION: &str = "price_observations";

/// Identity.
#[derive(Debug, Serialize, Deserialize)]
struct Id {
    c: i64,
    a: Addr,
    s: i32,
    f: String,
    t: Num,
}

/// As stored.
#[derive(Debug, Serialize, Deserialize)]
struct Doc {
    _id: Id,
    value: Dec,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    quote: Option<AssetDoc>,
    fetched: Num,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    confidence: Option<Dec>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    liquidity: Option<Dec>,
    raw: Hash,
}

impl Doc {
    fn new(observation: &Observation) -> Self {
        let Observation { asset, feed, .. } = observation;
        Self {
            _id: Id {
                c: chain_key(asset.chain),
                a: Addr(asset.address),
                s: key::code(feed.source),
                f: feed.id.to_string(),
                t: Num(observation.source_time),
            },
            value: Dec(observation.value),
            quote: AssetDoc::of_quote(&observation.quote),
            fetched: Num(observation.fetched_at),
            confidence: observation.confidence.map(Dec),
            liquidity: observation.liquidity.map(Dec),
            raw: Hash(observation.raw),
        }
    }

    fn observation(self) -> Result<Observation, StoreError> {
        let Id { c, a, s, f, t } = self._id;
        Ok(Observation {
            asset: key::token(c, a.0),
            quote: AssetDoc::quote(self.quote),
            value: self.value.0,
            feed: key::feed(COLLECTION, s, &f)?,
            source_time: t.0,
            fetched_at: self.fetched.0,
            confidence: self.confidence.map(|value| value.0),
            liquidity: self.liquidity.map(|value| value.0),
            raw: self.raw.0,
        })
    }
}

impl MarketWriter {
    /// Stores what feeds said; what is there already stays as it is. How many were new.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn put_observations(&self, observations: &[Observation]) -> Result<u64, StoreError> {
        let encoded: Result<Vec<RawDocumentBuf>, StoreError> = observations
            .iter()
            .map(|observation| encode_doc(COLLECTION, &Doc::new(observation)))
            .collect();
        let known = insert_new(&self.collection(COLLECTION), &encoded?).await?;
        Ok(observations.len().saturating_sub(known.len()) as u64)
    }
}

impl MarketReader {
    /// What one feed said of a token at source times from `from` to before `to`, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn observations(
        &self,
        asset: &Asset,
        feed: &Feed,
        (from, to): (Millis, Millis),
        limit: u32,
    ) -> Result<Vec<Observation>, StoreError> {
        if limit == 0 || from >= to {
            return Ok(Vec::new());
        }
        let at = |time: Millis| {
            let mut id = key::of_feed(asset, feed);
            id.insert("t", key::millis(time));
            id
        };
        let found: Vec<RawDocumentBuf> = self
            .collection(COLLECTION)
            .find(doc! { "_id": { "$gte": at(from), "$lt": at(to) } })
            .sort(doc! { "_id": -1 })
            .limit(i64::from(limit))
            .await?
            .try_collect()
            .await?;
        found.iter().map(|raw| decode_doc::<Doc>(COLLECTION, raw)?.observation()).collect()
    }

    /// What the feeds of a token had said at a time: of each the newest `each`, none older than `back` milliseconds.
    ///
    /// # Errors
    /// Like [`MarketReader::observations`].
    pub async fn observations_at(
        &self,
        asset: &Asset,
        feeds: &[Feed],
        at: Millis,
        back: Millis,
        each: u32,
    ) -> Result<Vec<Observation>, StoreError> {
        let span = (at.saturating_sub(back), at.saturating_add(1));
        let asked = feeds.iter().map(|feed| self.observations(asset, feed, span, each));
        Ok(try_join_all(asked).await?.into_iter().flatten().collect())
    }
}
