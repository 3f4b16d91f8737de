//! Hours and days of pools.

use std::{
    collections::{BTreeMap, BTreeSet},
    marker::PhantomData,
    sync::Arc,
};

use domain::{
    figures::{Interval, PoolInterval},
    fold::{EntityType as _, Key},
    ids::PoolId,
};
use store::PeriodQuery;
use subgraph::{QueryError, value::Value};

use super::{Length, START, older, parts_of, span};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, id, integer},
    moment::{Moment, PoolFacts, unread},
    table::{Coming, Portions, Table, Timed, Ways},
    tables::{
        gathered::{Gathered, parts, those},
        pools::{self, Pools, ids_of},
    },
};

/// Periods of this length.
pub(in crate::subgraph) struct PoolPeriods<L>(PhantomData<L>);

/// A period of a pool.
#[derive(Debug, Clone)]
pub(in crate::subgraph) struct PoolPeriod {
    pool: PoolId,
    facts: Arc<PoolFacts>,
    length: Interval,
    number: u32,
    figures: PoolInterval,
}

impl Cells for PoolPeriod {
    type Figures = PoolInterval;

    fn figures(&self) -> &PoolInterval {
        &self.figures
    }

    fn own() -> Own<Self> {
        &[
            ("id", |row| Value::text(&format!("{}-{}", row.pool, row.number))),
            ("pool", |row| id(row.pool)),
            (START, |row| integer(row.length.start(row.number))),
            ("token0", |row| Value::Bytes(row.facts.tokens[0].into())),
            ("token1", |row| Value::Bytes(row.facts.tokens[1].into())),
        ]
    }

    fn changed(&self) -> u64 {
        0
    }
}

/// Where periods are looked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::subgraph) enum Way {
    /// These.
    These(Vec<(PoolId, u32)>),
    /// Of a pool, from the newest on.
    Of(PoolId, PeriodQuery),
    /// The same of pools that are still to be found.
    OfPools(pools::Way, PeriodQuery),
}

impl<L: Length> Table for PoolPeriods<L> {
    type Row = PoolPeriod;
    type Way = Way;

    const KNOWS_CHANGES: bool = false;
    const TIMED: Timed = Timed::ByTime;

    fn ways(at: &Moment, asked: &Asked) -> Ways<Way> {
        if let Some(ids) = asked.among("id") {
            let keys = ids.iter().filter_map(parts_of);
            let keys = keys.filter_map(|(pool, number)| Some((ids_of(&[pool]).next()?, number)));
            let keys: BTreeSet<_> = keys.collect();
            return Ways::named([Way::These(keys.into_iter().collect())]);
        }
        let span = span(asked, L::INTERVAL);
        if let Some(pools) = asked.among("pool") {
            let pools: BTreeSet<PoolId> = ids_of(pools).collect();
            let newest_first = asked.is_by(START, true);
            let coming = if newest_first { Coming::Sorted } else { Coming::Anyhow };
            return Ways::new(pools.into_iter().map(|pool| Way::Of(pool, span)), coming);
        }
        let pools = Pools::ways(at, &asked.only(&["token0", "token1"]));
        let repeats = pools.may_repeat();
        let ways = pools.into_ways().map(|way| Way::OfPools(way, span));
        Ways::new(ways, Coming::Anyhow).with_repeats(repeats)
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
            let keys: Vec<_> = some.into_iter().map(|(pool, n)| (pool, L::INTERVAL, n)).collect();
            let found = snapshot.pool_intervals_by_keys(&keys).await.map_err(|e| unread(&e))?;
            named.extend(found.into_iter().map(|((pool, _, n), row)| ((pool, n), row)));
        }
        let of = |way: &Way| match way {
            Way::Of(pool, span) => Some((*pool, PeriodQuery { limit, ..*span })),
            _ => None,
        };
        let queries: Vec<(PoolId, PeriodQuery)> = ways.iter().filter_map(of).collect();
        let mut lists = match queries.is_empty() {
            true => Vec::new(),
            false => {
                let found = snapshot.pool_intervals_many(L::INTERVAL, &queries).await;
                found.map_err(|e| unread(&e))?
            }
        }
        .into_iter();
        for (place, way) in ways.into_iter().enumerate() {
            match way {
                Way::These(these) => gathered.add(place, those(&these, &named), None),
                Way::Of(pool, span) => {
                    let found = lists.next().unwrap_or_default();
                    let rest = older(&found, &span, limit).map(|span| Way::Of(pool, span));
                    gathered.add(place, found.into_iter().map(|(n, row)| ((pool, n), row)), rest);
                }
                Way::OfPools(way, span) => {
                    let found = pools::found(at, way).await?;
                    let lists = found.pools.into_iter().map(|pool| Way::Of(pool, span));
                    let rest = found.rest.into_iter().map(|way| Way::OfPools(way, span));
                    gathered.add(place, [], lists.chain(rest));
                }
            }
        }
        gathered.rows(|found| rows::<L>(at, found)).await
    }
}

/// As they were, with what never changes about their pools.
async fn rows<L: Length>(
    at: &Moment,
    found: Vec<((PoolId, u32), PoolInterval)>,
) -> Result<Vec<Option<PoolPeriod>>, QueryError> {
    let facts = at.own_facts(found.iter().map(|((pool, _), _)| *pool)).await?;
    let row = |(pool, number): (PoolId, u32), figures: PoolInterval| {
        let facts = Arc::clone(facts.get(&pool)?);
        Some(PoolPeriod { pool, facts, length: L::INTERVAL, number, figures })
    };
    let Some(block) = at.past() else {
        return Ok(found.into_iter().map(|(key, figures)| row(key, figures)).collect());
    };
    let key = |((pool, n), _): &((PoolId, u32), _)| Key::PoolInterval(*pool, L::INTERVAL, *n);
    let keys: Vec<Key> = found.iter().map(key).collect();
    let then = at.snapshot().entities_at(&keys, block).await.map_err(|e| unread(&e))?;
    let then = then.iter().map(|one| one.as_ref().and_then(PoolInterval::of).cloned());
    Ok(found.into_iter().zip(then).map(|((key, _), then)| row(key, then?)).collect())
}
