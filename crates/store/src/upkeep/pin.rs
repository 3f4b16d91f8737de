//! A pin keeps chunks where they are while somebody reads them at leisure, without a snapshot. It runs out by itself, by
//! the server's clock.

use std::time::Duration;

use bson::{Document, doc};
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;

use crate::{
    documents::{decode_doc, encode_doc, kept},
    error::StoreError,
    store::Store,
};

/// How long it lasts, and how often it is renewed.
const LASTS: Duration = Duration::from_secs(60);
const RENEWED: Duration = Duration::from_secs(10);

/// Holds the pin as long as it lives.
#[derive(Debug)]
pub(crate) struct Pin {
    store: Store,
    key: i64,
    changes: i64,
    _renewal: AbortOnDropHandle<()>,
}

/// The document of the upkeep, if nobody pins it.
pub(super) fn unpinned(key: i64) -> Document {
    let over = doc! { "$ifNull": ["$pinned", bson::DateTime::from_millis(0)] };
    doc! { "_id": kept::id(key), "$expr": { "$lte": [over, "$$NOW"] } }
}

impl Pin {
    /// Sets it. Who may not write goes without, and sees at the end whether it was missed.
    pub(crate) async fn set(store: &Store, key: i64) -> Result<Self, StoreError> {
        match pin(store, key, true).await {
            Err(error) if error.retryable() => return Err(error),
            Err(error) => tracing::warn!(%error, "chunks may be merged while they are read"),
            Ok(()) => {}
        }
        let changes = changes(store, key).await?;
        let renewing = store.clone();
        let renewal = tokio::spawn(async move {
            loop {
                sleep(RENEWED).await;
                if let Err(error) = pin(&renewing, key, false).await {
                    tracing::debug!(%error, "the pin could not be renewed, it is tried again");
                }
            }
        });
        let renewal = AbortOnDropHandle::new(renewal);
        Ok(Self { store: store.clone(), key, changes, _renewal: renewal })
    }

    /// Whether everything is where it was when the pin was set.
    pub(crate) async fn held(&self) -> Result<bool, StoreError> {
        Ok(changes(&self.store, self.key).await? == self.changes)
    }
}

/// Only who sets it makes the document: one that is gone was removed with its generation, and must not come back.
pub(super) async fn pin(store: &Store, key: i64, sets: bool) -> Result<(), StoreError> {
    let millis = i64::try_from(LASTS.as_millis()).unwrap_or(i64::MAX);
    let later = doc! { "$max": ["$pinned", { "$add": ["$$NOW", millis] }] };
    let pinned = vec![doc! { "$set": { "pinned": later } }];
    let id = doc! { "_id": kept::id(key) };
    store.documents(kept::COLLECTION).update_one(id, pinned).upsert(sets).await?;
    Ok(())
}

async fn changes(store: &Store, key: i64) -> Result<i64, StoreError> {
    let found = store.documents(kept::COLLECTION).find_one(doc! { "_id": kept::id(key) }).await?;
    let Some(found) = found else { return Ok(0) };
    let raw = encode_doc(kept::COLLECTION, &found)?;
    Ok(decode_doc::<kept::Doc>(kept::COLLECTION, &raw)?.changes)
}
