//! Collection `price_jobs`: which replica runs a job until when, and how its last runs went.
//!
//! A lease keeps two replicas from asking the same source twice, no more: whatever a job writes may be written by two at
//! once, so there is no fence, and who lost its lease may end what it began.

use bson::{DateTime, Document, RawDocumentBuf, doc, oid::ObjectId};
use domain::market::Millis;
use futures::TryStreamExt as _;
use serde::{Deserialize, Serialize};

use super::{MarketReader, MarketWriter, key};
use crate::{
    codec::Num,
    documents::{decode_doc, id_prefix},
    error::StoreError,
};

mod lease;
#[cfg(test)]
mod tests;

pub use self::lease::JobLease;

pub(super) const COLLECTION: &str = "price_jobs";

/// Jobs are of no chain.
const NO_CHAIN: i64 = 0;
/// Runs that are kept of each job.
const RUNS: i32 = 50;
/// Characters of a run's detail that are kept.
const DETAIL: usize = 500;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It did all it had to.
    Done,
    /// It did a part.
    Partly,
    /// It did nothing.
    Failed,
}

impl Outcome {
    /// As it is written in answers and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Partly => "partly",
            Self::Failed => "failed",
        }
    }
}

/// A run of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// When it began.
    pub start: Millis,
    /// When it ended.
    pub end: Millis,
    /// How.
    pub outcome: Outcome,
    /// What it did, or what went wrong, for people; cut after some hundred characters.
    pub detail: String,
}

/// How a job stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobStatus {
    /// Its name.
    pub name: String,
    /// Host and process id of the replica that took it last; it may have run out.
    pub holder: Option<String>,
    /// Until when that one may run it, by the server's clock; `None`: nobody may.
    pub expires: Option<Millis>,
    /// The last runs, newest first.
    pub runs: Vec<Run>,
    /// When it runs next.
    pub next: Option<Millis>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Id {
    c: i64,
    j: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct RunDoc {
    start: Num,
    end: Num,
    outcome: Outcome,
    detail: String,
}

/// As stored.
#[derive(Debug, Deserialize)]
struct Doc {
    _id: Id,
    #[serde(default)]
    id: Option<ObjectId>,
    #[serde(default)]
    token: i64,
    #[serde(default)]
    holder: Option<String>,
    #[serde(default)]
    process: String,
    #[serde(default)]
    expires: Option<DateTime>,
    #[serde(default)]
    runs: Vec<RunDoc>,
    #[serde(default)]
    next: Option<Num>,
}

fn id(name: &str) -> Document {
    doc! { "c": NO_CHAIN, "j": name }
}

impl MarketWriter {
    /// Notes how a run went and when the next one is due. The oldest runs are forgotten.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn record_run(
        &self,
        name: &str,
        run: &Run,
        next: Option<Millis>,
    ) -> Result<(), StoreError> {
        let Run { start, end, outcome, detail } = run;
        let run = RunDoc {
            start: Num(*start),
            end: Num(*end),
            outcome: *outcome,
            detail: detail.chars().take(DETAIL).collect(),
        };
        let run = bson::serialize_to_document(&run).map_err(|error| StoreError::Encode {
            collection: COLLECTION,
            why: error.to_string(),
        })?;
        let change = doc! {
            "$push": { "runs": { "$each": [run], "$position": 0, "$slice": RUNS } },
            "$set": { "next": next.map(key::millis) },
        };
        let jobs = self.collection::<Document>(COLLECTION);
        jobs.update_one(doc! { "_id": id(name) }, change).upsert(true).await?;
        Ok(())
    }

    /// Notes when a job runs next.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn set_next_run(&self, name: &str, next: Option<Millis>) -> Result<(), StoreError> {
        let jobs = self.collection::<Document>(COLLECTION);
        let change = doc! { "$set": { "next": next.map(key::millis) } };
        jobs.update_one(doc! { "_id": id(name) }, change).upsert(true).await?;
        Ok(())
    }
}

impl MarketReader {
    /// All jobs that ever ran or were planned, by name.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn jobs(&self) -> Result<Vec<JobStatus>, StoreError> {
        let all = id_prefix(&doc! { "c": NO_CHAIN });
        let jobs = self.collection::<RawDocumentBuf>(COLLECTION);
        let found = jobs.find(doc! { "_id": all }).sort(doc! { "_id": 1 });
        let found: Vec<RawDocumentBuf> = found.await?.try_collect().await?;
        found.iter().map(|raw| Ok(status(decode_doc(COLLECTION, raw)?))).collect()
    }

    /// One job; `None` when it never ran and was never planned.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn job(&self, name: &str) -> Result<Option<JobStatus>, StoreError> {
        let jobs = self.collection::<RawDocumentBuf>(COLLECTION);
        let found = jobs.find_one(doc! { "_id": id(name) }).await?;
        found.map(|raw| Ok(status(decode_doc(COLLECTION, &raw)?))).transpose()
    }
}

fn status(found: Doc) -> JobStatus {
    let run = |run: RunDoc| Run {
        start: run.start.0,
        end: run.end.0,
        outcome: run.outcome,
        detail: run.detail,
    };
    let expires = found.id.and(found.expires).map(|time| time.timestamp_millis());
    JobStatus {
        name: found._id.j,
        holder: found.holder,
        expires: expires.and_then(|millis| u64::try_from(millis).ok()),
        runs: found.runs.into_iter().map(run).collect(),
        next: found.next.map(|next| next.0),
    }
}
