//! Rebuilding what is derived: the document of every entity from the newest version of it in the history, without the
//! chain. What is right stays as it is, byte by byte; what is wrong, missing or too much is put right, document by document.
//!
//! Candles are rebuilt from each other: the longer ones from those of a minute.
//!
//! What cannot be rebuilt: candles of a minute. One needs the price, value and fee of every single event. Rows have amounts
//! and the price after a swap of V3 and V4, but no reserves after the syncs of a V2 pair, no price of a token in USD, and
//! neither fees nor locked value in USD; the history has these as they were after a block, not after each of its events. And
//! the documents of pools that an earlier version made, which kept what never changes about a pool there only.

use std::{collections::HashSet, hash::BuildHasher};

use bson::{Document, RawDocumentBuf, doc};
use domain::ids::PoolId;
use futures::TryStreamExt as _;
use mongodb::options::Hint;

use crate::{
    candles,
    documents::{Stored as _, figures, nft_balance, pool, tick, token},
    error::StoreError,
    reader::plan::ID,
    writer::{Writer, write::raw},
};

mod heal;
mod key;
mod newest;
mod part;
#[cfg(test)]
mod tests;

use self::{heal::Heal, newest::Newest, part::Part};

/// Documents per transaction.
const TOGETHER: usize = 500;

/// Collections that can be rebuilt, and the kind of their entities in the history.
const KINDS: [(&str, i32); 14] = [
    (pool::Doc::COLLECTION, 1),
    (tick::Doc::COLLECTION, 2),
    (token::Doc::COLLECTION, 3),
    (nft_balance::Doc::COLLECTION, 4),
    (figures::FACTORIES, 5),
    (figures::PROTOCOL_DAYS, 6),
    (figures::TOKEN_FIGURES, 7),
    (figures::POOL_INTERVALS, 8),
    (figures::TOKEN_INTERVALS, 9),
    (figures::ACCOUNTS, 10),
    (figures::LIQUIDITY_POSITIONS, 11),
    (figures::NFT_POSITIONS, 12),
    (figures::TICK_WORDS, 13),
    (figures::TICK_DAYS, 14),
];

/// The collection of candles: the longer ones are rebuilt from those of a minute.
pub const CANDLES: &str = candles::COLLECTION;

/// Why something was not rebuilt.
#[derive(Debug, thiserror::Error)]
pub enum ReindexError {
    /// From the database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No such collection, or not a derived one.
    #[error("`{name}` cannot be rebuilt from what is stored; choose from: {choices}")]
    Unknown {
        /// As it was called.
        name: String,
        /// Those that can.
        choices: String,
    },
    /// Candles of a minute, or what contradicts them.
    #[error(
        "{count} buckets of candles contradict each other or cannot be read ({first}, ...): candles of a minute cannot be \
         rebuilt from rows and history, which have prices, fees and locked value as of the end of a block and not after each \
         event; restore a backup, or index anew; the longer candles of all other minutes are rebuilt"
    )]
    Candles {
        /// How many.
        count: u64,
        /// Whose.
        first: String,
    },
    /// Pools without their document.
    #[error(
        "{count} pools have no readable document ({first}, ...), and an earlier version of sooho, which made them, kept what \
         never changes about a pool nowhere else: restore a backup, or index anew; everything else is rebuilt"
    )]
    Pools {
        /// How many.
        count: usize,
        /// One of them.
        first: String,
    },
}

/// What was found and done in a collection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reindexed {
    /// Entities in the history.
    pub entities: u64,
    /// Documents that were wrong.
    pub altered: u64,
    /// Documents that were missing.
    pub missing: u64,
    /// Documents of what the history does not know.
    pub foreign: u64,
}

/// The collections of entities that [`Writer::reindex`] takes; beside them it takes [`CANDLES`].
pub fn collections() -> impl Iterator<Item = &'static str> {
    KINDS.into_iter().map(|(name, _)| name)
}

impl Writer {
    /// Rebuilds a collection of entities. It may be interrupted and called again; nobody else writes the chain meanwhile.
    ///
    /// # Errors
    /// [`ReindexError`]; [`StoreError::LeaseLost`] as for [`Writer::commit`].
    pub async fn reindex(
        &self,
        collection: &str,
        progress: &(dyn Fn(Reindexed) + Send + Sync),
    ) -> Result<Reindexed, ReindexError> {
        if collection == candles::COLLECTION {
            return candles::rebuild::rebuild(self, progress).await;
        }
        let kind = KINDS.into_iter().find(|(name, _)| *name == collection);
        let (collection, tag) = kind.ok_or_else(|| ReindexError::Unknown {
            name: collection.to_owned(),
            choices: collections().chain([CANDLES]).collect::<Vec<_>>().join(", "),
        })?;
        let whole = Part { kind: tag, pool: None };
        self.rebuild(collection, &whole, progress).await
    }

