//! Chunks in the place of others, in one transaction.

use bson::{Document, RawDocumentBuf, doc};
use mongodb::ClientSession;

use super::{BYTES, DOCUMENTS, floor};
use crate::{
    documents::kept,
    error::StoreError,
    lease::fence::Purpose,
    writer::{Writer, transaction::Work, write::insert},
};

/// What goes and what comes.
#[derive(Debug)]
pub(super) struct Exchange {
    collection: &'static str,
    gone: Vec<Document>,
    new: Vec<RawDocumentBuf>,
    bytes: usize,
    /// Nothing of this block or above is in what goes.
    below: u64,
    /// Noted beside it.
    note: Option<Document>,
}

impl Exchange {
    /// Of chunks whose blocks are all below this one.
    pub(super) const fn new(collection: &'static str, below: u64) -> Self {
        Self { collection, gone: Vec::new(), new: Vec::new(), bytes: 0, below, note: None }
    }

    pub(super) fn add(&mut self, gone: Vec<Document>, new: Vec<RawDocumentBuf>) {
        self.bytes += new.iter().map(|raw| raw.as_bytes().len()).sum::<usize>();
        self.gone.extend(gone);
        self.new.extend(new);
    }

    /// Notes this in the document of the upkeep.
    pub(super) fn note(&mut self, note: Document) {
        self.note = Some(note);
    }

    pub(super) fn is_full(&self) -> bool {
        self.gone.len() >= DOCUMENTS || self.bytes >= BYTES
    }

    pub(super) fn is_empty(&self) -> bool {
        self.gone.is_empty() && self.note.is_none()
    }

    pub(super) fn size(&self) -> (u64, u64) {
        (self.gone.len() as u64, self.new.len() as u64)
    }

    pub(super) const fn by(self, writer: &Writer) -> Bound<'_> {
        Bound { writer, exchange: self }
    }
}

/// An exchange by a writer. Gives `false` when it is not the time for it.
pub(super) struct Bound<'a> {
    writer: &'a Writer,
    exchange: Exchange,
}

impl Work for Bound<'_> {
    type Output = bool;

    async fn run(&self, session: &mut ClientSession) -> Result<bool, StoreError> {
        let Exchange { collection, gone, new, below, note, .. } = &self.exchange;
        self.writer.grant().check(session, Purpose::Write).await?;
        // a read that a fail-over undid must not have told us of a higher one
        if floor(self.writer, session).await?.is_none_or(|floor| floor < *below) {
            return Ok(false);
        }
        // written, not only read: of this and a pin that is set meanwhile one has to give way
        let mut update = doc! { "$inc": { "changes": 1_i64 } };
        if let Some(note) = note {
            update.insert("$set", note.clone());
        }
        let kept = self.writer.database().collection::<Document>(kept::COLLECTION);
        let touched = kept
            .update_one(super::pin::unpinned(self.writer.key()), update)
            .session(&mut *session)
            .await?;
        if touched.matched_count == 0 {
            return Ok(false);
        }
        let documents = self.writer.database().collection::<Document>(collection);
        if !gone.is_empty() {
            let which = doc! { "_id": { "$in": gone } };
            let removed = documents.delete_many(which).session(&mut *session).await?.deleted_count;
            if removed != gone.len() as u64 {
                let why = format!("of {} chunks of {collection} {removed} are there", gone.len());
                return Err(StoreError::InvalidBatch { why });
            }
        }
        insert(self.writer.database(), session, collection, new).await?;
        Ok(true)
    }
}
