//! The fold: events of a block change entities and leave rows.
//!
//! [`State`] holds the entities a batch touches, loaded beforehand ([`keys::touched`] says which). [`State::apply`] takes
//! one block and returns [`BlockChanges`]: the rows, the new images and, for the undo record, the images from before.

use std::collections::{BTreeMap, HashMap};

use alloy_primitives::{Address, U256};
use serde::{Deserialize, Serialize};

use crate::{
    block::{Block, BlockRef},
    config::Watch,
    entity::{Counters, NftBalance, Pool, Tick, Token, TokenMetadata},
    ids::PoolId,
    row::Rows,
};

mod apply;
mod concentrated;
mod create;
pub mod keys;
mod nft;
mod pair;
#[cfg(test)]
mod tests;

/// Identity of an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Key {
    /// A pool.
    Pool(PoolId),
    /// A tick of a pool.
    Tick(PoolId, i32),
    /// A token.
    Token(Address),
    /// Balance of a collection's token id at an owner.
    Nft(Address, U256, Address),
}

/// An entity's image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Entity {
    /// A pool.
    Pool(Pool),
    /// A tick.
    Tick(Tick),
    /// A token.
    Token(Token),
    /// An NFT balance.
    Nft(NftBalance),
}

impl Entity {
    /// The entity's identity.
    #[must_use]
    pub const fn key(&self) -> Key {
        match self {
            Self::Pool(pool) => Key::Pool(pool.id),
            Self::Tick(tick) => Key::Tick(tick.pool, tick.index),
            Self::Token(token) => Key::Token(token.address),
            Self::Nft(nft) => Key::Nft(nft.collection, nft.token_id, nft.owner),
        }
    }
}

/// What one block did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockChanges {
    /// The block.
    pub block: BlockRef,
    /// Rows it added.
    pub rows: Rows,
    /// Entities it touched: the image before it, `None` where there was no entity. Ordered by key.
    pub before: BTreeMap<Key, Option<Entity>>,
    /// The same entities after it, `None` where the entity is gone.
    pub after: BTreeMap<Key, Option<Entity>>,
    /// Counters before it.
    pub counters_before: Counters,
    /// Counters after it.
    pub counters_after: Counters,
}

/// A block that cannot be folded: the stored state and the chain contradict each other, which no retry mends.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FoldError {
    /// The caller did not load an entity that the block touches.
    #[error(
        "entity {0:?} was not loaded before the fold; this is a defect of sooho, please report it"
    )]
    NotLoaded(Key),
    /// An amount left its range.
    #[error(
        "{what} of {key:?} leaves its range in block {block}, log {log_index}: the stored state misses events; \
         set start_block at or below the contract's creation and index into an empty database"
    )]
    OutOfRange {
        /// Quantity.
        what: &'static str,
        /// Entity.
        key: Key,
        /// Block height.
        block: u64,
        /// Log index.
        log_index: u32,
    },
}

/// Entities in memory, and the counters of the chain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// `None` means: known not to exist.
    entities: HashMap<Key, Option<Entity>>,
    counters: Counters,
}

impl State {
    /// An empty state that continues from these counters.
    #[must_use]
    pub fn new(counters: Counters) -> Self {
        Self { entities: HashMap::new(), counters }
    }

    /// Puts a stored entity in place, or the fact that there is none. What is loaded already stays.
    pub fn load(&mut self, key: Key, entity: Option<Entity>) {
        self.entities.entry(key).or_insert(entity);
    }

    /// Whether the entity, or its absence, is known.
    #[must_use]
    pub fn knows(&self, key: &Key) -> bool {
        self.entities.contains_key(key)
    }

    /// The entity's image, if it exists and is loaded.
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<&Entity> {
        self.entities.get(key).and_then(Option::as_ref)
    }

    /// The counters as of the last block.
    #[must_use]
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    /// Folds one block. On an error the state is unchanged.
    ///
    /// # Errors
    /// [`FoldError`] when an entity was not loaded or stored state contradicts the chain.
    pub fn apply(
        &mut self,
        block: &Block,
        watch: &Watch,
        metadata: &HashMap<Address, TokenMetadata>,
    ) -> Result<BlockChanges, FoldError> {
        let mut step = apply::Step::new(self, block.header, watch, metadata);
        for event in &block.events {
            step.event(event)?;
        }
        let changes = step.finish();
        for (key, image) in &changes.after {
            self.entities.insert(*key, image.clone());
        }
        self.counters = changes.counters_after;
        Ok(changes)
    }

    /// Takes a block back: the inverse of [`State::apply`] for the newest block.
    pub fn revert(&mut self, changes: &BlockChanges) {
        for (key, image) in &changes.before {
            self.entities.insert(*key, image.clone());
        }
        self.counters = changes.counters_before;
    }
}