    /// Rebuilds what trades in a pool are computed from: its document and those of its ticks. Nobody else writes the chain
    /// meanwhile.
    ///
    /// # Errors
    /// [`ReindexError`]; [`StoreError::LeaseLost`] as for [`Writer::commit`].
    pub async fn mend_pool(&self, pool: PoolId) -> Result<Reindexed, ReindexError> {
        let mut done = Reindexed::default();
        for (collection, kind) in [KINDS[0], KINDS[1]] {
            let part = Part { kind, pool: Some(pool) };
            let found = self.rebuild(collection, &part, &|_| ()).await?;
            done.entities += found.entities;
            done.altered += found.altered;
            done.missing += found.missing;
            done.foreign += found.foreign;
        }
        Ok(done)
    }

    async fn rebuild(
        &self,
        collection: &'static str,
        part: &Part,
        progress: &(dyn Fn(Reindexed) + Send + Sync),
    ) -> Result<Reindexed, ReindexError> {
        let mut done = Reindexed::default();
        let (mut known, mut lost) = (Known::default(), Vec::new());
        let mut newest = Newest::begin(self, part).await?;
        loop {
            let entities = newest.next(TOGETHER).await?;
            if entities.is_empty() {
                break;
            }
            let identities = newest::identities(self, &entities).await?;
            let healed =
                Heal { writer: self, collection, entities: &entities, identities: &identities };
            let healed = self.grant().transact(&healed).await?;
            for id in &healed.right {
                known.insert(id);
            }
            lost.extend(healed.lost);
            done.entities += entities.len() as u64;
            done.altered += healed.altered;
            done.missing += healed.missing;
            progress(done);
        }
        self.remove_foreign(collection, part, &known, &mut done, progress).await?;
        match lost.first() {
            None => Ok(done),
            Some(first) => Err(ReindexError::Pools { count: lost.len(), first: first.to_string() }),
        }
    }

    /// Removes documents of what the history does not know.
    async fn remove_foreign(
        &self,
        collection: &'static str,
        part: &Part,
        known: &Known,
        done: &mut Reindexed,
        progress: &(dyn Fn(Reindexed) + Send + Sync),
    ) -> Result<(), StoreError> {
        let mut found = self
            .documents(collection)
            .find(doc! { "_id": part.documents(self.key()) })
            .projection(doc! { "_id": 1 })
            .hint(Hint::Name(ID.to_owned()))
            .await?;
        let mut foreign = Vec::new();
        while let Some(raw) = found.try_next().await? {
            if let Ok(id) = raw.get_document("_id")
                && !known.contains(id.as_bytes())
            {
                foreign.push(id.to_owned());
            }
            if foreign.len() >= TOGETHER {
                done.foreign += self.remove(collection, &foreign).await?;
                foreign.clear();
                progress(*done);
            }
        }
        done.foreign += self.remove(collection, &foreign).await?;
        progress(*done);
        Ok(())
    }

    async fn remove(
        &self,
        collection: &'static str,
        ids: &[RawDocumentBuf],
    ) -> Result<u64, StoreError> {
        if !ids.is_empty() {
            self.grant().transact(&heal::Remove { writer: self, collection, ids }).await?;
        }
        Ok(ids.len() as u64)
    }
}

/// Ids that belong there, by two hashes of 64 bits: a chain may have more of them than fit as they are.
#[derive(Debug, Default)]
struct Known {
    ids: HashSet<(u64, u64)>,
    states: [std::hash::RandomState; 2],
}

impl Known {
    fn hash(&self, id: &[u8]) -> (u64, u64) {
        let [a, b] = &self.states;
        (a.hash_one(id), b.hash_one(id))
    }

    fn insert(&mut self, id: &Document) {
        // an id that was encoded once is encoded again
        if let Ok(id) = raw(id) {
            self.ids.insert(self.hash(id.as_bytes()));
        }
    }

    fn contains(&self, id: &[u8]) -> bool {
        self.ids.contains(&self.hash(id))
    }
}
