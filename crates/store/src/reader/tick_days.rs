//! Days of V3 pools' ticks.

use std::sync::Arc;

use bson::doc;
use domain::{
    figures::TickDay,
    fold::{Entity, Key},
    ids::PoolId,
};

use super::{
    Snapshot,
    plan::{ID, Plan},
};
use crate::{
    codec::Pid,
    documents::{end_of, figures, id_prefix},
    error::StoreError,
};

/// Which days of ticks, by pool, then tick, then day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
        let mut found = Vec::new();
        for raw in self.raw(plan(self.key(), query), None).await? {
            if let (Key::TickDay(_, tick, day), Entity::TickDay(row)) =
                figures::decode(figures::TICK_DAYS, &raw)?
            {
                found.push((tick, day, Arc::unwrap_or_clone(row)));
            }
        }
        Ok(found)
    }
}

pub(super) fn plan(chain: i64, query: &TickDayQuery) -> Plan {
    let mut prefix = doc! { "c": chain, "p": Pid(query.pool) };
    if let Some(tick) = query.tick {
        prefix.insert("i", tick);
    }
    let after = query.after.map(|(tick, day)| figures::tick_day(chain, query.pool, tick, day));
    let ids = match after {
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
