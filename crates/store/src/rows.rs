//! Rows of pools, packed: what happened costs a fraction of a document.
//!
//! Collection `rows`, `_id {c, t, p, b, l, i}` (chain, kind of row, pool, position of the first row): a chunk of
//! consecutive rows of one kind and pool. Chunks belong to groups: `g {c, t, b}` names the first block of the group.
//! A group has whole blocks and about [`GROUP`] rows; chunks of different groups do not overlap in time, so the rows of
//! all pools are read group by group. A block that a reorg can take back is a group of its own: it is removed by `g`.
//!
//! `x` and `a` hold short keys of the transactions and accounts of a chunk; what they find is compared in full.

use bson::{Document, RawDocumentBuf, doc};
use domain::{
    flat::PoolRow,
    fold::BlockChanges,
    row::{
        LiquidityEvent, LiquidityPositionSnapshot, PairLiquidity, Position, PositionEvent,
        PositionSnapshot, Swap,
    },
};

use crate::{
    codec::{Num, Pid},
    documents::id_prefix,
    error::StoreError,
};

mod pack;
mod query;
mod read;
#[cfg(test)]
mod tests;

pub(crate) use query::Selection;
pub(crate) use read::{RawChunk, texts};

pub(crate) const COLLECTION: &str = "rows";

/// Rows of a group, roughly: reading the newest rows of all pools decodes about so many.
const GROUP: usize = 1_000;

/// Kinds of rows by number. Numbers are never given a second time.
pub(crate) const KINDS: [i32; 6] = [
    Swap::KIND,
    LiquidityEvent::KIND,
    PairLiquidity::KIND,
    LiquidityPositionSnapshot::KIND,
    PositionSnapshot::KIND,
    PositionEvent::KIND,
];

/// A row that this collection keeps.
pub(crate) trait Kept: PoolRow {
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

/// The chunks of a batch. Blocks at or above `undo_from` are groups of their own.
pub(crate) fn encode(
    chain: i64,
    blocks: &[BlockChanges],
    undo_from: u64,
) -> Result<Vec<RawDocumentBuf>, StoreError> {
    let mut swaps = pack::Chunks::<Swap>::new(chain);
    let mut liquidity = pack::Chunks::<LiquidityEvent>::new(chain);
    let mut pairs = pack::Chunks::<PairLiquidity>::new(chain);
    let mut snapshots = pack::Chunks::<LiquidityPositionSnapshot>::new(chain);
    let mut positions = pack::Chunks::<PositionSnapshot>::new(chain);
    let mut tokens = pack::Chunks::<PositionEvent>::new(chain);
    let mut in_group = 0;
    let mut done = Vec::new();
    for changes in blocks {
        let block = changes.block.number;
        let rows = &changes.rows;
        if block >= undo_from || in_group >= GROUP {
            in_group = 0;
            swaps.close(&mut done);
            liquidity.close(&mut done);
            pairs.close(&mut done);
            snapshots.close(&mut done);
            positions.close(&mut done);
            tokens.close(&mut done);
        }
        in_group += rows.swaps.len()
            + rows.liquidity.len()
            + rows.pair_liquidity.len()
            + rows.liquidity_snapshots.len()
            + rows.position_snapshots.len()
            + rows.position_events.len();
        swaps.push_all(block, &rows.swaps)?;
        liquidity.push_all(block, &rows.liquidity)?;
        pairs.push_all(block, &rows.pair_liquidity)?;
        snapshots.push_all(block, &rows.liquidity_snapshots)?;
        positions.push_all(block, &rows.position_snapshots)?;
        tokens.push_all(block, &rows.position_events)?;
    }
    swaps.close(&mut done);
    liquidity.close(&mut done);
    pairs.close(&mut done);
    snapshots.close(&mut done);
    positions.close(&mut done);
    tokens.close(&mut done);
    Ok(done)
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
fn group(chain: i64, kind: i32, first: u64) -> Document {
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
