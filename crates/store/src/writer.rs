//! The one way to change indexed data: whole batches of blocks, and back one block at a time.

use std::sync::Arc;

use alloy_primitives::Address;
use bson::{Document, RawDocumentBuf, doc};
use domain::{
    block::BlockRef,
    contract::Table,
    entity::Protocol,
    fold::{BlockChanges, Entity, Key},
    ids::{ChainId, PoolId},
};
use futures::TryStreamExt as _;
use mongodb::{ClientSession, Database};

use crate::{
    candles,
    documents::{Stored as _, decode, decode_doc, id_prefix, pool, undo, walk_doc, watermark},
    error::StoreError,
    generations,
    lease::{Grant, Lease},
    watermark::Watermark,
};

mod commit;
mod contracts;
mod load;
mod packed;
pub(crate) mod prepare;
mod reconciled;
mod remove;
mod revert;
#[cfg(test)]
mod tests;
pub(crate) mod transaction;
pub(crate) mod write;

pub use packed::{Extent, Packed, Packer};

/// Blocks to store, in one transaction.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// Height of the watermark the batch builds on; `None` for the first batch of a chain.
    pub parent: Option<u64>,
    /// The blocks, ascending. Heights may be left out; a block whose parent is present must link to it.
    pub blocks: &'a [BlockChanges],
    /// Blocks at or above this height get an undo record, also those without changes.
    pub undo_from: u64,
    /// Undo records below this height are removed.
    pub prune_undo_below: u64,
}

/// Writes indexed data of one chain, for as long as its lease is the chain's: a writer whose lease was taken over is
/// refused at its next write, whatever it slept through.
#[derive(Debug, Clone)]
pub struct Writer {
    database: Database,
    chain: ChainId,
    /// The generation as stored.
    key: i64,
    lease: Lease,
    candles: candles::Kept,
}

impl Writer {
    pub(crate) fn new(database: Database, lease: &Lease) -> Self {
        let chain = lease.chain();
        Self {
            database,
            chain,
            key: lease.grant().active(),
            lease: lease.clone(),
            candles: candles::Kept::default(),
        }
    }

    /// The chain.
    #[must_use]
    pub const fn chain(&self) -> ChainId {
        self.chain
    }

    /// The watermark; `None` before the first batch.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn watermark(&self) -> Result<Option<Watermark>, StoreError> {
        let found = self
            .documents(watermark::Doc::COLLECTION)
            .find_one(doc! { "_id": watermark::id(self.key) })
            .await?;
        found.as_deref().map(decode::<watermark::Doc>).transpose()
    }

    /// The entities with these keys, or the fact that there is none; in no particular order.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn load(&self, keys: &[Key]) -> Result<Vec<(Key, Option<Entity>)>, StoreError> {
        load::load(self, keys).await
    }

    /// All known pools.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn pools(&self) -> Result<Vec<(PoolId, Protocol)>, StoreError> {
        let found: Vec<RawDocumentBuf> = self
            .documents(pool::Doc::COLLECTION)
            .find(doc! { "_id": id_prefix(&doc! { "c": self.key }) })
            .projection(doc! { "protocol": 1 })
            .await?
            .try_collect()
            .await?;
        found
            .iter()
            .map(|raw| {
                walk_doc::<pool::Name>(pool::Doc::COLLECTION, raw).map(pool::Name::into_domain)
            })
            .collect()
    }

    /// Creates what these tables need, once; their events can be committed then. Gives the names of the collections that
    /// are new.
    ///
    /// # Errors
    /// [`StoreError::ContractChanged`] when a table's documents look different from those that are stored.
    pub async fn declare(&self, tables: &[Arc<Table>]) -> Result<Vec<String>, StoreError> {
        contracts::declare(&self.database, tables).await
    }

    /// Addresses in a parameter of the stored events of this contract, such as a factory's announcements.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn announced(
        &self,
        table: &Table,
        emitter: Address,
        parameter: &str,
    ) -> Result<Vec<Address>, StoreError> {
        contracts::announced(self, table, emitter, parameter).await
    }

    /// The newest blocks that can be taken back, newest first: where a fork is looked for.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn recent_blocks(&self, limit: u32) -> Result<Vec<BlockRef>, StoreError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let found: Vec<RawDocumentBuf> = self
            .documents(undo::Doc::COLLECTION)
            .find(doc! { "_id": id_prefix(&doc! { "c": self.key }), "_id.n": 0 })
            .sort(doc! { "_id": -1 })
            .limit(i64::from(limit))
            .projection(doc! { "head": 1 })
            .await?
            .try_collect()
            .await?;
        let docs: Result<Vec<undo::Doc>, _> =
            found.iter().map(|raw| decode_doc(undo::Doc::COLLECTION, raw)).collect();
        Ok(docs?.iter().filter_map(undo::Doc::block).collect())
    }

    /// The oldest block that can be taken back, with the watermark that is left when it is; `None` when there is none.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn oldest_undo(&self) -> Result<Option<(BlockRef, Option<Watermark>)>, StoreError> {
        let found = self
            .documents(undo::Doc::COLLECTION)
            .find_one(doc! { "_id": id_prefix(&doc! { "c": self.key }), "_id.n": 0 })
            .sort(doc! { "_id": 1 })
            .projection(doc! { "head": 1 })
            .await?;
        let oldest = found.map(|raw| decode_doc::<undo::Doc>(undo::Doc::COLLECTION, &raw));
        Ok(oldest.transpose()?.and_then(undo::Doc::head))
    }

    /// Stores the blocks and moves the watermark to the last of them: all or nothing. A passing trouble of the server
    /// is waited out for about half a minute.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] when somebody else writes the chain by now: stop, and drop what was read.
    /// [`StoreError::Removing`] while the chain is half removed. [`StoreError::WatermarkMoved`] when the batch does not build on what is stored; [`StoreError::InvalidBatch`]
    /// when it is no ascending, linked run of blocks. After a retryable error the batch may or may not be stored: read
    /// the watermark again.
    pub async fn commit(&self, batch: &Batch<'_>) -> Result<(), StoreError> {
        let mut packer = self.packer(batch.undo_from);
        batch.blocks.iter().try_for_each(|block| packer.push(block.clone()))?;
        self.commit_packed(batch.parent, packer.finish()?, batch.prune_undo_below).await
    }

    /// Takes blocks in for [`Writer::commit_packed`], while another commit is under way. Those at or above `undo_from` get
    /// an undo record.
    #[must_use]
    pub fn packer(&self, undo_from: u64) -> Packer {
        Packer::new(self.key, undo_from)
    }

    /// Like [`Writer::commit`]: the blocks of a [`Packer`] on top of `parent`, the height of the watermark; undo records
    /// below `prune_undo_below` are removed.
    ///
    /// # Errors
    /// Like [`Writer::commit`].
    pub async fn commit_packed(
        &self,
        parent: Option<u64>,
        packed: Packed,
        prune_undo_below: u64,
    ) -> Result<(), StoreError> {
        // boxed: who indexes nests its futures deep as it is
        Box::pin(commit::commit(self, parent, packed, prune_undo_below)).await
    }

    /// Takes the newest block back, in one transaction, and says where the watermark is now (`None`: at nothing).
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] and [`StoreError::Removing`] as for [`Writer::commit`].
    /// [`StoreError::UndoMissing`] when the block has no undo record. After a retryable error the block may or may not
    /// be taken back: read the watermark again.
    pub async fn revert_newest(&self) -> Result<Option<Watermark>, StoreError> {
        revert::revert_newest(self).await
    }

    /// Removes all that is stored of the chain, in transactions of bounded size, and returns the number of documents.
    /// `progress` is told of it as it grows. From its beginning nobody reads the chain, and until its end nobody writes
    /// it: if it is interrupted, call it again.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] as for [`Writer::commit`]; retryable when no server answers.
    pub async fn remove_chain(
        &self,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<u64, StoreError> {
        remove::remove_chain(self, progress).await
    }

    /// What its documents carry for the chain.
    pub(crate) const fn key(&self) -> i64 {
        self.key
    }

    /// Notes what is stored was made of.
    pub(crate) async fn put_sources(
        &self,
        session: &mut ClientSession,
        sources: &str,
    ) -> Result<(), StoreError> {
        generations::steps::put_sources(&self.lease, session, self.key, sources).await
    }

    /// The right to write.
    pub(crate) fn grant(&self) -> &Grant {
        self.lease.grant()
    }

    /// The database.
    pub(crate) const fn database(&self) -> &Database {
        &self.database
    }

    /// A collection of raw documents.
    pub(crate) fn documents(&self, name: &str) -> mongodb::Collection<RawDocumentBuf> {
        self.database.collection(name)
    }
}

