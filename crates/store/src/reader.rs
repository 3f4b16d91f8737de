//! Reading: a [`Reader`] has no method that writes, a [`Snapshot`] answers everything as of one block.

use std::sync::Arc;

use bson::{RawDocumentBuf, doc};
use domain::ids::ChainId;
use futures::TryStreamExt as _;
use mongodb::{Client, Database};
use tokio::sync::Mutex;

use crate::{
    codec::chain_key,
    documents::{Stored, decode, decode_doc, watermark},
    error::StoreError,
    watermark::Watermark,
};

mod audit;
mod candles;
pub(crate) mod contracts;
mod history;
mod nfts;
mod past;
pub(crate) mod plan;
mod pools;
mod rows;
mod snapshot;
#[cfg(test)]
mod tests;
mod tokens;

pub use self::{
    audit::RowCounts,
    contracts::ContractEventQuery,
    nfts::{NftCollectionCursor, NftOwnedCursor, NftTransferQuery},
    past::Past,
    pools::{PoolCursor, PoolOrder, PoolQuery},
    rows::{LiquidityQuery, RowQuery, SwapQuery},
    snapshot::Snapshot,
    tokens::TokenQuery,
};

/// Reads indexed data. Cheap to clone; clones share the connections.
#[derive(Debug, Clone)]
pub struct Reader {
    client: Client,
    database: Database,
}

impl Reader {
    pub(crate) const fn new(client: Client, database: Database) -> Self {
        Self { client, database }
    }

    /// A view of the chain as of its newest stored block; `None` before the first batch. Everything read through it is
    /// of that block. Meant for one request: the server keeps the past for a few minutes only.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn snapshot(&self, chain: ChainId) -> Result<Option<Snapshot>, StoreError> {
        let mut session = self.client.start_session().snapshot(true).await?;
        let key = chain_key(chain);
        // the first read fixes the moment
        let found = self
            .database
            .collection::<RawDocumentBuf>(watermark::Doc::COLLECTION)
            .find_one(doc! { "_id": watermark::id(key) })
            .session(&mut session)
            .await?;
        let Some(found) = found else { return Ok(None) };
        let watermark = decode::<watermark::Doc>(&found)?;
        let session = Arc::new(Mutex::new(session));
        Ok(Some(Snapshot::new(self.database.clone(), session, chain, watermark)))
    }

    /// The watermark of a chain; `None` before the first batch.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn watermark(&self, chain: ChainId) -> Result<Option<Watermark>, StoreError> {
        let found = self
            .database
            .collection::<RawDocumentBuf>(watermark::Doc::COLLECTION)
            .find_one(doc! { "_id": watermark::id(chain_key(chain)) })
            .await?;
        found.as_deref().map(decode::<watermark::Doc>).transpose()
    }

    /// The watermarks of all chains, by chain id.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn watermarks(&self) -> Result<Vec<(ChainId, Watermark)>, StoreError> {
        let found: Vec<RawDocumentBuf> = self
            .database
            .collection::<RawDocumentBuf>(watermark::Doc::COLLECTION)
            .find(doc! {})
            .sort(doc! { "_id": 1 })
            .await?
            .try_collect()
            .await?;
        found
            .iter()
            .map(|raw| {
                let doc: watermark::Doc = decode_doc(watermark::Doc::COLLECTION, raw)?;
                Ok((doc.chain(), doc.into_domain()))
            })
            .collect()
    }

    /// Whether a server answers.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.database.run_command(doc! { "ping": 1 }).await?;
        Ok(())
    }
}
