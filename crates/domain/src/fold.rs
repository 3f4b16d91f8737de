//! The fold: events of a block change entities and leave rows.
//!
//! [`State`] holds the entities in memory; [`needs::Needs`] says which ones blocks need. [`State::apply`] takes one block and
//! returns [`BlockChanges`]: the rows, and of every entity that changed the image from before and the one after.

use std::sync::Arc;

use alloy_primitives::{Address, U256};
use serde::{Deserialize, Serialize};

use crate::{
    block::BlockRef,
    entity::{Counters, NftBalance, Pool, Tick, Token},
    figures::{
        Account, Factory, Interval, LiquidityPosition, NftPosition, PoolInterval, ProtocolDay,
        TickDay, TickWord, TokenFigures, TokenInterval,
    },
    ids::PoolId,
    row::Rows,
};

mod account;
mod apply;
mod candle;
mod concentrated;
mod create;
mod derived;
mod growth;
mod interval;
pub mod keys;
#[cfg(test)]
mod kit;
pub mod needs;
mod nft;
#[cfg(test)]
mod oracle;
mod pair;
mod positions;
#[cfg(test)]
mod properties;
mod state;
#[cfg(test)]
mod tests;
mod tracked;
mod v2;
mod v3;
mod v4;
mod world;

pub use state::State;
pub use v3::is_ignored_swap;

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
    /// Totals of the DEX with this factory (V4: manager).
    Factory(Address),
    /// A day of a DEX, by the number of the day.
    ProtocolDay(Address, u32),
    /// A token within a DEX.
    TokenFigures(Address, Address),
    /// A period of a pool, by the number of the period.
    PoolInterval(PoolId, Interval, u32),
    /// A period of a token within a DEX, by the number of the period.
    TokenInterval(Address, Address, Interval, u32),
    /// A sender of transactions.
    Account(Address),
    /// Shares of a pair's liquidity that an account holds.
    LiquidityPosition(PoolId, Address),
    /// A position that is a token: its manager's address and the token id.
    NftPosition(Address, U256),
    /// A word of a pool's usable ticks, by its number.
    TickWord(PoolId, i32),
    /// A day of a pool's tick, by the numbers of the tick and the day.
    TickDay(PoolId, i32, u32),
}

macro_rules! entities {
    ($($(#[$doc:meta])* $variant:ident($type:ty),)+) => {
        /// An entity's image. Clones share it until one of them is changed: what is kept of a block and what the next one
        /// starts with are mostly the same.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Entity {
            $($(#[$doc])* $variant(Arc<$type>),)+
        }

        $(
            impl From<$type> for Entity {
                fn from(value: $type) -> Self {
                    Self::$variant(Arc::new(value))
                }
            }

            impl EntityType for $type {
                fn of(entity: &Entity) -> Option<&Self> {
                    match entity {
                        Entity::$variant(value) => Some(value),
                        _ => None,
                    }
                }
                fn of_mut(entity: &mut Entity) -> Option<&mut Self> {
                    match entity {
                        Entity::$variant(value) => Some(Arc::make_mut(value)),
                        _ => None,
                    }
                }
            }
        )+
    };
}

/// A type of entity.
pub trait EntityType: Into<Entity> {
    /// The value inside, if the entity is of this type.
    fn of(entity: &Entity) -> Option<&Self>;
    /// The same, to change it.
    fn of_mut(entity: &mut Entity) -> Option<&mut Self>;
}

entities! {
    /// A pool.
    Pool(Pool),
    /// A tick.
    Tick(Tick),
    /// A token.
    Token(Token),
    /// An NFT balance.
    Nft(NftBalance),
    /// Totals of a DEX.
    Factory(Factory),
    /// A day of a DEX.
    ProtocolDay(ProtocolDay),
    /// A token within a DEX.
    TokenFigures(TokenFigures),
    /// A period of a pool.
    PoolInterval(PoolInterval),
    /// A period of a token.
    TokenInterval(TokenInterval),
    /// A sender of transactions.
    Account(Account),
    /// Shares of a pair's liquidity.
    LiquidityPosition(LiquidityPosition),
    /// A position that is a token.
    NftPosition(NftPosition),
    /// A word of usable ticks.
    TickWord(TickWord),
    /// A day of a tick.
    TickDay(TickDay),
}

/// What one block did to an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The entity.
    pub key: Key,
    /// Its image before the block; `None` where there was none.
    pub before: Option<Entity>,
    /// Its image after the block; `None` where it is gone.
    pub after: Option<Entity>,
}

/// What one block did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockChanges {
    /// The block.
    pub block: BlockRef,
    /// Rows it added.
    pub rows: Rows,
    /// Entities it touched, each once, ordered by key.
    pub changes: Vec<Change>,
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
