//! Days of V3 pools' ticks.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    figures::{Interval, TickDay},
    fold::{EntityType as _, Key},
    ids::PoolId,
};
use store::TickDayQuery;
use subgraph::{QueryError, value::Value};

use super::{
    gathered::{Gathered, parts, those},
    pools::{self, Pools, ids_of},
    ticks,
};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, id, integer},
    moment::{Moment, unread},
    table::{Coming, Portions, Table, Timed, Ways},
};

/// The column of a day's beginning, in Unix seconds.
const START: &str = "start";

/// Days on which something happened at a tick.
pub(in crate::subgraph) struct TickDays;

/// Pool, tick and number of a day.
type Day = (PoolId, i32, u32);

/// A day of a tick.
#[derive(Debug, Clone)]
pub(in crate::subgraph) struct TickDayRow {
    key: Day,
    figures: TickDay,
}

impl Cells for TickDayRow {
    type Figures = TickDay;

    fn figures(&self) -> &TickDay {
        &self.figures
    }

    fn own() -> Own<Self> {
        &[
            ("id", |row| {
                let (pool, tick, day) = row.key;
                Value::text(&format!("{pool}#{tick}-{day}"))
            }),
            (START, |row| integer(Interval::Day.start(row.key.2))),
            ("pool", |row| id(row.key.0)),
            ("tick", |row| Value::text(&format!("{}#{}", row.key.0, row.key.1))),
            ("zero", |_| integer(0_u64)),
        ]
    }

    fn changed(&self) -> u64 {
        0
    }
}

/// Where days are looked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::subgraph) enum Way {
    /// These.
    These(Vec<Day>),
    /// In a list, of one tick up to a day.
    Listed(TickDayQuery, u32),
    /// Of pools that are still to be found.
    Of(pools::Way),
}

/// The day that an id names: `<pool>#<tick>-<day>`.
fn parts_of(id: &Value) -> Option<Day> {
    let Value::Text(id) = id else { return None };
    let (tick, number) = id.rsplit_once('-')?;
    // there is one spelling of a number
    let day: u32 = number.parse().ok().filter(|day: &u32| day.to_string() == number)?;
    let (pool, tick) = ticks::parts_of(&Value::text(tick))?;
    Some((pool, tick, day))
}

/// The day that holds a time; the first one of times before it.
fn day(seconds: &Value) -> Option<u32> {
    let seconds: i128 = match seconds {
        Value::Int(seconds) => i128::from(*seconds),
        Value::Integer(number) => number.to_string().parse().ok()?,
        _ => return None,
    };
    let seconds = u64::try_from(seconds.max(0)).unwrap_or(u64::MAX);
    Some(Interval::Day.period(seconds))
}

impl Table for TickDays {
    type Row = TickDayRow;
    type Way = Way;

    const KNOWS_CHANGES: bool = false;
    const TIMED: Timed = Timed::ByTime;

    fn ways(at: &Moment, asked: &Asked) -> Ways<Way> {
        if let Some(ids) = asked.among("id") {
            let days: BTreeSet<Day> = ids.iter().filter_map(parts_of).collect();
            return Ways::named([Way::These(days.into_iter().collect())]);
        }
        let from = asked.least(START).and_then(day).unwrap_or(0);
        let to = asked.most(START).and_then(day).unwrap_or(u32::MAX);
        let to = asked.until().map_or(to, |time| to.min(Interval::Day.period(time)));
        if let Some(ids) = asked.among("tick") {
            let ticks: BTreeSet<(PoolId, i32)> = ids.iter().filter_map(ticks::parts_of).collect();
            let of = |(pool, tick)| {
                let after = from.checked_sub(1).map(|before| (tick, before));
                Way::Listed(TickDayQuery { pool, tick: Some(tick), after, limit: 0 }, to)
            };
            let in_order = asked.is_by(START, false);
            let coming = if in_order { Coming::Sorted } else { Coming::Anyhow };
            return Ways::new(ticks.into_iter().map(of), coming);
        }
        if let Some(pools) = asked.among("pool") {
            let pools: BTreeSet<PoolId> = ids_of(pools).collect();
            return Ways::new(pools.into_iter().map(of_pool), Coming::Anyhow);
        }
        let pools = Pools::ways(at, &Asked::default()).into_ways();
        Ways::new(pools.map(Way::Of), Coming::Anyhow)
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
            named.extend(snapshot.tick_days_by_keys(&some).await.map_err(|e| unread(&e))?);
        }
        let listed = |way: &Way| match way {
            Way::Listed(query, _) => Some(TickDayQuery { limit, ..*query }),
            _ => None,
        };
        let queries: Vec<TickDayQuery> = ways.iter().filter_map(listed).collect();
        let mut lists = match queries.is_empty() {
            true => Vec::new(),
            false => snapshot.tick_days_many(&queries).await.map_err(|e| unread(&e))?,
        }
        .into_iter();
        for (place, way) in ways.into_iter().enumerate() {
            match way {
                Way::These(these) => gathered.add(place, those(&these, &named), None),
                Way::Listed(query, to) => {
                    let found = lists.next().unwrap_or_default();
                    let last = found.last().map(|(tick, day, _)| (*tick, *day));
                    let last = last.filter(|_| found.len() >= limit as usize);
                    // of one tick later days follow, of a pool other ticks, too
                    let rest = last.filter(|(_, day)| query.tick.is_none() || *day < to);
                    let rest = rest.map(|last| TickDayQuery { after: Some(last), ..query });
                    let of = |(tick, day, figures)| ((query.pool, tick, day), figures);
                    let rest = rest.map(|query| Way::Listed(query, to));
                    gathered.add(place, found.into_iter().map(of), rest);
                }
                Way::Of(way) => {
                    let found = pools::found(at, way).await?;
                    let lists = found.pools.into_iter().map(of_pool);
                    gathered.add(place, [], lists.chain(found.rest.into_iter().map(Way::Of)));
                }
            }
        }
        gathered.rows(|found| rows(at, found)).await
    }
}

const fn of_pool(pool: PoolId) -> Way {
    Way::Listed(TickDayQuery { pool, tick: None, after: None, limit: 0 }, u32::MAX)
}

/// As they were, of the DEX's pools.
async fn rows(
    at: &Moment,
    found: Vec<(Day, TickDay)>,
) -> Result<Vec<Option<TickDayRow>>, QueryError> {
    let facts = at.own_facts(found.iter().map(|((pool, ..), _)| *pool)).await?;
    let row = |key: Day, figures: TickDay| {
        facts.contains_key(&key.0).then_some(TickDayRow { key, figures })
    };
    let Some(block) = at.past() else {
        return Ok(found.into_iter().map(|(key, figures)| row(key, figures)).collect());
    };
    let key = |((pool, tick, day), _): &(Day, TickDay)| Key::TickDay(*pool, *tick, *day);
    let keys: Vec<Key> = found.iter().map(key).collect();
    let then = at.snapshot().entities_at(&keys, block).await.map_err(|e| unread(&e))?;
    let then = then.iter().map(|one| one.as_ref().and_then(TickDay::of).cloned());
    Ok(found.into_iter().zip(then).map(|((key, _), then)| row(key, then?)).collect())
}
