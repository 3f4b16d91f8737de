//! Ticks of V3 and V4 pools.

use std::{collections::VecDeque, sync::Arc};

use domain::{
    entity::Tick,
    fold::{EntityType as _, Key},
    ids::PoolId,
    pricing::tick_prices,
    version::TickVersion,
};
use store::TickQuery;
use subgraph::{QueryError, value::Value};

use super::pools::{self, Pools, ids_of};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, id, integer},
    moment::{Moment, PoolFacts, unread},
    table::{Coming, Table},
};

/// All ticks that ever had liquidity.
pub(in crate::subgraph) struct Ticks;

/// A tick.
#[derive(Debug, Clone)]
pub(in crate::subgraph) struct TickRow {
    pool: PoolId,
    facts: Arc<PoolFacts>,
    index: i32,
    figures: TickVersion,
}

impl Cells for TickRow {
    type Figures = TickVersion;

    fn figures(&self) -> &TickVersion {
        &self.figures
    }

    fn own() -> Own<Self> {
        &[
            ("id", |row| Value::text(&format!("{}#{}", row.pool, row.index))),
            ("pool", |row| id(row.pool)),
            ("tickIdx", |row| integer(i64::from(row.index))),
            ("price0", |row| Value::Decimal(tick_prices(row.index).0)),
            ("price1", |row| Value::Decimal(tick_prices(row.index).1)),
            ("token0", |row| Value::Bytes(row.facts.tokens[0].into())),
            ("token1", |row| Value::Bytes(row.facts.tokens[1].into())),
            ("zero", |_| integer(0_u64)),
        ]
    }

    fn changed(&self) -> u64 {
        0
    }
}

/// Ticks of a pool from one index to another.
type Span = (PoolId, i32, i32);

/// How far a look has come.
pub(in crate::subgraph) struct Look {
    spans: VecDeque<Span>,
    /// Pools that are still to be found.
    more: Option<pools::Look>,
    between: (i32, i32),
}

/// The pool and the index that an id names: `<pool>#<index>`.
pub(super) fn parts(id: &Value) -> Option<(PoolId, i32)> {
    let Value::Text(id) = id else { return None };
    let (pool, index) = id.split_once('#')?;
    let tick: i32 = index.parse().ok().filter(|tick: &i32| tick.to_string() == index)?;
    let pool = ids_of(&[Value::text(pool)]).next()?;
    Some((pool, tick))
}

fn whole(value: Option<&Value>) -> Option<i128> {
    match value? {
        Value::Integer(number) => number.to_string().parse().ok(),
        _ => None,
    }
}

impl Table for Ticks {
    type Row = TickRow;
    type Look = Look;

    const KNOWS_CHANGES: bool = false;

    fn look(at: &Moment, asked: &Asked) -> (Look, Coming) {
        let bound = |value, other: i32| {
            let clamped = |n: i128| n.clamp(i128::from(i32::MIN), i128::from(i32::MAX));
            whole(value).map_or(other, |n| i32::try_from(clamped(n)).unwrap_or(other))
        };
        let between =
            (bound(asked.least("tickIdx"), i32::MIN), bound(asked.most("tickIdx"), i32::MAX));
        if let Some(ids) = asked.among("id") {
            let ids: std::collections::BTreeSet<_> = ids.iter().filter_map(parts).collect();
            let spans = ids.into_iter().map(|(pool, index)| (pool, index, index)).collect();
            return (Look { spans, more: None, between }, Coming::Anyhow);
        }
        if let Some(pools) = asked.among("pool") {
            let pools: std::collections::BTreeSet<PoolId> = ids_of(pools).collect();
            let upwards = pools.len() <= 1 && asked.is_by("tickIdx", false);
            let spans = pools.into_iter().map(|pool| (pool, between.0, between.1)).collect();
            let coming = if upwards { Coming::Sorted } else { Coming::Anyhow };
            return (Look { spans, more: None, between }, coming);
        }
        let (pools, _) = Pools::look(at, &Asked::default());
        (Look { spans: VecDeque::new(), more: Some(pools), between }, Coming::Anyhow)
    }

    async fn next(at: &Moment, look: &mut Look, limit: u32) -> Result<Vec<TickRow>, QueryError> {
        loop {
            if look.spans.is_empty()
                && let Some(more) = &mut look.more
            {
                let (from, to) = look.between;
                let found = Pools::next(at, more, 1_000).await?;
                look.spans.extend(found.into_iter().map(|pool| (pool.id, from, to)));
            }
            let Some((pool, from, to)) = look.spans.pop_front() else { return Ok(Vec::new()) };
            let query = TickQuery { pool, from, to, limit };
            let ticks = at.snapshot().ticks_between(&query).await.map_err(|e| unread(&e))?;
            let above = ticks.last().filter(|_| ticks.len() >= limit as usize);
            if let Some(above) = above.and_then(|last| last.index.checked_add(1))
                && above <= to
            {
                look.spans.push_front((pool, above, to));
            }
            let rows = rows(at, pool, ticks).await?;
            if !rows.is_empty() {
                return Ok(rows);
            }
        }
    }
}

async fn rows(at: &Moment, pool: PoolId, ticks: Vec<Tick>) -> Result<Vec<TickRow>, QueryError> {
    let facts = at.own_facts([pool]).await?;
    let Some(facts) = facts.get(&pool) else { return Ok(Vec::new()) };
    let then: Vec<Option<Tick>> = match at.past() {
        None => ticks.into_iter().map(Some).collect(),
        Some(block) => {
            let keys: Vec<Key> = ticks.iter().map(|tick| Key::Tick(pool, tick.index)).collect();
            let then = at.snapshot().entities_at(&keys, block).await.map_err(|e| unread(&e))?;
            then.iter().map(|tick| tick.as_ref().and_then(Tick::of).cloned()).collect()
        }
    };
    let row = |tick: Tick| TickRow {
        pool,
        facts: Arc::clone(facts),
        index: tick.index,
        figures: TickVersion::from(&tick),
    };
    Ok(then.into_iter().flatten().map(row).collect())
}
