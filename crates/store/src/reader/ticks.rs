//! Ranges of pools' ticks.

use bson::{Document, RawDocumentBuf, doc};
use domain::{entity::Tick, ids::PoolId};

use super::{
    Snapshot,
    lists::{By, Lists, Part},
    plan::{ID, Plan},
};
use crate::{
    codec::Pid,
    documents::{Stored as _, decode, end_of, tick},
    error::StoreError,
};

/// Which ticks of a pool, by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

    /// The same of many ranges: one command.
    pub async fn ticks_many(&self, queries: &[TickQuery]) -> Result<Vec<Vec<Tick>>, StoreError> {
        if let [query] = queries {
            return Ok(vec![self.ticks_between(query).await?]);
        }
        let limit = queries.iter().map(|query| query.limit).max().unwrap_or(0);
        let by = By::Path("_id", false);
        let lists = Lists { collection: tick::Doc::COLLECTION, of: None, by, limit };
        let parts: Vec<Part> = queries.iter().map(|query| part(self.key(), query)).collect();
        let found = self.lists(&lists, &parts).await?;
        let ticks =
            |list: &Vec<RawDocumentBuf>| list.iter().map(|raw| decode::<tick::Doc>(raw)).collect();
        found.iter().map(ticks).collect()
    }

    /// The ticks with these pools and indexes that exist: one command.
    pub async fn ticks_by_keys(&self, keys: &[(PoolId, i32)]) -> Result<Vec<Tick>, StoreError> {
        let id = |(pool, index): &(PoolId, i32)| tick::id(self.key(), *pool, *index);
        let ids: Vec<Document> = keys.iter().map(id).collect();
        let (filter, sort) = (doc! { "_id": { "$in": ids } }, doc! { "_id": 1 });
        let plan = Plan { collection: tick::Doc::COLLECTION, filter, sort, index: ID, limit: None };
        self.find::<tick::Doc>(plan).await
    }
}

fn part(chain: i64, query: &TickQuery) -> Part {
    let TickQuery { pool, from, to, .. } = *query;
    let of_pool = doc! { "c": chain, "p": Pid(pool) };
    let above = from.checked_sub(1).map(|before| tick::id(chain, pool, before));
    let below = to.checked_add(1).map(|behind| tick::id(chain, pool, behind));
    Part::between(
        above.unwrap_or_else(|| of_pool.clone()),
        below.unwrap_or_else(|| end_of(&of_pool)),
    )
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
