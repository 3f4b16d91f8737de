//! What accounts held of V2 pairs, and what it was worth, whenever that changed. Of several in one second the reference
//! has the last only.

use std::collections::BTreeSet;

use domain::{flat::FlatSnapshot, ids::PoolId, row::LiquidityPositionSnapshot};
use store::RowQuery;
use subgraph::{QueryError, value::Value};

use super::{Share, balance, id_of, ids_of, named, parts_of};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, addresses, id, integer},
    moment::Moment,
    table::{Portions, Table, Timed, Ways},
    tables::events::{Told, Way, told},
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

/// The shares and the second that an id names: `<pair>-<account><second>`.
fn at_second(id: &Value) -> Option<(Share, u64)> {
    let Value::Text(id) = id else { return None };
    let (pool, rest) = id.split_once('-')?;
    let (user, second) = rest.split_at_checked(ACCOUNT)?;
    let share = parts_of(&Value::text(&format!("{pool}-{user}")))?;
    // there is one spelling of a number
    let seconds: u64 = second.parse().ok().filter(|seconds: &u64| seconds.to_string() == second)?;
    Some((share, seconds))
}

impl Table for LiquidityPositionSnapshots {
    type Row = Told<FlatSnapshot>;
    type Way = Way;

    const KNOWS_CHANGES: bool = true;
    const TIMED: Timed = Timed::ByBlock;

    fn ways(at: &Moment, asked: &Asked) -> Ways<Way> {
        let newest = RowQuery { after: Some(asked.end(at)), ..RowQuery::default() };
        let of_share =
            |(pool, user): Share| RowQuery { pool: Some(pool), account: Some(user), ..newest };
        let mut since = asked.since();
        let shares: Option<BTreeSet<Share>> = if let Some(ids) = asked.among("id") {
            let named: Vec<(Share, u64)> = ids.iter().filter_map(at_second).collect();
            since = named.iter().map(|(_, second)| *second).min().unwrap_or(0).max(since);
            Some(named.into_iter().map(|(share, _)| share).collect())
        } else {
            let positions = asked.among("liquidityPosition");
            let shares = positions.map(|ids| ids.iter().filter_map(parts_of).collect());
            shares.or_else(|| named(asked))
        };
        let lists: Vec<RowQuery> = if let Some(shares) = shares {
            shares.into_iter().map(of_share).collect()
        } else if let Some(users) = asked.among("user") {
            let of = |user| RowQuery { account: Some(user), ..newest };
            addresses(users).into_iter().map(of).collect()
        } else if let Some(pools) = asked.among("pool") {
            let pools: BTreeSet<PoolId> = ids_of(pools).collect();
            let of = |pool| RowQuery { pool: Some(pool), ..newest };
            pools.into_iter().map(of).collect()
        } else {
            vec![newest]
        };
        let ways = lists.into_iter().map(|query| Way::Listed(query, since));
        // newest first: the first that comes of a second is its last
        Ways::new(ways, asked.newest_first()).with_repeats(true)
    }

    async fn read(
        at: &Moment,
        ways: Vec<Way>,
        limit: u32,
    ) -> Result<Vec<Portions<Self>>, QueryError> {
        // with an account a list is about that one's shares alone, and not about those of whose transactions it sent
        let is_own = |way: &Way, row: &LiquidityPositionSnapshot| match way {
            Way::Listed(RowQuery { account: Some(account), .. }, _) => row.user == *account,
            _ => true,
        };
        told::<LiquidityPositionSnapshot>(at, ways, limit, is_own).await
    }
}
