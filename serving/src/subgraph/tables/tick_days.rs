//! Days of V3 pools' ticks.

use std::{
    collections::{BTreeSet, VecDeque},
    mem::replace,
};

use domain::{
    figures::{Interval, TickDay},
    fold::{EntityType as _, Key},
    ids::PoolId,
};
use store::TickDayQuery;
use subgraph::{QueryError, value::Value};

use super::{
    pools::{self, Pools, ids_of},
    ticks,
};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, id, integer},
    moment::{Moment, unread},
    table::{Coming, Table},
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

/// How far a look has come.
pub(in crate::subgraph) enum Look {
    /// These are left.
    These(VecDeque<Day>),
    /// What is left of these, up to a day, and of pools that are still to be found.
    Listed(VecDeque<TickDayQuery>, Option<pools::Look>, u32),
}

/// The day that an id names: `<pool>#<tick>-<day>`.
fn parts(id: &Value) -> Option<Day> {
    let Value::Text(id) = id else { return None };
    let (tick, number) = id.rsplit_once('-')?;
    // there is one spelling of a number
    let day: u32 = number.parse().ok().filter(|day: &u32| day.to_string() == number)?;
    let (pool, tick) = ticks::parts(&Value::text(tick))?;
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
    type Look = Look;

    const KNOWS_CHANGES: bool = false;

    fn look(at: &Moment, asked: &Asked) -> (Look, Coming) {
        if let Some(ids) = asked.among("id") {
            let days: BTreeSet<Day> = ids.iter().filter_map(parts).collect();
            return (Look::These(days.into_iter().collect()), Coming::Anyhow);
        }
        let from = asked.least(START).and_then(day).unwrap_or(0);
        let to = asked.most(START).and_then(day).unwrap_or(u32::MAX);
        if let Some(ids) = asked.among("tick") {
            let ticks: BTreeSet<(PoolId, i32)> = ids.iter().filter_map(ticks::parts).collect();
            let in_order = ticks.len() <= 1 && asked.is_by(START, false);
            let of = |(pool, tick)| TickDayQuery {
                pool,
                tick: Some(tick),
                after: from.checked_sub(1).map(|before| (tick, before)),
                limit: 0,
            };
            let lists = ticks.into_iter().map(of).collect();
            let coming = if in_order { Coming::Sorted } else { Coming::Anyhow };
            return (Look::Listed(lists, None, to), coming);
        }
        if let Some(pools) = asked.among("pool") {
            let pools: BTreeSet<PoolId> = ids_of(pools).collect();
            let lists = pools.into_iter().map(of_pool).collect();
            return (Look::Listed(lists, None, to), Coming::Anyhow);
        }
        let (pools, _) = Pools::look(at, &Asked::default());
        (Look::Listed(VecDeque::new(), Some(pools), to), Coming::Anyhow)
    }

    async fn next(at: &Moment, look: &mut Look, limit: u32) -> Result<Vec<TickDayRow>, QueryError> {
        let snapshot = at.snapshot();
        loop {
            let found = match look {
                Look::These(left) => {
                    let rest = left.split_off(left.len().min(limit as usize));
                    let these: Vec<Day> = replace(left, rest).into();
                    if these.is_empty() {
                        return Ok(Vec::new());
                    }
                    snapshot.tick_days_by_keys(&these).await.map_err(|e| unread(&e))?
                }
                Look::Listed(lists, more, to) => {
                    if lists.is_empty()
                        && let Some(more) = more
                    {
                        let found = Pools::next(at, more, 1_000).await?;
                        lists.extend(found.into_iter().map(|pool| of_pool(pool.id)));
                    }
                    let Some(query) = lists.pop_front() else { return Ok(Vec::new()) };
                    let query = TickDayQuery { limit, ..query };
                    let found = snapshot.tick_days(&query).await.map_err(|e| unread(&e))?;
                    let last = found.last().map(|(tick, day, _)| (*tick, *day));
                    let last = last.filter(|_| found.len() >= limit as usize);
                    // of one tick later days follow, of a pool other ticks, too
                    let goes_on = |(_, day): &(i32, u32)| query.tick.is_none() || *day < *to;
                    if let Some(last) = last.filter(goes_on) {
                        lists.push_front(TickDayQuery { after: Some(last), ..query });
                    }
                    let of = |(tick, day, figures)| ((query.pool, tick, day), figures);
                    found.into_iter().map(of).collect()
                }
            };
            let rows = rows(at, found).await?;
            if !rows.is_empty() {
                return Ok(rows);
            }
        }
    }
}

const fn of_pool(pool: PoolId) -> TickDayQuery {
    TickDayQuery { pool, tick: None, after: None, limit: 0 }
}

/// As they were, of the DEX's pools.
async fn rows(at: &Moment, mut found: Vec<(Day, TickDay)>) -> Result<Vec<TickDayRow>, QueryError> {
    let facts = at.own_facts(found.iter().map(|((pool, ..), _)| *pool)).await?;
    found.retain(|((pool, ..), _)| facts.contains_key(pool));
    if let Some(block) = at.past() {
        let key = |((pool, tick, day), _): &(Day, TickDay)| Key::TickDay(*pool, *tick, *day);
        let keys: Vec<Key> = found.iter().map(key).collect();
        let then = at.snapshot().entities_at(&keys, block).await.map_err(|e| unread(&e))?;
        let then = then.iter().map(|one| one.as_ref().and_then(TickDay::of).cloned());
        let was = found.into_iter().zip(then);
        found = was.filter_map(|((key, _), figures)| Some((key, figures?))).collect();
    }
    Ok(found.into_iter().map(|(key, figures)| TickDayRow { key, figures }).collect())
}
