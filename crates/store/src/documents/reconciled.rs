//! Collection `reconciled`: what contracts said they hold, at blocks that are named.
//!
//! | `_id` | |
//! |---|---|
//! | `{c}` | the blocks of which something is stored here and that are still on the chain, newest first |
//! | `{c, p}` | a pool, with the block it is of |
//! | `{c, f, a}` | a currency of the contract of all V4 pools, likewise |
//!
//! A document counts while its block is in the list, so a reorg takes back a block's worth by one write.

use alloy_primitives::Address;
use bson::{Document, RawDocument, doc};
use domain::{
    block::BlockRef,
    ids::PoolId,
    reconciled::{Reconciled, ReconciledCurrency},
};
use serde::{Deserialize, Serialize};

use super::{Stored, by_serde, watermark::Block};
use crate::codec::{Addr, Dec, Num, Pid, Uint};

pub(crate) const COLLECTION: &str = "reconciled";
/// Blocks that are kept in the list.
pub(crate) const BLOCKS: i32 = 64;

/// The `_id` of the list of blocks.
pub(crate) fn blocks_id(chain: i64) -> Document {
    doc! { "c": chain }
}

/// The `_id` of a pool's.
pub(crate) fn pool_id(chain: i64, pool: PoolId) -> Document {
    doc! { "c": chain, "p": Pid(pool) }
}

/// The `_id` of a currency's.
pub(crate) fn currency_id(chain: i64, manager: Address, currency: Address) -> Document {
    doc! { "c": chain, "f": Addr(manager), "a": Addr(currency) }
}

/// Identity of a chain.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct ChainId {
    c: i64,
}

/// The list of blocks as stored.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Blocks {
    _id: ChainId,
    blocks: Vec<Block>,
}

impl Blocks {
    pub(crate) fn contains(&self, block: &BlockRef) -> bool {
        self.blocks.iter().any(|known| known.domain() == *block)
    }
}

/// A block for the list.
pub(crate) fn block(block: &BlockRef) -> Result<bson::Bson, bson::error::Error> {
    bson::serialize_to_bson(&Block::new(block))
}

/// What takes a height out of the list.
pub(crate) fn without(number: u64) -> Document {
    doc! { "$pull": { "blocks": { "n": Num(number).bound() } } }
}

#[derive(Debug, Serialize, Deserialize)]
struct Id {
    c: i64,
    p: Pid,
}

/// A pool's as stored.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Doc {
    _id: Id,
    block: Block,
    /// Smallest units.
    amounts: [Uint; 2],
    /// Whole tokens.
    locked: [Dec; 2],
    usd: Dec,
    drift: [Dec; 2],
}

impl Stored for Doc {
    const COLLECTION: &'static str = COLLECTION;
    type Domain = Reconciled;

    fn from_domain(c: i64, value: &Reconciled) -> Self {
        Self {
            _id: Id { c, p: Pid(value.pool) },
            block: Block::new(&value.block),
            amounts: value.amounts.map(Uint),
            locked: value.locked.map(Dec),
            usd: Dec(value.usd),
            drift: value.drift.map(Dec),
        }
    }

    fn into_domain(self) -> Reconciled {
        Reconciled {
            pool: self._id.p.0,
            block: self.block.domain(),
            amounts: self.amounts.map(|amount| amount.0),
            locked: self.locked.map(|locked| locked.0),
            usd: self.usd.0,
            drift: self.drift.map(|drift| drift.0),
        }
    }

    fn read(raw: &RawDocument) -> Result<Self, String> {
        by_serde(raw)
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct CurrencyId {
    c: i64,
    f: Addr,
    a: Addr,
}

/// A currency's as stored.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CurrencyDoc {
    _id: CurrencyId,
    block: Block,
    held: Dec,
    in_pools: Dec,
    summed: Dec,
}

impl Stored for CurrencyDoc {
    const COLLECTION: &'static str = COLLECTION;
    type Domain = ReconciledCurrency;

    fn from_domain(c: i64, value: &ReconciledCurrency) -> Self {
        Self {
            _id: CurrencyId { c, f: Addr(value.manager), a: Addr(value.currency) },
            block: Block::new(&value.block),
            held: Dec(value.held),
            in_pools: Dec(value.in_pools),
            summed: Dec(value.summed),
        }
    }

    fn into_domain(self) -> ReconciledCurrency {
        ReconciledCurrency {
            manager: self._id.f.0,
            currency: self._id.a.0,
            block: self.block.domain(),
            held: self.held.0,
            in_pools: self.in_pools.0,
            summed: self.summed.0,
        }
    }

    fn read(raw: &RawDocument) -> Result<Self, String> {
        by_serde(raw)
    }
}
