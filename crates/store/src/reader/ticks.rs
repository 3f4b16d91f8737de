//! Ranges of a pool's ticks.

use bson::doc;
use domain::{entity::Tick, ids::PoolId};

use super::{
    Snapshot,
    plan::{ID, Plan},
};
use crate::{
    documents::{Stored as _, tick},
    error::StoreError,
};

/// Which ticks of a pool, by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TickQuery {
    /// The pool.
    pub pool: PoolId,
    /// The lowest.
    pub from: i32,
    /// The highest.
    pub to: i32,
    /// At most so many.
    pub limit: u32,
}

impl Snapshot {
    /// Ticks of a pool between two, both included; those without liquidity that had some once, too.
    pub async fn ticks_between(&self, query: &TickQuery) -> Result<Vec<Tick>, StoreError> {
        self.find::<tick::Doc>(plan(self.key(), query)).await
    }
}

pub(super) fn plan(chain: i64, query: &TickQuery) -> Plan {
    let TickQuery { pool, from, to, limit } = *query;
    let ids = doc! { "$gte": tick::id(chain, pool, from), "$lte": tick::id(chain, pool, to) };
    Plan {
        collection: tick::Doc::COLLECTION,
        filter: doc! { "_id": ids },
        sort: doc! { "_id": 1 },
        index: ID,
        limit: Some(limit),
    }
}
