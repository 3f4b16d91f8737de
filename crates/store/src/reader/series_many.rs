//! Hours and days of many pools and tokens at once.

use std::sync::Arc;

use alloy_primitives::Address;
use bson::{Document, doc};
use domain::{
    figures::{Interval, PoolInterval, TokenInterval},
    fold::{Entity, Key},
    ids::PoolId,
};

use super::{
    PeriodQuery, Snapshot,
    lists::{By, Lists, Part},
    plan::{ID, Plan},
    series::taken,
};
use crate::{
    codec::{Addr, Pid},
    documents::{
        end_of,
        figures::{self, POOL_INTERVALS, TOKEN_INTERVALS},
    },
    error::StoreError,
};

/// Periods of one list, each with its number.
type Periods<R> = Vec<(u32, R)>;

impl Snapshot {
    /// Hours or days of pools, newest first, each with its number: one command.
    pub async fn pool_intervals_many(
        &self,
        kind: Interval,
        queries: &[(PoolId, PeriodQuery)],
    ) -> Result<Vec<Periods<PoolInterval>>, StoreError> {
        if let [(pool, query)] = queries {
            return Ok(vec![self.pool_intervals(*pool, kind, query).await?]);
        }
        let of = |pool: PoolId| {
            doc! { "c": self.key(), "p": Pid(pool), "k": figures::interval(kind) }
        };
        let parts = queries.iter().map(|(pool, query)| part(&of(*pool), query)).collect();
        let limit = queries.iter().map(|(_, query)| query.limit).max().unwrap_or(0);
        self.periods_many(POOL_INTERVALS, limit, parts, |key, entity| match (key, entity) {
            (Key::PoolInterval(_, _, number), Entity::PoolInterval(row)) => Some((number, row)),
            _ => None,
        })
        .await
    }

    /// Hours or days of tokens on one DEX, newest first, each with its number: one command.
    pub async fn token_intervals_many(
        &self,
        factory: Address,
        kind: Interval,
        queries: &[(Address, PeriodQuery)],
    ) -> Result<Vec<Periods<TokenInterval>>, StoreError> {
        if let [(token, query)] = queries {
            return Ok(vec![self.token_intervals((factory, *token), kind, query).await?]);
        }
        let of = |token: Address| {
            let kind = figures::interval(kind);
            doc! { "c": self.key(), "f": Addr(factory), "a": Addr(token), "k": kind }
        };
        let parts = queries.iter().map(|(token, query)| part(&of(*token), query)).collect();
        let limit = queries.iter().map(|(_, query)| query.limit).max().unwrap_or(0);
        self.periods_many(TOKEN_INTERVALS, limit, parts, |key, entity| match (key, entity) {
            (Key::TokenInterval(_, _, _, number), Entity::TokenInterval(row)) => {
                Some((number, row))
            }
            _ => None,
        })
        .await
    }

    /// The periods of tokens on one DEX with these numbers that exist: one command.
    pub async fn token_intervals_by_keys(
        &self,
        factory: Address,
        kind: Interval,
        keys: &[(Address, u32)],
    ) -> Result<Vec<((Address, u32), TokenInterval)>, StoreError> {
        let id = |(token, number): &(Address, u32)| {
            figures::token_interval(self.key(), factory, *token, kind, *number)
        };
        let ids: Vec<Document> = keys.iter().map(id).collect();
        let (filter, sort) = (doc! { "_id": { "$in": ids } }, doc! { "_id": 1 });
        let plan = Plan { collection: TOKEN_INTERVALS, filter, sort, index: ID, limit: None };
        let found = self.raw(plan, None).await?;
        taken(TOKEN_INTERVALS, &found, &|key, entity| match (key, entity) {
            (Key::TokenInterval(_, token, _, number), Entity::TokenInterval(row)) => {
                Some(((token, number), row))
            }
            _ => None,
        })
    }

    async fn periods_many<R: Clone>(
        &self,
        collection: &'static str,
        limit: u32,
        parts: Vec<Part>,
        take: impl Fn(Key, Entity) -> Option<(u32, Arc<R>)>,
    ) -> Result<Vec<Periods<R>>, StoreError> {
        let lists = Lists { collection, of: None, by: By::Path("_id", true), limit };
        let found = self.lists(&lists, &parts).await?;
        found.iter().map(|list| taken(collection, list, &take)).collect()
    }
}

/// Periods of one list from one to another, both included.
fn part(of: &Document, query: &PeriodQuery) -> Part {
    let numbered = |number: u32| {
        let mut id = of.clone();
        id.insert("n", i64::from(number));
        id
    };
    let above = query.from.checked_sub(1).map_or_else(|| of.clone(), numbered);
    let below = query.to.checked_add(1).map_or_else(|| end_of(of), numbered);
    Part::between(above, below)
}
