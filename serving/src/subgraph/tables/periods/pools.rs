//! Hours and days of pools.

use std::{
    collections::{BTreeMap, VecDeque},
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

use super::{Length, START, parts, span};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, id, integer},
    moment::{Moment, PoolFacts, unread},
    table::{Coming, Table},
    tables::pools::{self, Pools, ids_of},
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

/// How far a look has come.
pub(in crate::subgraph) enum Look {
    /// These rows are left.
    Rows(VecDeque<(PoolId, u32)>),
    /// What these pools have up to a period is left, and that of pools which are still to be found.
    Of(Vec<(PoolId, u32)>, Option<pools::Look>, PeriodQuery),
}

impl<L: Length> Table for PoolPeriods<L> {
    type Row = PoolPeriod;
    type Look = Look;

    const KNOWS_CHANGES: bool = false;

    fn look(at: &Moment, asked: &Asked) -> (Look, Coming) {
        if let Some(ids) = asked.among("id") {
            let keys = ids.iter().filter_map(parts);
            let keys = keys.filter_map(|(pool, number)| Some((ids_of(&[pool]).next()?, number)));
            let keys: std::collections::BTreeSet<_> = keys.collect();
            return (Look::Rows(keys.into_iter().collect()), Coming::Anyhow);
        }
        let span = span(asked, L::INTERVAL);
        if let Some(pools) = asked.among("pool") {
            let pools: std::collections::BTreeSet<PoolId> = ids_of(pools).collect();
            let newest_first = pools.len() <= 1 && asked.is_by(START, true);
            let coming = if newest_first { Coming::Sorted } else { Coming::Anyhow };
            let pools = pools.into_iter().map(|pool| (pool, span.to)).collect();
            return (Look::Of(pools, None, span), coming);
        }
        let (pools, _) = Pools::look(at, &asked.only(&["token0", "token1"]));
        (Look::Of(Vec::new(), Some(pools), span), Coming::Anyhow)
    }

    async fn next(at: &Moment, look: &mut Look, limit: u32) -> Result<Vec<PoolPeriod>, QueryError> {
        loop {
            let found = match look {
                Look::Rows(keys) => {
                    let rest = keys.split_off(keys.len().min(limit as usize));
                    let these = std::mem::replace(keys, rest);
                    if these.is_empty() {
                        return Ok(Vec::new());
                    }
                    let keys: Vec<_> =
                        these.into_iter().map(|(pool, n)| (pool, L::INTERVAL, n)).collect();
                    let found = at.snapshot().pool_intervals_by_keys(&keys).await;
                    let found = found.map_err(|e| unread(&e))?;
                    found.into_iter().map(|((pool, _, n), row)| (pool, n, row)).collect()
                }
                Look::Of(pools, more, span) => {
                    if pools.is_empty()
                        && let Some(look) = more
                    {
                        let found = Pools::next(at, look, 1_000).await?;
                        pools.extend(found.into_iter().map(|pool| (pool.id, span.to)));
                    }
                    let Some((pool, to)) = pools.pop() else { return Ok(Vec::new()) };
                    let page = PeriodQuery { to, limit, ..*span };
                    let found = at.snapshot().pool_intervals(pool, L::INTERVAL, &page).await;
                    let found = found.map_err(|e| unread(&e))?;
                    // newest first: there may be older ones
                    if found.len() >= limit as usize
                        && let Some(older) = found.last().and_then(|(last, _)| last.checked_sub(1))
                        && older >= span.from
                    {
                        pools.push((pool, older));
                    }
                    found.into_iter().map(|(n, row)| (pool, n, row)).collect()
                }
            };
            let rows = rows::<L>(at, found).await?;
            if !rows.is_empty() {
                return Ok(rows);
            }
        }
    }
}

/// As they were, with what never changes about their pools.
async fn rows<L: Length>(
    at: &Moment,
    found: Vec<(PoolId, u32, PoolInterval)>,
) -> Result<Vec<PoolPeriod>, QueryError> {
    let facts: BTreeMap<_, _> = at.own_facts(found.iter().map(|(pool, ..)| *pool)).await?;
    let figures: Vec<Option<PoolInterval>> = match at.past() {
        None => found.iter().map(|(.., figures)| Some(figures.clone())).collect(),
        Some(block) => {
            let key = |(pool, n, _): &(PoolId, u32, _)| Key::PoolInterval(*pool, L::INTERVAL, *n);
            let keys: Vec<Key> = found.iter().map(key).collect();
            let then = at.snapshot().entities_at(&keys, block).await.map_err(|e| unread(&e))?;
            then.iter().map(|row| row.as_ref().and_then(PoolInterval::of).cloned()).collect()
        }
    };
    let row =
        |((pool, number, _), figures): ((PoolId, u32, PoolInterval), Option<PoolInterval>)| {
            let facts = Arc::clone(facts.get(&pool)?);
            Some(PoolPeriod { pool, facts, length: L::INTERVAL, number, figures: figures? })
        };
    Ok(found.into_iter().zip(figures).filter_map(row).collect())
}
