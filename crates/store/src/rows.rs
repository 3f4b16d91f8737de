//! Rows of pools, packed: what happened costs a fraction of a document.
//!
//! Collection `rows`, `_id {c, t, p, b, l, i}` (chain, kind of row, pool, position of the first row): a chunk of
//! consecutive rows of one kind and pool. Chunks belong to groups: `g {c, t, b}` names the first block of the group.
//! A group has whole blocks and about [`GROUP`] rows; chunks of different groups do not overlap in time, so the rows of
//! all pools are read group by group. A block that a reorg can take back is a group of its own: it is removed by `g`.
//! Chunks of such groups carry `s`; when nobody can take them back any more, they are merged (`upkeep`).
//!
//! `x` and `a` hold short keys of the transactions and accounts of a chunk; what they find is compared in full.

use bson::{Document, RawDocumentBuf, doc};
use domain::{
    flat::PoolRow,
    row::{
        LiquidityEvent, LiquidityPositionSnapshot, PairLiquidity, Position, PositionEvent,
        PositionSnapshot, Rows, Swap,
    },
};

use crate::{
    codec::{Num, Pid},
    documents::id_prefix,
    error::StoreError,
};

mod many;
mod merge;
mod pack;
mod query;
mod read;
#[cfg(test)]
mod tests;

pub use many::RowPage;
pub(crate) use many::{Way, chunks_for, of_transactions};
pub(crate) use merge::merged;
pub(crate) use query::Selection;
pub(crate) use read::{RawChunk, texts};

pub(crate) const COLLECTION: &str = "rows";

/// Rows of a group, roughly: reading the newest rows of all pools decodes about so many.
pub(crate) const GROUP: usize = 1_000;

/// The index of the chunks of groups that are one block each, or a few.
pub(crate) const APART: &str = "apart";

/// Kinds of rows by number. Numbers are never given a second time.
pub(crate) const KINDS: [i32; 6] = [
    Swap::KIND,
    LiquidityEvent::KIND,
    PairLiquidity::KIND,
    LiquidityPositionSnapshot::KIND,
    PositionSnapshot::KIND,
    PositionEvent::KIND,
];

/// A row that the store keeps packed.
pub trait Kept: PoolRow {
    /// Its kind.
    const KIND: i32;
}

impl Kept for Swap {
    const KIND: i32 = 1;
}

impl Kept for LiquidityEvent {
    const KIND: i32 = 2;
}

impl Kept for PairLiquidity {
    const KIND: i32 = 3;
}

impl Kept for LiquidityPositionSnapshot {
    const KIND: i32 = 4;
}

impl Kept for PositionSnapshot {
    const KIND: i32 = 5;
}

impl Kept for PositionEvent {
    const KIND: i32 = 6;
}

/// Rows of a run of blocks, on their way into chunks.
#[derive(Debug)]
pub(crate) struct Packer {
    swaps: pack::Chunks<Swap>,
    liquidity: pack::Chunks<LiquidityEvent>,
    pairs: pack::Chunks<PairLiquidity>,
    snapshots: pack::Chunks<LiquidityPositionSnapshot>,
    positions: pack::Chunks<PositionSnapshot>,
    tokens: pack::Chunks<PositionEvent>,
    /// Rows of the group under way.
    in_group: usize,
    /// Whether the group under way is a block of its own.
    apart: bool,
    done: Vec<RawDocumentBuf>,
}

impl Packer {
    pub(crate) fn new(chain: i64) -> Self {
        Self {
            swaps: pack::Chunks::new(chain),
            liquidity: pack::Chunks::new(chain),
            pairs: pack::Chunks::new(chain),
            snapshots: pack::Chunks::new(chain),
            positions: pack::Chunks::new(chain),
            tokens: pack::Chunks::new(chain),
            in_group: 0,
            apart: false,
            done: Vec::new(),
        }
    }

    /// Takes the rows of a block in; one that is `apart` begins a group.
    pub(crate) fn push(&mut self, block: u64, rows: &Rows, apart: bool) -> Result<(), StoreError> {
        if apart || self.in_group >= GROUP {
            self.close();
            self.apart = apart;
        }
        self.in_group += rows.swaps.len()
            + rows.liquidity.len()
            + rows.pair_liquidity.len()
            + rows.liquidity_snapshots.len()
            + rows.position_snapshots.len()
            + rows.position_events.len();
        self.swaps.push_all(block, &rows.swaps)?;
        self.liquidity.push_all(block, &rows.liquidity)?;
        self.pairs.push_all(block, &rows.pair_liquidity)?;
        self.snapshots.push_all(block, &rows.liquidity_snapshots)?;
        self.positions.push_all(block, &rows.position_snapshots)?;
        self.tokens.push_all(block, &rows.position_events)
    }

    fn close(&mut self) {
        self.in_group = 0;
        self.swaps.close(self.apart, &mut self.done);
        self.liquidity.close(self.apart, &mut self.done);
        self.pairs.close(self.apart, &mut self.done);
        self.snapshots.close(self.apart, &mut self.done);
        self.positions.close(self.apart, &mut self.done);
        self.tokens.close(self.apart, &mut self.done);
    }

    /// The chunks.
    pub(crate) fn finish(mut self) -> Vec<RawDocumentBuf> {
        self.close();
        self.done
    }
}

/// The index that finds groups.
pub(crate) const BY_GROUP: &str = "group";

/// The chunks of a block that is a group of its own, by [`BY_GROUP`].
pub(crate) fn of_block(chain: i64, block: u64) -> Document {
    let groups: Vec<Document> = KINDS.into_iter().map(|kind| group(chain, kind, block)).collect();
    // the ids say in which shards to look, the groups what to look for
    doc! { "_id": id_prefix(&doc! { "c": chain }), "g": { "$in": groups } }
}

/// A group.
pub(crate) fn group(chain: i64, kind: i32, first: u64) -> Document {
    doc! { "c": chain, "t": kind, "b": Num(first).bound() }
}

/// All chunks of a pool start with this.
fn of_pool(chain: i64, kind: i32, pool: domain::ids::PoolId) -> Document {
    doc! { "c": chain, "t": kind, "p": Pid(pool) }
}

/// The chunk of a pool that begins at a position.
fn id(chain: i64, kind: i32, pool: domain::ids::PoolId, first: Position) -> Document {
    let mut id = of_pool(chain, kind, pool);
    id.insert("b", Num(first.block).bound());
    id.insert("l", i64::from(first.log_index));
    id.insert("i", i64::from(first.item));
    id
}

/// The short key that one of generation `from` is in generation `to`.
pub(crate) fn rekeyed(key: i64, kind: i32, from: i64, to: i64) -> i64 {
    key ^ short(from, kind, &[]) ^ short(to, kind, &[])
}

/// A short key of a transaction or an account, different for each chain and kind of row.
fn short(chain: i64, kind: i32, bytes: &[u8]) -> i64 {
    let mut first = [0; 8];
    first.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    // an odd constant spreads small chain ids over all bits
    let salt = chain.wrapping_mul(8).wrapping_add(i64::from(kind));
    i64::from_be_bytes(first) ^ salt.wrapping_mul(0x1e37_79b9_7f4a_7c15)
}
