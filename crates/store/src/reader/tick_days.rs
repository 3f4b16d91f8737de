//! Days of V3 pools' ticks.

use std::sync::Arc;

use bson::{Document, RawDocumentBuf, doc};
use domain::{
    figures::TickDay,
    fold::{Entity, Key},
    ids::PoolId,
};

use super::{
    Snapshot,
    lists::{By, Lists, Part},
    plan::{ID, Plan},
};
use crate::{
    codec::Pid,
    documents::{end_of, figures, id_prefix},
    error::StoreError,
};

/// Which days of ticks, by pool, then tick, then day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TickDayQuery {
    /// The pool.
    pub pool: PoolId,
    /// Of this tick only.
    pub tick: Option<i32>,
    /// Continue after this tick and day. With a tick, one of that tick's.
    pub after: Option<(i32, u32)>,
    /// At most so many.
    pub limit: u32,
}

impl Snapshot {
    /// Days of a pool's ticks, each with its tick and the number of the day.
    pub async fn tick_days(
        &self,
        query: &TickDayQuery,
    ) -> Result<Vec<(i32, u32, TickDay)>, StoreError> {
        days(&self.raw(plan(self.key(), query), None).await?)
    }

    /// The same of many pools or ticks: one command.
    pub async fn tick_days_many(
        &self,
        queries: &[TickDayQuery],
    ) -> Result<Vec<Vec<(i32, u32, TickDay)>>, StoreError> {
        if let [query] = queries {
            return Ok(vec![self.tick_days(query).await?]);
        }
        let limit = queries.iter().map(|query| query.limit).max().unwrap_or(0);
        let by = By::Path("_id", false);
        let lists = Lists { collection: figures::TICK_DAYS, of: None, by, limit };
        let parts: Vec<Part> = queries
            .iter()
            .map(|query| {
                let prefix = prefix(self.key(), query);
                let above = after(self.key(), query).unwrap_or_else(|| prefix.clone());
                Part::between(above, end_of(&prefix))
            })
            .collect();
        self.lists(&lists, &parts).await?.iter().map(|list| days(list)).collect()
    }
}

fn days(found: &[RawDocumentBuf]) -> Result<Vec<(i32, u32, TickDay)>, StoreError> {
    let mut days = Vec::with_capacity(found.len());
    for raw in found {
        if let (Key::TickDay(_, tick, day), Entity::TickDay(row)) =
            figures::decode(figures::TICK_DAYS, raw)?
        {
            days.push((tick, day, Arc::unwrap_or_clone(row)));
        }
    }
    Ok(days)
}

fn prefix(chain: i64, query: &TickDayQuery) -> Document {
    let mut prefix = doc! { "c": chain, "p": Pid(query.pool) };
    if let Some(tick) = query.tick {
        prefix.insert("i", tick);
    }
    prefix
}

fn after(chain: i64, query: &TickDayQuery) -> Option<Document> {
    query.after.map(|(tick, day)| figures::tick_day(chain, query.pool, tick, day))
}

pub(super) fn plan(chain: i64, query: &TickDayQuery) -> Plan {
    let prefix = prefix(chain, query);
    let ids = match after(chain, query) {
        Some(after) => doc! { "$gt": after, "$lt": end_of(&prefix) },
        None => id_prefix(&prefix),
    };
    Plan {
        collection: figures::TICK_DAYS,
        filter: doc! { "_id": ids },
        sort: doc! { "_id": 1 },
        index: ID,
        limit: Some(query.limit),
    }
}
