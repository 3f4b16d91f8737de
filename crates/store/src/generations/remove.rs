//! Removing what stands under a key that nobody reads any more.

use bson::{Document, doc};
use futures::TryStreamExt as _;
use mongodb::ClientSession;

use super::{
    Generation,
    documents::{CHAINS, Key, sources_id},
    mapping,
    steps::{forget_lease, put},
};
use crate::{
    contracts::declared,
    documents::{COLLECTIONS, META, id_prefix},
    error::StoreError,
    lease::{Lease, fence::Purpose},
    writer::transaction::Work,
};

/// Documents per transaction. An undo record may have megabytes, but it is not read here.
const CHUNK: i64 = 2_000;

pub(super) async fn oldest(
    lease: &Lease,
    progress: &(dyn Fn(u64) + Send + Sync),
) -> Result<Option<Generation>, StoreError> {
    let grant = lease.grant();
    let standing = super::read::standing(&grant.database, grant.chain).await?;
    let Some(Generation(key)) = standing.retired.first().copied() else { return Ok(None) };
    // what is made meanwhile is not of this generation
    let tables = declared(&grant.database.collection(META)).await?;
    let mut removed = 0;
    for collection in COLLECTIONS.into_iter().chain(tables.iter().map(String::as_str)) {
        loop {
            let part = Part { lease, key, collection, purpose: Purpose::Write };
            match grant.transact(&part).await? {
                0 => break,
                part => removed += part,
            }
            progress(removed);
        }
    }
    grant.transact(&Finish { lease, key }).await?;
    Ok(Some(Generation(key)))
}

/// Some documents of one collection.
pub(crate) struct Part<'a> {
    pub(crate) lease: &'a Lease,
    pub(crate) key: i64,
    pub(crate) collection: &'a str,
    pub(crate) purpose: Purpose,
}

impl Work for Part<'_> {
    type Output = u64;

    async fn run(&self, session: &mut ClientSession) -> Result<u64, StoreError> {
        let grant = self.lease.grant();
        grant.check(session, self.purpose).await?;
        let documents = grant.database.collection::<Document>(self.collection);
        let mut cursor = documents
            .find(doc! { "_id": id_prefix(&doc! { "c": self.key }) })
            .projection(doc! { "_id": 1 })
            .limit(CHUNK)
            .session(&mut *session)
            .await?;
        let found: Vec<Document> = cursor.stream(session).try_collect().await?;
        if found.is_empty() {
            return Ok(0);
        }
        let ids: Vec<_> = found.iter().filter_map(|found| found.get("_id")).collect();
        let gone = documents.delete_many(doc! { "_id": { "$in": ids } });
        Ok(gone.session(session).await?.deleted_count)
    }
}

/// Forgets the generation.
struct Finish<'a> {
    lease: &'a Lease,
    key: i64,
}

impl Work for Finish<'_> {
    type Output = ();

    async fn run(&self, session: &mut ClientSession) -> Result<(), StoreError> {
        let grant = self.lease.grant();
        grant.check(session, Purpose::Write).await?;
        let mut found = mapping(self.lease, session).await?;
        found.retired.retain(|retired| *retired != Key { c: self.key });
        put(self.lease, session, &found).await?;
        forget_lease(self.lease, session, self.key).await?;
        let documents = grant.database.collection::<Document>(CHAINS);
        documents.delete_one(sources_id(grant.chain, self.key)).session(session).await?;
        Ok(())
    }
}
