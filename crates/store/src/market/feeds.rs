//! Collection `price_feeds`: what is remembered of each feed.

use std::collections::BTreeMap;

use bson::{RawDocumentBuf, doc};
use domain::{
    ids::ChainId,
    market::{Asset, FeedState, Last},
};
use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _, future::BoxFuture, stream};
use mongodb::Collection;
use serde::{Deserialize, Serialize};

use super::{MarketReader, MarketWriter, key};
use crate::{
    codec::{Addr, Dec, Num, chain_key},
    documents::{decode_doc, encode_doc, id_prefix},
    error::{StoreError, code},
};

pub(super) const COLLECTION: &str = "price_feeds";

/// `DuplicateKey`: what stands there is newer.
const DUPLICATE: i32 = 11_000;
/// Feeds written at once: a tick has thousands.
const TOGETHER: usize = 16;

#[derive(Debug, Serialize, Deserialize)]
struct Id {
    c: i64,
    a: Addr,
    s: i32,
    f: String,
}

/// As stored. `time` is 0 where nothing was let in yet.
#[derive(Debug, Serialize, Deserialize)]
struct Doc {
    _id: Id,
    time: Num,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<Dec>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unchanged: Option<Num>,
    #[serde(default)]
    rejected: BTreeMap<String, Num>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    /// What was refused as a jump: value and source time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    jumped: Option<(Dec, Num)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retired: Option<Num>,
}

impl Doc {
    fn new(state: &FeedState) -> Self {
        let FeedState { asset, feed, last, rejected, etag, jumped, retired } = state;
        let id = Id {
            c: chain_key(asset.chain),
            a: Addr(asset.address),
            s: key::code(feed.source),
            f: feed.id.to_string(),
        };
        Self {
            _id: id,
            time: Num(last.map_or(0, |last| last.time)),
            value: last.map(|last| Dec(last.value)),
            unchanged: last.map(|last| Num(last.unchanged_since)),
            rejected: rejected.iter().map(|(name, count)| (name.clone(), Num(*count))).collect(),
            etag: etag.clone(),
            jumped: jumped.map(|(value, time)| (Dec(value), Num(time))),
            retired: retired.map(Num),
        }
    }

    fn state(self) -> Result<FeedState, StoreError> {
        let Self { _id, time, value, unchanged, rejected, etag, jumped, retired } = self;
        let last = value.map(|value| Last {
            value: value.0,
            time: time.0,
            unchanged_since: unchanged.map_or(time.0, |unchanged| unchanged.0),
        });
        Ok(FeedState {
            asset: key::token(_id.c, _id.a.0),
            feed: key::feed(COLLECTION, _id.s, &_id.f)?,
            last,
            rejected: rejected.into_iter().map(|(name, count)| (name, count.0)).collect(),
            etag,
            jumped: jumped.map(|(value, time)| (value.0, time.0)),
            retired: retired.map(|since| since.0),
        })
    }
}

impl MarketWriter {
    /// Stores what is remembered of feeds. A state whose last value is older than the stored one's changes nothing.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn put_feed_states(&self, states: &[FeedState]) -> Result<(), StoreError> {
        let documents = self.collection::<RawDocumentBuf>(COLLECTION);
        // boxed: callers that box this in turn could not show it to be sendable otherwise
        let written: Vec<BoxFuture<'_, _>> =
            states.iter().map(|state| put(&documents, state).boxed()).collect();
        let mut written = stream::iter(written).buffer_unordered(TOGETHER);
        while let Some(one) = written.next().await {
            one?;
        }
        Ok(())
    }
}

async fn put(documents: &Collection<RawDocumentBuf>, state: &FeedState) -> Result<(), StoreError> {
    let document = encode_doc(COLLECTION, &Doc::new(state))?;
    let time = key::millis(state.last.map_or(0, |last| last.time));
    let id = key::of_feed(&state.asset, &state.feed);
    let older = doc! { "_id": id, "time": { "$lte": time } };
    match documents.replace_one(older, document).upsert(true).await {
        Err(error) if code(&error) != Some(DUPLICATE) => Err(error.into()),
        _ => Ok(()),
    }
}

impl MarketReader {
    /// What is remembered of all feeds of a chain's tokens, by token, source and name.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn feed_states(&self, chain: ChainId) -> Result<Vec<FeedState>, StoreError> {
        self.states(id_prefix(&doc! { "c": chain_key(chain) })).await
    }

    /// The same of one token.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn feed_states_of(&self, asset: &Asset) -> Result<Vec<FeedState>, StoreError> {
        self.states(id_prefix(&key::of_asset(asset))).await
    }

    async fn states(&self, ids: bson::Document) -> Result<Vec<FeedState>, StoreError> {
        let documents = self.collection::<RawDocumentBuf>(COLLECTION);
        let found: Vec<RawDocumentBuf> = documents
            .find(doc! { "_id": ids })
            .sort(doc! { "_id": 1 })
            .await?
            .try_collect()
            .await?;
        found.iter().map(|raw| decode_doc::<Doc>(COLLECTION, raw)?.state()).collect()
    }
}
