//! Hours and days of pools and tokens, days of DEXes.

use std::sync::Arc;

use alloy_primitives::Address;
use bson::{Document, RawDocumentBuf, doc};
use domain::{
    figures::{Interval, PoolInterval, ProtocolDay, TokenInterval},
    fold::{Entity, Key},
    ids::PoolId,
};

use super::{
    Snapshot,
    plan::{ID, Plan},
};
use crate::{
    codec::{Addr, Pid},
    documents::figures::{self, POOL_INTERVALS, PROTOCOL_DAYS, TOKEN_INTERVALS},
    error::StoreError,
};

/// Which periods, newest first. There are rows only of those in which something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PeriodQuery {
    /// The first period.
    pub from: u32,
    /// The last one.
    pub to: u32,
    /// At most so many.
    pub limit: u32,
}

impl Snapshot {
    /// Hours or days of a pool, each with its number.
    pub async fn pool_intervals(
        &self,
        pool: PoolId,
        kind: Interval,
        query: &PeriodQuery,
    ) -> Result<Vec<(u32, PoolInterval)>, StoreError> {
        let plan = of_pool(self.key(), pool, kind, query);
        self.periods(plan, |key, entity| match (key, entity) {
            (Key::PoolInterval(_, _, number), Entity::PoolInterval(row)) => Some((number, row)),
            _ => None,
        })
        .await
    }

    /// Hours or days of a token on one DEX, each with its number.
    pub async fn token_intervals(
        &self,
        (factory, token): (Address, Address),
        kind: Interval,
        query: &PeriodQuery,
    ) -> Result<Vec<(u32, TokenInterval)>, StoreError> {
        let plan = of_token(self.key(), (factory, token), kind, query);
        self.periods(plan, |key, entity| match (key, entity) {
            (Key::TokenInterval(_, _, _, number), Entity::TokenInterval(row)) => {
                Some((number, row))
            }
            _ => None,
        })
        .await
    }

    /// Days of a DEX, each with its number.
    pub async fn protocol_days(
        &self,
        factory: Address,
        query: &PeriodQuery,
    ) -> Result<Vec<(u32, ProtocolDay)>, StoreError> {
        let plan = of_factory(self.key(), factory, query);
        self.periods(plan, |key, entity| match (key, entity) {
            (Key::ProtocolDay(_, number), Entity::ProtocolDay(row)) => Some((number, row)),
            _ => None,
        })
        .await
    }

    /// The periods of pools with these numbers that exist: one read, whatever pools they are of.
    pub async fn pool_intervals_by_keys(
        &self,
        keys: &[(PoolId, Interval, u32)],
    ) -> Result<Vec<((PoolId, Interval, u32), PoolInterval)>, StoreError> {
        let ids: Vec<Document> = keys
            .iter()
            .map(|(pool, kind, number)| figures::pool_interval(self.key(), *pool, *kind, *number))
            .collect();
        let plan = Plan { limit: None, ..plan(POOL_INTERVALS, doc! { "$in": ids }, 0) };
        self.periods(plan, |key, entity| match (key, entity) {
            (Key::PoolInterval(pool, kind, number), Entity::PoolInterval(row)) => {
                Some(((pool, kind, number), row))
            }
            _ => None,
        })
        .await
    }

    async fn periods<K, R: Clone>(
        &self,
        plan: Plan,
        take: impl Fn(Key, Entity) -> Option<(K, Arc<R>)>,
    ) -> Result<Vec<(K, R)>, StoreError> {
        if plan.limit == Some(0) {
            return Ok(Vec::new());
        }
        let collection = plan.collection;
        taken(collection, &self.raw(plan, None).await?, &take)
    }
}

/// What documents hold.
pub(super) fn taken<K, R: Clone>(
    collection: &'static str,
    found: &[RawDocumentBuf],
    take: &impl Fn(Key, Entity) -> Option<(K, Arc<R>)>,
) -> Result<Vec<(K, R)>, StoreError> {
    let mut rows = Vec::with_capacity(found.len());
    for raw in found {
        let (key, entity) = figures::decode(collection, raw)?;
        rows.extend(take(key, entity).map(|(key, row)| (key, Arc::unwrap_or_clone(row))));
    }
    Ok(rows)
}

pub(super) fn of_pool(chain: i64, pool: PoolId, kind: Interval, query: &PeriodQuery) -> Plan {
    let of = doc! { "c": chain, "p": Pid(pool), "k": figures::interval(kind) };
    plan(POOL_INTERVALS, span(&of, query), query.limit)
}

pub(super) fn of_token(
    chain: i64,
    (factory, token): (Address, Address),
    kind: Interval,
    query: &PeriodQuery,
) -> Plan {
    let kind = figures::interval(kind);
    let of = doc! { "c": chain, "f": Addr(factory), "a": Addr(token), "k": kind };
    plan(TOKEN_INTERVALS, span(&of, query), query.limit)
}

pub(super) fn of_factory(chain: i64, factory: Address, query: &PeriodQuery) -> Plan {
    let of = doc! { "c": chain, "f": Addr(factory) };
    plan(PROTOCOL_DAYS, span(&of, query), query.limit)
}

fn span(of: &Document, query: &PeriodQuery) -> Document {
    let [from, to] = [query.from, query.to].map(|number| {
        let mut id = of.clone();
        id.insert("n", i64::from(number));
        id
    });
    doc! { "$gte": from, "$lte": to }
}

fn plan(collection: &'static str, ids: Document, limit: u32) -> Plan {
    let filter = doc! { "_id": ids };
    Plan { collection, filter, sort: doc! { "_id": -1 }, index: ID, limit: Some(limit) }
}
