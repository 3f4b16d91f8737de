//! The right to run a job.

use std::time::Duration;

use bson::{Document, doc, oid::ObjectId};
use mongodb::{Collection, options::ReturnDocument};

use super::{COLLECTION, Doc, id};
use crate::{
    error::{StoreError, code},
    lease::{expiry, process::Process},
    market::MarketWriter,
};

/// `DuplicateKey`: two took the first lease of a job at once.
const DUPLICATE: i32 = 11_000;

/// The right to run a job. It is not renewed by itself; it runs out, or is given back with [`JobLease::release`].
#[derive(Debug)]
pub struct JobLease {
    jobs: Collection<Document>,
    name: String,
    id: ObjectId,
    token: i64,
    holder: String,
    ttl: Duration,
}

impl MarketWriter {
    /// Takes the right to run a job for so long, when nobody has it. `None`: another replica runs it, or this one does
    /// already.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn acquire_job(
        &self,
        name: &str,
        ttl: Duration,
    ) -> Result<Option<JobLease>, StoreError> {
        let jobs = self.collection::<Document>(COLLECTION);
        let mut gone = None;
        // the first look may find a holder that has ended, or lose a race for a job nobody ever ran
        for _ in 0..3 {
            let lease = ObjectId::new();
            let process = Process::this();
            let taken = jobs
                .find_one_and_update(doc! { "_id": id(name) }, take(lease, &process, ttl, gone))
                .upsert(true)
                .return_document(ReturnDocument::After)
                .await;
            let found = match taken {
                Err(error) if code(&error) == Some(DUPLICATE) => continue,
                taken => taken?,
            };
            let Some(found) = found.as_ref().map(stored).transpose()? else { continue };
            if found.id == Some(lease) {
                let (name, holder) = (name.to_owned(), process.name);
                let token = found.token;
                return Ok(Some(JobLease { jobs, name, id: lease, token, holder, ttl }));
            }
            if gone.is_some() || !Process::saw_end_of(&found.process) {
                break;
            }
            gone = Some(found.token);
        }
        Ok(None)
    }
}

impl JobLease {
    /// Who holds it, for people: host and process id.
    #[must_use]
    pub fn holder(&self) -> &str {
        &self.holder
    }

    /// One higher than that of the holder before.
    #[must_use]
    pub const fn token(&self) -> i64 {
        self.token
    }

    /// Makes it last for its whole time again. `false`: somebody else has it now.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn renew(&self) -> Result<bool, StoreError> {
        let later = vec![doc! { "$set": { "expires": expiry(self.ttl) } }];
        Ok(self.jobs.update_one(self.filter(), later).await?.matched_count > 0)
    }

    /// Gives it back. Does nothing when somebody else has it.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers; the lease then runs out by itself.
    pub async fn release(self) -> Result<(), StoreError> {
        let free = doc! { "$set": { "id": null, "expires": null } };
        self.jobs.update_one(self.filter(), free).await?;
        Ok(())
    }

    fn filter(&self) -> Document {
        doc! { "_id": id(&self.name), "id": self.id, "token": self.token }
    }
}

/// Changes the document if the lease is to be had, and leaves it as it is otherwise.
fn take(lease: ObjectId, process: &Process, ttl: Duration, gone: Option<i64>) -> Vec<Document> {
    let mut free = vec![doc! { "$not": ["$id"] }, doc! { "$lte": ["$expires", "$$NOW"] }];
    free.extend(gone.map(|token| doc! { "$eq": ["$token", token] }));
    // a take whose answer was lost and that is tried again has what it wanted
    let free = doc! { "$and": [{ "$or": free }, { "$ne": ["$id", lease] }] };
    let pick = |ours: bson::Bson, field: &str| doc! { "$cond": ["$free", ours, field] };
    let literal = |text: &str| bson::Bson::from(doc! { "$literal": text });
    let next = doc! { "$add": [{ "$ifNull": ["$token", 0_i64] }, 1_i64] };
    vec![
        doc! { "$set": { "free": free } },
        doc! { "$set": {
            "id": pick(lease.into(), "$id"),
            "holder": pick(literal(&process.name), "$holder"),
            "process": pick(literal(&process.identity), "$process"),
            "token": pick(next.into(), "$token"),
            "expires": pick(expiry(ttl).into(), "$expires"),
        } },
        doc! { "$unset": "free" },
    ]
}

fn stored(document: &Document) -> Result<Doc, StoreError> {
    bson::deserialize_from_document(document.clone()).map_err(|error| StoreError::Corrupt {
        collection: COLLECTION,
        id: document.get("_id").map_or_else(String::new, ToString::to_string),
        why: error.to_string(),
    })
}
