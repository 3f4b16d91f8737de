//! What contracts said they hold, stored beside what was folded.

use bson::{Document, doc};
use domain::{
    block::BlockRef,
    reconciled::{Reconciled, ReconciledCurrency},
};
use mongodb::ClientSession;

use super::{Writer, commit::watermark_in, prepare::Images, transaction::Work, write};
use crate::{
    documents::{
        decode_doc, encode,
        reconciled::{self, BLOCKS, COLLECTION},
        undo,
    },
    error::StoreError,
    lease::fence::Purpose,
};

impl Writer {
    /// Says that balances of this block follow. `false` when it is none of the stored ones any more: then what follows
    /// would never be read.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] as for [`Writer::commit`]; retryable when no server answers.
    pub async fn begin_reconciled(&self, block: &BlockRef) -> Result<bool, StoreError> {
        self.lease.grant().transact(&Begin { writer: self, block }).await
    }

    /// Stores what pools and currencies hold, in place of what was known of them. It is read as long as the block that it
    /// names is on the chain.
    ///
    /// # Errors
    /// Like [`Writer::begin_reconciled`].
    pub async fn store_reconciled(
        &self,
        pools: &[Reconciled],
        currencies: &[ReconciledCurrency],
    ) -> Result<(), StoreError> {
        let mut upserts = Vec::with_capacity(pools.len() + currencies.len());
        for pool in pools {
            let document = encode::<reconciled::Doc>(self.key, pool)?;
            upserts.push((reconciled::pool_id(self.key, pool.pool), document));
        }
        for currency in currencies {
            let document = encode::<reconciled::CurrencyDoc>(self.key, currency)?;
            let id = reconciled::currency_id(self.key, currency.manager, currency.currency);
            upserts.push((id, document));
        }
        if upserts.is_empty() {
            return Ok(());
        }
        let images = Images { upserts, deletes: Vec::new() };
        self.lease.grant().transact(&Put { writer: self, images }).await
    }
}

impl Writer {
    /// Whether another generation took the place of the one it writes to, while balances were asked for.
    fn is_replaced(&self) -> bool {
        self.key != self.lease.grant().active()
    }
}

struct Begin<'a> {
    writer: &'a Writer,
    block: &'a BlockRef,
}

impl Work for Begin<'_> {
    type Output = bool;

    async fn run(&self, session: &mut ClientSession) -> Result<bool, StoreError> {
        let Writer { database, key, lease, .. } = self.writer;
        lease.grant().check(session, Purpose::Write).await?;
        if self.writer.is_replaced() || !self.is_stored(session).await? {
            return Ok(false);
        }
        let blocks = database.collection::<Document>(COLLECTION);
        let id = doc! { "_id": reconciled::blocks_id(*key) };
        let new = reconciled::block(self.block).map_err(|error| StoreError::Encode {
            collection: COLLECTION,
            why: error.to_string(),
        })?;
        // of a height there is one block, also after a reorg
        let out = reconciled::without(self.block.number);
        blocks.update_one(id.clone(), out).session(&mut *session).await?;
        let into = doc! {
            "$push": { "blocks": { "$each": [new], "$position": 0, "$slice": BLOCKS } },
        };
        blocks.update_one(id, into).upsert(true).session(&mut *session).await?;
        Ok(true)
    }
}

impl Begin<'_> {
    /// Whether the block was not taken back: its undo record says so, and of a block that has none any more it is sure.
    async fn is_stored(&self, session: &mut ClientSession) -> Result<bool, StoreError> {
        let Some(newest) = watermark_in(self.writer, session).await? else { return Ok(false) };
        if newest.block.number <= self.block.number {
            return Ok(newest.block == *self.block);
        }
        let mut id = undo::id_prefix(self.writer.key, self.block.number);
        id.insert("n", 0_i64);
        let found = self
            .writer
            .documents(undo::Doc::COLLECTION)
            .find_one(doc! { "_id": id })
            .session(session)
            .await?;
        let Some(found) = found else { return Ok(true) };
        let record = decode_doc::<undo::Doc>(undo::Doc::COLLECTION, &found)?;
        Ok(record.block().is_none_or(|block| block == *self.block))
    }
}

struct Put<'a> {
    writer: &'a Writer,
    images: Images,
}

impl Work for Put<'_> {
    type Output = ();

    async fn run(&self, session: &mut ClientSession) -> Result<(), StoreError> {
        let Writer { database, lease, .. } = self.writer;
        lease.grant().check(session, Purpose::Write).await?;
        if self.writer.is_replaced() {
            // what is written behind the removal would stay for ever
            return Ok(());
        }
        write::images(database, session, COLLECTION, &self.images).await
    }
}

/// Takes back what is of this block.
pub(super) async fn take_back(
    writer: &Writer,
    session: &mut ClientSession,
    block: u64,
) -> Result<(), StoreError> {
    let blocks = writer.database.collection::<Document>(COLLECTION);
    let id = doc! { "_id": reconciled::blocks_id(writer.key) };
    blocks.update_one(id, reconciled::without(block)).session(session).await?;
    Ok(())
}
