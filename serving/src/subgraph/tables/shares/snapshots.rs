//! What accounts held of V2 pairs, and what it was worth, whenever that changed. Of several in one second the reference
//! has the last only.

use std::collections::{BTreeSet, VecDeque};

use alloy_primitives::Address;
use domain::{
    flat::{FlatSnapshot, PoolRow as _},
    ids::PoolId,
    row::LiquidityPositionSnapshot,
};
use store::RowQuery;
use subgraph::{QueryError, value::Value};

use super::{Share, balance, id_of, ids_of, named, parts};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, addresses, id, integer},
    moment::{Moment, unread},
    table::{Coming, Table},
    tables::events::Told,
};

/// Length of an account's id.
const ACCOUNT: usize = 42;

/// All of them.
pub(in crate::subgraph) struct LiquidityPositionSnapshots;

impl Cells for Told<FlatSnapshot> {
    type Figures = FlatSnapshot;

    fn figures(&self) -> &FlatSnapshot {
        &self.figures
    }

    fn own() -> Own<Self> {
        &[
            ("id", |row| {
                let (user, timestamp) = (row.figures.user, row.meta.timestamp);
                Value::text(&format!("{}-{user:#x}{timestamp}", row.pool))
            }),
            ("liquidityPosition", |row| id_of((row.pool, row.figures.user))),
            ("timestamp", |row| integer(row.meta.timestamp)),
            ("block", |row| integer(row.meta.position.block)),
            ("pool", |row| id(row.pool)),
            ("liquidityTokenBalance", |row| balance(row.figures.balance)),
        ]
    }

    fn changed(&self) -> u64 {
        self.meta.position.block
    }
}

/// How far a look has come.
#[derive(Debug)]
pub(in crate::subgraph) struct Look {
    /// What is left, each list from the newest on. With an account it is about that one's shares alone.
    lists: VecDeque<RowQuery>,
    /// Older ones are not asked for, in Unix seconds.
    since: u64,
    /// Those of which the last of a second came.
    came: BTreeSet<(PoolId, Address, u64)>,
}

/// The shares and the second that an id names: `<pair>-<account><second>`.
fn at_second(id: &Value) -> Option<(Share, u64)> {
    let Value::Text(id) = id else { return None };
    let (pool, rest) = id.split_once('-')?;
    let (user, second) = rest.split_at_checked(ACCOUNT)?;
    let share = parts(&Value::text(&format!("{pool}-{user}")))?;
    // there is one spelling of a number
    let seconds: u64 = second.parse().ok().filter(|seconds: &u64| seconds.to_string() == second)?;
    Some((share, seconds))
}

impl Table for LiquidityPositionSnapshots {
    type Row = Told<FlatSnapshot>;
    type Look = Look;

    const KNOWS_CHANGES: bool = true;

    fn look(at: &Moment, asked: &Asked) -> (Look, Coming) {
        let newest = RowQuery { after: Some(at.end()), ..RowQuery::default() };
        let of_share =
            |(pool, user): Share| RowQuery { pool: Some(pool), account: Some(user), ..newest };
        let mut since = asked.since();
        let shares: Option<BTreeSet<Share>> = if let Some(ids) = asked.among("id") {
            let named: Vec<(Share, u64)> = ids.iter().filter_map(at_second).collect();
            since = named.iter().map(|(_, second)| *second).min().unwrap_or(0).max(since);
            Some(named.into_iter().map(|(share, _)| share).collect())
        } else {
            let positions = asked.among("liquidityPosition");
            let shares = positions.map(|ids| ids.iter().filter_map(parts).collect());
            shares.or_else(|| named(asked))
        };
        let lists: VecDeque<RowQuery> = if let Some(shares) = shares {
            shares.into_iter().map(of_share).collect()
        } else if let Some(users) = asked.among("user") {
            let of = |user| RowQuery { account: Some(user), ..newest };
            addresses(users).into_iter().map(of).collect()
        } else if let Some(pools) = asked.among("pool") {
            let pools: BTreeSet<PoolId> = ids_of(pools).collect();
            let of = |pool| RowQuery { pool: Some(pool), ..newest };
            pools.into_iter().map(of).collect()
        } else {
            VecDeque::from([newest])
        };
        let coming = asked.newest_first(lists.len());
        (Look { lists, since, came: BTreeSet::new() }, coming)
    }

    async fn next(at: &Moment, look: &mut Look, limit: u32) -> Result<Vec<Self::Row>, QueryError> {
        let snapshot = at.snapshot();
        loop {
            let Some(query) = look.lists.pop_front() else { return Ok(Vec::new()) };
            let query = RowQuery { limit, ..query };
            let found = snapshot.liquidity_snapshots(&query).await;
            let mut found = found.map_err(|e| unread(&e))?;
            let last = found.last().map(|row| row.meta).filter(|_| found.len() >= limit as usize);
            if let Some(last) = last.filter(|last| last.timestamp >= look.since) {
                look.lists.push_front(RowQuery { after: Some(last.position), ..query });
            }
            // an account's list has those of others, too, whose transactions it sent
            found.retain(|row| query.account.is_none_or(|account| row.user == account));
            // newest first: the first that comes of a second is its last
            found.retain(|row| look.came.insert((row.pool, row.user, row.meta.timestamp)));
            let rows = rows(at, &found).await?;
            if !rows.is_empty() {
                return Ok(rows);
            }
        }
    }
}

/// Those of the DEX's pairs.
async fn rows(
    at: &Moment,
    found: &[LiquidityPositionSnapshot],
) -> Result<Vec<Told<FlatSnapshot>>, QueryError> {
    let facts = at.own_facts(found.iter().map(|row| row.pool)).await?;
    let told = |row: &LiquidityPositionSnapshot| {
        let facts = facts.get(&row.pool)?.clone();
        Some(Told { meta: row.meta, pool: row.pool, facts, figures: row.own() })
    };
    Ok(found.iter().filter_map(told).collect())
}
