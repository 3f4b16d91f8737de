//! Pages of many lists of rows, newest first, and the rows of many transactions: a few commands, however many they are.

use std::collections::BTreeSet;

use alloy_primitives::B256;
use bson::{Bson, Document, RawDocumentBuf, doc};
use domain::row::Position;

use super::{COLLECTION, Kept, RawChunk, group, id, of_pool, query::Selection, short};
use crate::{
    documents::end_of,
    error::StoreError,
    reader::lists::{By, Lists, Part},
};

/// Chunks of a list that are read at least: one ends where the page begins, and those of newest blocks are short.
const CHUNKS: u32 = 3;
/// Chunks of a list that are read at once.
const MOST_CHUNKS: u32 = 64;
/// Rows that a chunk has, guessed low: of an account not all in it are.
const IN_A_CHUNK: u32 = 24;

/// A page of a list: rows newest first, and where it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowPage<R> {
    /// The rows.
    pub rows: Vec<R>,
    /// There may be others below this position; none: these are the last ones.
    pub rest: Option<Position>,
}

impl<R> Default for RowPage<R> {
    fn default() -> Self {
        Self { rows: Vec::new(), rest: None }
    }
}

/// How lists are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// By pool: their chunks do not overlap.
    Pool,
    /// By account.
    Account,
}

impl Way {
    /// Of a selection; none for the rows of all pools.
    pub(crate) const fn of(selection: &Selection) -> Option<Self> {
        match (selection.account, selection.pool) {
            (Some(_), _) => Some(Self::Account),
            (None, Some(_)) => Some(Self::Pool),
            (None, None) => None,
        }
    }

    /// The lists, so many chunks of each.
    pub(crate) const fn lists(self, limit: u32) -> Lists {
        let (of, by) = match self {
            Self::Pool => (None, By::Path("_id", true)),
            Self::Account => (Some("a"), By::Path("g", true)),
        };
        Lists { collection: COLLECTION, of, by, limit }
    }
}

/// Chunks that probably have so many rows.
pub(crate) fn chunks_for(rows: u32) -> u32 {
    (CHUNKS + rows / IN_A_CHUNK).min(MOST_CHUNKS)
}

impl Selection {
    /// Where its chunks stand.
    pub(crate) fn part<R: Kept>(&self, chain: i64) -> Part {
        let kind = R::KIND;
        if let Some(account) = self.account {
            let floor = doc! { "c": chain, "t": kind };
            let below = match self.before {
                // a group that begins with the block has nothing below it
                Some(Position { block, log_index: 0, item: 0 }) => group(chain, kind, block),
                Some(before) => group(chain, kind, before.block.saturating_add(1)),
                None => end_of(&floor),
            };
            let of = Bson::from(short(chain, kind, account.as_slice()));
            return Part { of, above: floor.into(), below: below.into() };
        }
        let floor = match self.pool {
            Some(pool) => of_pool(chain, kind, pool),
            None => doc! { "c": chain, "t": kind },
        };
        let below = match (self.pool, self.before) {
            (Some(pool), Some(before)) => id(chain, kind, pool, before),
            _ => end_of(&floor),
        };
        Part::between(floor, below)
    }

    /// What the first chunks of its list hold, if they hold a page: `asked` of them were wanted. Chunks of one group overlap, so
    /// of an account's lists whole groups are taken; none: not even one is whole.
    pub(crate) fn page<R: Kept>(
        &self,
        way: Way,
        chunks: &[RawDocumentBuf],
        asked: u32,
    ) -> Result<Option<RowPage<R>>, StoreError> {
        let chunks: Vec<RawChunk<'_>> =
            chunks.iter().map(|raw| RawChunk::new(raw)).collect::<Result<_, _>>()?;
        let goes_on = chunks.len() >= asked as usize;
        let mut whole = chunks.as_slice();
        let mut rest = None;
        if goes_on && let Some(last) = chunks.last() {
            match way {
                Way::Pool => rest = Some(last.first()),
                Way::Account => {
                    let end = chunks.partition_point(|chunk| chunk.group > last.group);
                    whole = chunks.get(..end).unwrap_or_default();
                    let Some(lowest) = whole.last() else { return Ok(None) };
                    rest = Some(Position { block: lowest.group, log_index: 0, item: 0 });
                }
            }
        }
        let mut rows = Vec::new();
        for chunk in whole {
            let mut of_chunk = Vec::new();
            chunk.rows::<R>(|row| self.wants::<R>(chunk.pool(), row), &mut of_chunk)?;
            of_chunk.retain(|row| self.is_of_account(row));
            rows.append(&mut of_chunk);
        }
        rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.meta().position));
        Ok(Some(RowPage { rows, rest }))
    }
}

/// The chunks that hold rows of any of these transactions, below a position.
pub(crate) fn of_transactions<R: Kept>(
    chain: i64,
    hashes: &BTreeSet<B256>,
    before: Option<Position>,
) -> Document {
    let keys: Vec<i64> = hashes.iter().map(|hash| short(chain, R::KIND, hash.as_slice())).collect();
    let floor = doc! { "c": chain, "t": R::KIND };
    let groups = match before {
        Some(before) => doc! { "$gte": floor, "$lte": group(chain, R::KIND, before.block) },
        None => doc! { "$gte": floor.clone(), "$lt": end_of(&floor) },
    };
    doc! { "x": { "$in": keys }, "g": groups }
}
