//! What every row document carries: `_id {c, b, l, i}` (chain, block, log index, item) and the transaction.

use bson::{Document, doc};
use domain::row::{Position, RowMeta};
use serde::{Deserialize, Serialize};

use crate::codec::{Addr, Hash, Liquidity, Num, Small};

/// Identity of a row.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Id {
    c: i64,
    b: Num,
    l: Small,
    i: Small,
}

impl Id {
    pub(crate) const fn new(chain: i64, position: Position) -> Self {
        let Position { block, log_index, item } = position;
        Self { c: chain, b: Num(block), l: Small(log_index), i: Small(item) }
    }

    pub(crate) const fn position(&self) -> Position {
        Position { block: self.b.0, log_index: self.l.0, item: self.i.0 }
    }
}

/// An `_id` as a bound of a query.
pub(crate) fn bound(chain: i64, position: Position) -> Document {
    let Position { block, log_index, item } = position;
    doc! { "c": chain, "b": Num(block).bound(), "l": i64::from(log_index), "i": i64::from(item) }
}

/// Rows of one chain below `before`, all of them without it: newest first is descending by `_id`.
pub(crate) fn older_than(chain: i64, before: Option<Position>) -> Document {
    let floor = doc! { "c": chain };
    let ceiling = before.map_or_else(|| super::end_of(&floor), |position| bound(chain, position));
    doc! { "$gte": floor, "$lt": ceiling }
}

/// When and by what a row came to be.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Tx {
    /// Block time in Unix seconds.
    ts: Num,
    /// Transaction hash.
    h: Hash,
    /// Index of the transaction.
    x: Small,
    /// Sender of the transaction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    o: Option<Addr>,
    /// Price per unit of gas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    g: Option<Liquidity>,
}

impl Tx {
    pub(crate) const fn new(meta: &RowMeta) -> Self {
        Self {
            ts: Num(meta.timestamp),
            h: Hash(meta.tx_hash),
            x: Small(meta.tx_index),
            o: match meta.origin {
                Some(origin) => Some(Addr(origin)),
                None => None,
            },
            g: match meta.gas_price {
                Some(price) => Some(Liquidity(price)),
                None => None,
            },
        }
    }

    pub(crate) const fn meta(&self, id: &Id) -> RowMeta {
        RowMeta {
            position: id.position(),
            timestamp: self.ts.0,
            tx_hash: self.h.0,
            tx_index: self.x.0,
            origin: match self.o {
                Some(origin) => Some(origin.0),
                None => None,
            },
            gas_price: match self.g {
                Some(price) => Some(price.0),
                None => None,
            },
        }
    }
}
