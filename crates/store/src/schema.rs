//! Collections, indexes and the version of the schema, with the steps that raise it.
//!
//! At a start the steps above the stored version run, in order, each once. A step that was interrupted runs again from
//! what it noted last, so it must do no harm to what it has changed already; the version moves when it is through. Nothing
//! else is read or written before. Of several processes that start at once one runs them, the others wait.

use std::{sync::Arc, time::Duration};

use bson::{Bson, Document, doc};
use futures::future::BoxFuture;
use mongodb::{Database, IndexModel, options::IndexOptions};
use tokio::time::{Instant, sleep};

use crate::{
    documents::{
        COLLECTIONS, META,
        lease::{FENCES, LEASES},
    },
    error::{StoreError, code},
    generations::documents::CHAINS,
    indexes::{APART, INDEXES, Index},
    keys, market,
};

mod claim;
#[cfg(test)]
mod tests;

use self::claim::Claim;

/// The oldest version whose documents can be brought up to date. 1: a document per row. 2: packed rows, history, figures.
const OLDEST: i64 = 2;
/// What was changed since, one version each. A stored shape changes together with a step here.
const STEPS: &[Step] = &[];
/// The version of the documents that this program stores.
pub(crate) const VERSION: i64 = newest(OLDEST, STEPS);

/// How long a passing trouble of the server is waited out, and how long between two tries.
const PATIENCE: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(300);

/// `NamespaceExists`.
const EXISTS: i32 = 48;
/// The document with the version.
const SCHEMA: &str = "schema";

/// What brings stored documents from one version to the next.
#[derive(Debug)]
pub(crate) struct Step {
    /// For the log.
    pub(crate) what: &'static str,
    /// Does it.
    pub(crate) run: fn(Progress) -> BoxFuture<'static, Result<(), StoreError>>,
}

/// How far a step is. It outlives the process.
#[derive(Debug)]
pub(crate) struct Progress {
    /// The database.
    pub(crate) database: Database,
    /// What was noted last, by this run or by an interrupted one.
    pub(crate) note: Option<Bson>,
    claim: Arc<Claim>,
}

impl Progress {
    /// Notes how far the step is, once that is stored: an interrupted one goes on from there.
    #[cfg_attr(not(test), expect(dead_code, reason = "for steps that touch many documents"))]
    pub(crate) async fn note(&mut self, note: impl Into<Bson> + Send) -> Result<(), StoreError> {
        let note = note.into();
        let update = doc! { "$set": { "note": &note } };
        let noted = meta(&self.database).update_one(self.claim.ours(), update).await?;
        self.note = Some(note);
        if noted.matched_count > 0 { Ok(()) } else { Err(StoreError::MigrationLost) }
    }
}

/// The version after these steps.
const fn newest(oldest: i64, steps: &[Step]) -> i64 {
    let (mut version, mut rest) = (oldest, steps);
    while let [_, tail @ ..] = rest {
        version += 1;
        rest = tail;
    }
    version
}

/// Creates what is missing and brings what is old up to date.
pub(crate) async fn migrate(database: &Database) -> Result<(), StoreError> {
    // a server that is just being elected is waited for: everything here can be done twice
    let deadline = Instant::now() + PATIENCE;
    loop {
        match migrate_by(database, OLDEST, STEPS).await {
            Err(error) if error.retryable() && Instant::now() < deadline => {
                tracing::warn!(%error, "the schema cannot be looked at yet, it is tried again");
                sleep(PAUSE).await;
            }
            outcome => return outcome,
        }
    }
}

async fn migrate_by(database: &Database, oldest: i64, steps: &[Step]) -> Result<(), StoreError> {
    let newest = newest(oldest, steps);
    // refused before anything is touched
    let found = version(database).await?;
    check(database, found.as_ref(), oldest, newest)?;
    let beside = market::COLLECTIONS.into_iter().chain([LEASES, FENCES, CHAINS, keys::COLLECTION]);
    for collection in COLLECTIONS.into_iter().chain(beside) {
        // created beforehand: a snapshot cannot read a collection that is younger than itself
        match database.create_collection(collection).await {
            Err(error) if code(&error) != Some(EXISTS) => return Err(error.into()),
            _ => {}
        }
    }
    if found.is_some() {
        for (from, step) in (oldest..).zip(steps) {
            raise(database, from, step).await?;
        }
    }
    for (index, only) in all_indexes() {
        let keys: Document =
            index.keys.iter().map(|(key, order)| ((*key).to_owned(), (*order).into())).collect();
        let options = IndexOptions::builder()
            .name(index.name.to_owned())
            .partial_filter_expression(only)
            .build();
        let model = IndexModel::builder().keys(keys).options(options).build();
        database.collection::<Document>(index.collection).create_index(model).await?;
    }
    if found.is_none() {
        let fresh = doc! { "$setOnInsert": { "version": newest } };
        meta(database).update_one(doc! { "_id": SCHEMA }, fresh).upsert(true).await?;
    }
    Ok(())
}

/// All indexes, with what their documents have to be like.
fn all_indexes() -> impl Iterator<Item = (&'static Index, Option<Document>)> {
    let apart = APART.iter().map(|index| (index, Some(doc! { "s": true })));
    INDEXES.iter().map(|index| (index, None)).chain(apart)
}

/// Runs the step above a version, if that is what is stored.
async fn raise(database: &Database, from: i64, step: &Step) -> Result<(), StoreError> {
    let Some(claim) = Claim::wait(meta(database), from).await? else { return Ok(()) };
    let claim = Arc::new(claim);
    // read when nobody else notes anything any more
    let note = version(database).await?.and_then(|found| found.note);
    let (to, resumed) = (from + 1, note.is_some());
    tracing::info!(from, to, resumed, "bringing the database up to date: {}", step.what);
    let progress = Progress { database: database.clone(), note, claim: Arc::clone(&claim) };
    claim.hold((step.run)(progress)).await?;
    let done = doc! { "$set": { "version": to }, "$unset": { "note": "", "claim": "" } };
    let moved = meta(database).update_one(claim.ours(), done).await?;
    if moved.matched_count > 0 { Ok(()) } else { Err(StoreError::MigrationLost) }
}

/// What is stored of the schema.
#[derive(Debug)]
struct Stored {
    version: i64,
    note: Option<Bson>,
}

async fn version(database: &Database) -> Result<Option<Stored>, StoreError> {
    let Some(found) = meta(database).find_one(doc! { "_id": SCHEMA }).await? else {
        return Ok(None);
    };
    let version = found.get_i64("version").map_err(|error| StoreError::Corrupt {
        collection: META,
        id: SCHEMA.to_owned(),
        why: error.to_string(),
    })?;
    Ok(Some(Stored { version, note: found.get("note").cloned() }))
}

fn check(
    database: &Database,
    found: Option<&Stored>,
    oldest: i64,
    known: i64,
) -> Result<(), StoreError> {
    let Some(found) = found.map(|found| found.version) else { return Ok(()) };
    let database = database.name().to_owned();
    if found > known {
        return Err(StoreError::SchemaNewer { database, found, known });
    }
    if found < oldest {
        return Err(StoreError::SchemaOlder { database, found, known });
    }
    Ok(())
}

fn meta(database: &Database) -> mongodb::Collection<Document> {
    database.collection(META)
}