/// A watermark for a message.
fn describe(watermark: Option<&Watermark>) -> String {
    watermark.map_or_else(
        || "none".to_owned(),
        |watermark| format!("{} ({})", watermark.block.number, watermark.block.hash),
    )
}

/// The `_id` of an entity and its collection.
pub(crate) fn entity_id(chain: i64, key: &Key) -> (&'static str, Document) {
    use crate::documents::{figures, nft_balance, tick, token};
    match *key {
        Key::Pool(id) => (pool::Doc::COLLECTION, pool::id(chain, id)),
        Key::Tick(id, index) => (tick::Doc::COLLECTION, tick::id(chain, id, index)),
        Key::Token(address) => (token::Doc::COLLECTION, token::id(chain, address)),
        Key::Nft(collection, id, owner) => {
            (nft_balance::Doc::COLLECTION, nft_balance::id(chain, collection, id, owner))
        }
        Key::Factory(factory) => (figures::FACTORIES, figures::factory(chain, factory)),
        Key::ProtocolDay(factory, day) => {
            (figures::PROTOCOL_DAYS, figures::protocol_day(chain, factory, day))
        }
        Key::TokenFigures(factory, token) => {
            (figures::TOKEN_FIGURES, figures::token_figures(chain, factory, token))
        }
        Key::PoolInterval(pool, interval, period) => {
            (figures::POOL_INTERVALS, figures::pool_interval(chain, pool, interval, period))
        }
        Key::TokenInterval(factory, token, interval, period) => (
            figures::TOKEN_INTERVALS,
            figures::token_interval(chain, factory, token, interval, period),
        ),
        Key::Account(account) => (figures::ACCOUNTS, figures::account(chain, account)),
        Key::LiquidityPosition(pool, account) => {
            (figures::LIQUIDITY_POSITIONS, figures::liquidity_position(chain, pool, account))
        }
        Key::NftPosition(manager, id) => {
            (figures::NFT_POSITIONS, figures::nft_position(chain, manager, id))
        }
        Key::TickWord(pool, word) => (figures::TICK_WORDS, figures::tick_word(chain, pool, word)),
        Key::TickDay(pool, tick, day) => {
            (figures::TICK_DAYS, figures::tick_day(chain, pool, tick, day))
        }
    }
}
