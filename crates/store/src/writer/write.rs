//! The writes inside a transaction, in commands of bounded size.

use bson::{Document, RawArrayBuf, RawDocumentBuf, rawdoc};
use mongodb::{ClientSession, Database};

use super::prepare::Images;
use crate::error::{StoreError, TOO_LARGE};

/// What stands for the collection in a message about a query.
const QUERY: &str = "(query)";
/// Documents per command. With documents of at most a few kilobytes a command stays far below the limit of 48 MB.
const CHUNK: usize = 1_000;
/// Documents per command where one may have several megabytes (undo records).
const CHUNK_LARGE: usize = 8;
/// From this size on a document counts as large.
const LARGE_BYTES: usize = 32 * 1024;

/// Inserts new documents.
pub(crate) async fn insert(
    database: &Database,
    session: &mut ClientSession,
    collection: &str,
    documents: &[RawDocumentBuf],
) -> Result<(), StoreError> {
    let large = documents.iter().any(|document| document.as_bytes().len() > LARGE_BYTES);
    for chunk in documents.chunks(if large { CHUNK_LARGE } else { CHUNK }) {
        let list: RawArrayBuf = chunk.iter().map(|document| document.as_ref()).collect();
        run(
            database,
            session,
            rawdoc! { "insert": collection, "documents": list, "ordered": false },
        )
        .await?;
    }
    Ok(())
}

/// Puts new images in place and removes what is gone.
pub(crate) async fn images(
    database: &Database,
    session: &mut ClientSession,
    collection: &str,
    images: &Images,
) -> Result<(), StoreError> {
    for chunk in images.upserts.chunks(CHUNK) {
        let mut updates = RawArrayBuf::new();
        for (id, document) in chunk {
            updates
                .push(rawdoc! { "q": { "_id": raw(id)? }, "u": document.clone(), "upsert": true });
        }
        run(
            database,
            session,
            rawdoc! { "update": collection, "updates": updates, "ordered": false },
        )
        .await?;
    }
    for chunk in images.deletes.chunks(CHUNK) {
        let mut ids = RawArrayBuf::new();
        for id in chunk {
            ids.push(raw(id)?);
        }
        delete(database, session, collection, rawdoc! { "_id": { "$in": ids } }).await?;
    }
    Ok(())
}

/// Removes what matches.
pub(super) async fn delete(
    database: &Database,
    session: &mut ClientSession,
    collection: &str,
    filter: RawDocumentBuf,
) -> Result<(), StoreError> {
    delete_as(database, session, collection, rawdoc! { "q": filter, "limit": 0 }).await
}

/// Removes what matches, found by this index.
pub(super) async fn delete_by(
    database: &Database,
    session: &mut ClientSession,
    collection: &str,
    filter: RawDocumentBuf,
    index: &str,
) -> Result<(), StoreError> {
    let which = rawdoc! { "q": filter, "limit": 0, "hint": index };
    delete_as(database, session, collection, which).await
}

async fn delete_as(
    database: &Database,
    session: &mut ClientSession,
    collection: &str,
    which: RawDocumentBuf,
) -> Result<(), StoreError> {
    let mut deletes = RawArrayBuf::new();
    deletes.push(which);
    run(database, session, rawdoc! { "delete": collection, "deletes": deletes }).await
}

/// Removes the documents whose `_id` is in the range `range` (a condition such as `{$gte, $lt}`).
pub(super) async fn delete_range(
    database: &Database,
    session: &mut ClientSession,
    collection: &str,
    range: &Document,
) -> Result<(), StoreError> {
    delete(database, session, collection, rawdoc! { "_id": raw(range)? }).await
}

/// A query document in raw form.
pub(crate) fn raw(document: &Document) -> Result<RawDocumentBuf, StoreError> {
    RawDocumentBuf::try_from(document)
        .map_err(|error| StoreError::Encode { collection: QUERY, why: error.to_string() })
}

/// Runs a write command. What a command reports of single documents is an error, too: the transaction is all or nothing.
async fn run(
    database: &Database,
    session: &mut ClientSession,
    command: RawDocumentBuf,
) -> Result<(), StoreError> {
    let answer = database.run_raw_command(command).session(session).await?;
    match answer.get_array("writeErrors").ok().and_then(|errors| errors.first()) {
        None => Ok(()),
        Some(first) => {
            let reason = first.to_string();
            let code = first.as_document().and_then(|first| first.get_i32("code").ok());
            if code.is_some_and(|code| TOO_LARGE.contains(&code)) {
                return Err(StoreError::TooLarge { source: reason.clone().into(), reason });
            }
            Err(StoreError::Database { source: reason.clone().into(), reason })
        }
    }
}
