//! Being told that a chain has moved, instead of asking.

use bson::{RawDocumentBuf, doc};
use futures::StreamExt as _;
use mongodb::change_stream::{ChangeStream, event::ChangeStreamEvent};

use super::{Reader, recent::Listening};
use crate::{
    documents::{Stored as _, watermark},
    error::StoreError,
};

/// Tells when a watermark was written, of whatever chain and by whatever process: blocks were committed, or taken back. It says
/// no more than that, a [`super::Snapshot`] tells the rest.
#[derive(Debug)]
pub struct Moves {
    stream: ChangeStream<ChangeStreamEvent<RawDocumentBuf>>,
    listening: Listening,
}

impl Reader {
    /// Listens from now on.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn moves(&self) -> Result<Moves, StoreError> {
        // the identity alone: the driver goes on by it after a fault
        let names = doc! { "$project": { "_id": 1, "operationType": 1, "ns": 1 } };
        let marks = self.database.collection::<RawDocumentBuf>(watermark::Doc::COLLECTION);
        let stream = marks.watch().pipeline([names]).await?;
        Ok(Moves { stream, listening: self.recent.listen() })
    }
}

impl Moves {
    /// Returns when something moved since the last time; `None` when the server tells no more.
    ///
    /// # Errors
    /// [`StoreError`]: listen anew.
    pub async fn next(&mut self) -> Option<Result<(), StoreError>> {
        let told = self.stream.next().await;
        // a fault may have swallowed one
        self.listening.moved();
        told.map(|told| Ok(told.map(drop)?))
    }
}
