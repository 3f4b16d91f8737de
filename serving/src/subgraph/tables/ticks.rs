//! Ticks of V3 and V4 pools.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    entity::Tick,
    fold::{EntityType as _, Key},
    ids::PoolId,
    pricing::tick_prices,
    version::TickVersion,
};
use store::TickQuery;
use subgraph::{QueryError, value::Value};

use super::{
    gathered::{Gathered, parts, those},
    pools::{self, Pools, ids_of},
};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, id, integer},
    moment::{Moment, PoolFacts, unread},
    table::{Coming, Portions, Table, Ways},
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

/// Where ticks are looked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::subgraph) enum Way {
    /// These.
    These(Vec<(PoolId, i32)>),
    /// Of a pool from one index to another.
    Span(PoolId, i32, i32),
    /// The same of pools that are still to be found.
    Of(pools::Way, i32, i32),
}

/// The pool and the index that an id names: `<pool>#<index>`.
pub(super) fn parts_of(id: &Value) -> Option<(PoolId, i32)> {
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
    type Way = Way;

    const KNOWS_CHANGES: bool = false;

    fn ways(at: &Moment, asked: &Asked) -> Ways<Way> {
        if let Some(ids) = asked.among("id") {
            let ids: BTreeSet<(PoolId, i32)> = ids.iter().filter_map(parts_of).collect();
            return Ways::named([Way::These(ids.into_iter().collect())]);
        }
        let bound = |value, other: i32| {
            let clamped = |n: i128| n.clamp(i128::from(i32::MIN), i128::from(i32::MAX));
            whole(value).map_or(other, |n| i32::try_from(clamped(n)).unwrap_or(other))
        };
        let (from, to) =
            (bound(asked.least("tickIdx"), i32::MIN), bound(asked.most("tickIdx"), i32::MAX));
        if let Some(pools) = asked.among("pool") {
            let pools: BTreeSet<PoolId> = ids_of(pools).collect();
            let upwards = asked.is_by("tickIdx", false);
            let coming = if upwards { Coming::Sorted } else { Coming::Anyhow };
            return Ways::new(pools.into_iter().map(|pool| Way::Span(pool, from, to)), coming);
        }
        let pools = Pools::ways(at, &Asked::default()).into_ways();
        Ways::new(pools.map(|way| Way::Of(way, from, to)), Coming::Anyhow)
    }

    async fn read(
        at: &Moment,
        ways: Vec<Way>,
        limit: u32,
    ) -> Result<Vec<Portions<Self>>, QueryError> {
        let snapshot = at.snapshot();
        let mut gathered = Gathered::new(ways.len());
        let these = ways.iter().filter_map(|way| match way {
            Way::These(these) => Some(these),
            _ => None,
        });
        let mut named = BTreeMap::new();
        for some in parts(these.flatten()) {
            let found = snapshot.ticks_by_keys(&some).await.map_err(|e| unread(&e))?;
            named.extend(found.into_iter().map(|tick| ((tick.pool, tick.index), tick)));
        }
        let span = |way: &Way| match *way {
            Way::Span(pool, from, to) => Some(TickQuery { pool, from, to, limit }),
            _ => None,
        };
        let queries: Vec<TickQuery> = ways.iter().filter_map(span).collect();
        let mut spans = match queries.is_empty() {
            true => Vec::new(),
            false => snapshot.ticks_many(&queries).await.map_err(|e| unread(&e))?,
        }
        .into_iter();
        for (place, way) in ways.into_iter().enumerate() {
            match way {
                Way::These(these) => {
                    let found = those(&these, &named).into_iter().map(|(_, tick)| tick);
                    gathered.add(place, found, None);
                }
                Way::Span(pool, _, to) => {
                    let ticks = spans.next().unwrap_or_default();
                    let last = ticks.last().filter(|_| ticks.len() >= limit as usize);
                    let above = last.and_then(|last| last.index.checked_add(1));
                    let rest = above.filter(|above| *above <= to);
                    gathered.add(place, ticks, rest.map(|above| Way::Span(pool, above, to)));
                }
                Way::Of(way, from, to) => {
                    let found = pools::found(at, way).await?;
                    let spans = found.pools.into_iter().map(|pool| Way::Span(pool, from, to));
                    let rest = found.rest.into_iter().map(|way| Way::Of(way, from, to));
                    gathered.add(place, [], spans.chain(rest));
                }
            }
        }
        gathered.rows(|ticks| rows(at, ticks)).await
    }
}

/// As they were, of the DEX's pools.
async fn rows(at: &Moment, ticks: Vec<Tick>) -> Result<Vec<Option<TickRow>>, QueryError> {
    let facts = at.own_facts(ticks.iter().map(|tick| tick.pool)).await?;
    let then: Vec<Option<Tick>> = match at.past() {
        None => ticks.into_iter().map(Some).collect(),
        Some(block) => {
            let keys: Vec<Key> =
                ticks.iter().map(|tick| Key::Tick(tick.pool, tick.index)).collect();
            let then = at.snapshot().entities_at(&keys, block).await.map_err(|e| unread(&e))?;
            then.iter().map(|tick| tick.as_ref().and_then(Tick::of).cloned()).collect()
        }
    };
    let row = |tick: Tick| {
        let facts = Arc::clone(facts.get(&tick.pool)?);
        let figures = TickVersion::from(&tick);
        Some(TickRow { pool: tick.pool, facts, index: tick.index, figures })
    };
    Ok(then.into_iter().map(|tick| row(tick?)).collect())
}
