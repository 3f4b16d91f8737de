//! What contracts said they hold.

use alloy_primitives::Address;
use bson::{Document, RawDocumentBuf, doc};
use domain::{
    block::BlockRef,
    ids::PoolId,
    reconciled::{Reconciled, ReconciledCurrency},
};
use futures::TryStreamExt as _;

use super::Snapshot;
use crate::{
    documents::{
        Stored, decode, decode_doc,
        reconciled::{self, Blocks, COLLECTION},
    },
    error::StoreError,
};

impl Snapshot {
    /// What these pools hold by the word of the contracts, as of blocks at or below the snapshot's; of each what was
    /// stored last, and nothing of those that were never asked or whose block left the chain.
    pub async fn reconciled(&self, pools: &[PoolId]) -> Result<Vec<Reconciled>, StoreError> {
        let ids = pools.iter().map(|pool| reconciled::pool_id(self.key(), *pool)).collect();
        self.standing::<reconciled::Doc>(ids, |one| one.block).await
    }

    /// What the contract of all V4 pools holds of these currencies, likewise.
    pub async fn reconciled_currencies(
        &self,
        manager: Address,
        currencies: &[Address],
    ) -> Result<Vec<ReconciledCurrency>, StoreError> {
        let of = |currency: &Address| reconciled::currency_id(self.key(), manager, *currency);
        let ids = currencies.iter().map(of).collect();
        self.standing::<reconciled::CurrencyDoc>(ids, |one| one.block).await
    }

    /// The documents whose block is still on the chain, by `_id`.
    async fn standing<D: Stored>(
        &self,
        ids: Vec<Document>,
        block: impl Fn(&D::Domain) -> BlockRef,
    ) -> Result<Vec<D::Domain>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let (database, mut session) = self.parts().await;
        let documents = database.collection::<RawDocumentBuf>(COLLECTION);
        let id = doc! { "_id": reconciled::blocks_id(self.key()) };
        let blocks = documents.find_one(id).session(&mut *session).await?;
        let Some(blocks) = blocks else { return Ok(Vec::new()) };
        let mut cursor = documents
            .find(doc! { "_id": { "$in": ids } })
            .sort(doc! { "_id": 1 })
            .session(&mut *session)
            .await?;
        let found: Vec<RawDocumentBuf> = cursor.stream(&mut session).try_collect().await?;
        drop(session);
        let blocks = decode_doc::<Blocks>(COLLECTION, &blocks)?;
        let mut standing = Vec::with_capacity(found.len());
        for raw in &found {
            let one = decode::<D>(raw)?;
            if blocks.contains(&block(&one)) {
                standing.push(one);
            }
        }
        Ok(standing)
    }
}
