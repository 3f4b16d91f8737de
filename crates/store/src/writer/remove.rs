//! Removing all of a chain, in transactions of bounded size.

use bson::{Document, doc};
use futures::TryStreamExt as _;
use mongodb::ClientSession;

use super::{Writer, contracts, transaction::Work};
use crate::{
    documents::{COLLECTIONS, Stored as _, id_prefix, watermark},
    error::StoreError,
    lease::fence::Purpose,
};

/// Documents per transaction. An undo record may have megabytes, but it is not read here.
const CHUNK: i64 = 2_000;

pub(super) async fn remove_chain(
    writer: &Writer,
    progress: &(dyn Fn(u64) + Send + Sync),
) -> Result<u64, StoreError> {
    // first the watermark: nobody reads half a chain, and the mark beside it lets nobody continue one
    let tables = writer.lease.grant().transact(&Begin { writer }).await?;
    let mut removed = 0;
    for collection in COLLECTIONS.into_iter().chain(tables.iter().map(String::as_str)) {
        loop {
            let part = writer.lease.grant().transact(&Part { writer, collection }).await?;
            if part == 0 {
                break;
            }
            removed += part;
            progress(removed);
        }
    }
    writer.lease.grant().transact(&Finish { writer }).await?;
    Ok(removed)
}

struct Begin<'a> {
    writer: &'a Writer,
}

impl Work for Begin<'_> {
    type Output = Vec<String>;

    /// Gives the collections of contracts that are known by their ABI only.
    async fn run(&self, session: &mut ClientSession) -> Result<Vec<String>, StoreError> {
        let Writer { database, key, lease, .. } = self.writer;
        lease.grant().check(session, Purpose::Remove).await?;
        let watermarks = database.collection::<Document>(watermark::Doc::COLLECTION);
        watermarks.delete_one(doc! { "_id": watermark::id(*key) }).session(&mut *session).await?;
        contracts::collections(self.writer, session).await
    }
}

struct Part<'a> {
    writer: &'a Writer,
    collection: &'a str,
}

impl Work for Part<'_> {
    type Output = u64;

    async fn run(&self, session: &mut ClientSession) -> Result<u64, StoreError> {
        let Writer { database, key, lease, .. } = self.writer;
        lease.grant().check(session, Purpose::Remove).await?;
        let documents = database.collection::<Document>(self.collection);
        let mut cursor = documents
            .find(doc! { "_id": id_prefix(&doc! { "c": key }) })
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

struct Finish<'a> {
    writer: &'a Writer,
}

impl Work for Finish<'_> {
    type Output = ();

    async fn run(&self, session: &mut ClientSession) -> Result<(), StoreError> {
        self.writer.lease.grant().check(session, Purpose::Finish).await
    }
}
