//! Being told that prices became known, instead of asking.

use bson::{RawDocumentBuf, doc};
use futures::StreamExt as _;
use mongodb::change_stream::{ChangeStream, event::ChangeStreamEvent};

use super::{MarketReader, sheets};
use crate::error::StoreError;

/// Tells when prices were written, of whatever chain and by whatever process. It says no more than that.
#[derive(Debug)]
pub struct PriceMoves {
    stream: ChangeStream<ChangeStreamEvent<RawDocumentBuf>>,
}

impl MarketReader {
    /// Listens from now on.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn moves(&self) -> Result<PriceMoves, StoreError> {
        // the identity alone: the driver goes on by it after a fault
        let names = doc! { "$project": { "_id": 1, "operationType": 1, "ns": 1 } };
        let sheets = self.collection::<RawDocumentBuf>(sheets::COLLECTION);
        Ok(PriceMoves { stream: sheets.watch().pipeline([names]).await? })
    }
}

impl PriceMoves {
    /// Returns when something became known since the last time; `None` when the server tells no more.
    ///
    /// # Errors
    /// [`StoreError`]: listen anew.
    pub async fn next(&mut self) -> Option<Result<(), StoreError>> {
        Some(self.stream.next().await?.map(drop).map_err(Into::into))
    }
}
