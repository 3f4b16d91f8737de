//! Of several processes that start at once, one brings the database up to date; the others wait for it.
//!
//! The claim is part of the schema's document. It runs out by the server's clock unless it is renewed, so that a process
//! that died keeps nobody waiting for long.

use std::time::Duration;

use bson::{Document, doc, oid::ObjectId};
use mongodb::Collection;
use tokio::time::sleep;

use super::SCHEMA;
use crate::error::StoreError;

/// How long a claim lasts.
const LASTS: Duration = Duration::from_secs(6);
/// How long between two looks, of those who wait.
const LOOK: Duration = Duration::from_millis(100);

/// The right to run the step above a version.
#[derive(Debug)]
pub(super) struct Claim {
    meta: Collection<Document>,
    from: i64,
    id: ObjectId,
}

impl Claim {
    /// Waits for the right to raise this version; `None` when somebody else has raised it.
    pub(super) async fn wait(
        meta: Collection<Document>,
        from: i64,
    ) -> Result<Option<Self>, StoreError> {
        let claim = Self { meta, from, id: ObjectId::new() };
        loop {
            if claim.renew().await? {
                return Ok(Some(claim));
            }
            let still = doc! { "_id": SCHEMA, "version": from };
            if claim.meta.find_one(still).await?.is_none() {
                return Ok(None);
            }
            sleep(LOOK).await;
        }
    }

    /// What says that the version is the old one and the claim ours.
    pub(super) fn ours(&self) -> Document {
        doc! { "_id": SCHEMA, "version": self.from, "claim.id": self.id }
    }

    /// Takes it or holds it longer; `false` when somebody else has it.
    async fn renew(&self) -> Result<bool, StoreError> {
        let free = doc! { "_id": SCHEMA, "version": self.from, "$expr": { "$or": [
            { "$eq": ["$claim.id", self.id] },
            { "$not": ["$claim"] },
            { "$lte": ["$claim.until", "$$NOW"] },
        ] } };
        let millis = i64::try_from(LASTS.as_millis()).unwrap_or(i64::MAX);
        let until = doc! { "$add": ["$$NOW", millis] };
        let take = vec![doc! { "$set": { "claim": { "id": self.id, "until": until } } }];
        Ok(self.meta.update_one(free, take).await?.matched_count > 0)
    }

    /// Runs the work, and renews the claim as long as that takes.
    pub(super) async fn hold<T>(
        &self,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let renewals = async {
            loop {
                sleep(LASTS / 3).await;
                match self.renew().await {
                    Ok(true) => {}
                    Ok(false) => return StoreError::MigrationLost,
                    Err(error) if error.retryable() => {
                        tracing::warn!(%error, "the claim on the schema could not be renewed, it is tried again");
                    }
                    Err(error) => return error,
                }
            }
        };
        tokio::select! {
            done = work => done,
            lost = renewals => Err(lost),
        }
    }
}
