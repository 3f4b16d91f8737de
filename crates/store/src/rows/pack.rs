//! Chunks in the making.

use bson::{Binary, RawArrayBuf, RawDocumentBuf, rawdoc, spec::BinarySubtype};
use domain::{flat::FlatMeta, ids::PoolId, map::Map, record::Both, row::Position};

use super::{Kept, short};
use crate::{error::StoreError, packed::Encoder};

/// Rows of a chunk at most: a page of a pool decodes about two.
const ROWS: u32 = 128;

/// A chunk that can still grow.
#[derive(Debug)]
struct Open<R: Kept> {
    pool: PoolId,
    first: Position,
    encoder: Encoder<Both<FlatMeta, R::Own>>,
    transactions: Vec<i64>,
    accounts: Vec<i64>,
}

/// The chunks of one kind in a group.
#[derive(Debug)]
pub(super) struct Chunks<R: Kept> {
    chain: i64,
    /// First block of the group, once it has a row.
    group: Option<u64>,
    last: Option<Position>,
    open: Vec<Open<R>>,
    /// The chunk of a pool that still grows.
    places: Map<PoolId, usize>,
}

impl<R: Kept> Chunks<R> {
    pub(super) fn new(chain: i64) -> Self {
        Self { chain, group: None, last: None, open: Vec::new(), places: Map::default() }
    }

    /// Adds a block's rows. They ascend: a row that is there twice is refused.
    pub(super) fn push_all(&mut self, block: u64, rows: &[R]) -> Result<(), StoreError> {
        for row in rows {
            let position = row.meta().position;
            if position.block != block || self.last.is_some_and(|last| last >= position) {
                let why = format!("row {position:?} follows {:?} in block {block}", self.last);
                return Err(StoreError::InvalidBatch { why });
            }
            self.last = Some(position);
            self.group.get_or_insert(block);
            self.push(row);
        }
        Ok(())
    }

    fn push(&mut self, row: &R) {
        let pool = row.pool();
        let fits =
            self.places.get(&pool).copied().filter(|place| {
                self.open.get(*place).is_some_and(|open| open.encoder.count() < ROWS)
            });
        let place = fits.unwrap_or_else(|| {
            self.open.push(Open {
                pool,
                first: row.meta().position,
                encoder: Encoder::new(),
                transactions: Vec::new(),
                accounts: Vec::new(),
            });
            self.places.insert(pool, self.open.len() - 1);
            self.open.len() - 1
        });
        let Some(open) = self.open.get_mut(place) else { return };
        let meta = row.meta();
        open.transactions.push(short(self.chain, R::KIND, meta.tx_hash.as_slice()));
        let others = [meta.origin, row.subject()];
        for account in row.accounts().into_iter().chain(others).flatten() {
            open.accounts.push(short(self.chain, R::KIND, account.as_slice()));
        }
        open.encoder.push(0, Some(&row.flat()));
    }

    /// Ends the group: its chunks are done. `apart`: it is to be merged later.
    pub(super) fn close(&mut self, apart: bool, done: &mut Vec<RawDocumentBuf>) {
        self.places.clear();
        let Some(group) = self.group.take() else { return };
        let block = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        for open in self.open.drain(..) {
            let Open { pool, first, encoder, transactions, accounts } = open;
            let pool = Binary { subtype: BinarySubtype::Generic, bytes: pool.as_slice().to_vec() };
            let id = rawdoc! {
                "c": self.chain, "t": R::KIND, "p": pool, "b": block(first.block),
                "l": i64::from(first.log_index), "i": i64::from(first.item),
            };
            let count = i64::from(encoder.count());
            let bytes = Binary { subtype: BinarySubtype::Generic, bytes: encoder.finish() };
            let group = rawdoc! { "c": self.chain, "t": R::KIND, "b": block(group) };
            let (x, a) = (distinct(transactions), distinct(accounts));
            done.push(if apart {
                rawdoc! { "_id": id, "g": group, "n": count, "x": x, "a": a, "v": bytes, "s": true }
            } else {
                rawdoc! { "_id": id, "g": group, "n": count, "x": x, "a": a, "v": bytes }
            });
        }
    }
}

/// Each key once.
fn distinct(mut keys: Vec<i64>) -> RawArrayBuf {
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter().collect()
}
