//! V3 positions whenever they changed. Of several in one block the reference has the last only.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256, U256};
use domain::{
    flat::{FlatPositionSnapshot, PoolRow as _},
    ids::PoolId,
    row::{PositionSnapshot, RowMeta, token_key},
};
use store::RowQuery;
use subgraph::{QueryError, value::Value};

use super::{
    events::{self, above, hash_of, pages},
    gathered::{Gathered, parts, those},
    pools::ids_of,
    positions::token_id,
};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, addresses, id, integer},
    moment::{Moment, unread},
    table::{Portions, Table, Timed, Ways},
};

/// All of them, of the DEX's manager.
pub(in crate::subgraph) struct PositionSnapshots;

/// A position after one of its events.
#[derive(Debug, Clone)]
pub(in crate::subgraph) struct SnapshotRow {
    meta: RowMeta,
    pool: PoolId,
    figures: FlatPositionSnapshot,
}

impl Cells for SnapshotRow {
    type Figures = FlatPositionSnapshot;

    fn figures(&self) -> &FlatPositionSnapshot {
        &self.figures
    }

    fn own() -> Own<Self> {
        &[
            ("id", |row| {
                Value::text(&format!("{}#{}", row.figures.token_id, row.meta.position.block))
            }),
            ("pool", |row| id(row.pool)),
            ("position", |row| Value::text(&row.figures.token_id.to_string())),
            ("blockNumber", |row| integer(row.meta.position.block)),
            ("timestamp", |row| integer(row.meta.timestamp)),
            ("transaction", |row| Value::Bytes(row.meta.tx_hash.into())),
        ]
    }

    fn changed(&self) -> u64 {
        self.meta.position.block
    }
}

/// Where they are looked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::subgraph) enum Way {
    /// Those of positions in blocks.
    These(Vec<(U256, u64)>),
    /// Of a position, from the newest on: the first that comes of a block is its last.
    Of(events::Way),
    /// In another list, or in transactions: the last of a block may stand elsewhere, if the position went to somebody in it. With
    /// an account a list is about that one's positions alone.
    Elsewhere(events::Way),
}

/// The position and the block that an id names: `<token>#<block>`.
fn parts_of(id: &Value) -> Option<(U256, u64)> {
    let Value::Text(id) = id else { return None };
    let (token, number) = id.split_once('#')?;
    // there is one spelling of a number
    let block: u64 = number.parse().ok().filter(|block: &u64| block.to_string() == number)?;
    Some((token_id(&Value::text(token))?, block))
}

fn ways(at: &Moment, asked: &Asked) -> Ways<Way> {
    let newest = RowQuery { after: Some(asked.end(at)), ..RowQuery::default() };
    let listed = |query| events::Way::Listed(query, asked.since());
    if let Some(ids) = asked.among("id") {
        let ids: BTreeSet<(U256, u64)> = ids.iter().filter_map(parts_of).collect();
        return Ways::named([Way::These(ids.into_iter().collect())]);
    }
    if let Some(transactions) = asked.among("transaction") {
        let hashes: BTreeSet<B256> = transactions.iter().filter_map(hash_of).collect();
        let way = events::Way::Transactions(hashes.into_iter().collect());
        return Ways::named([Way::Elsewhere(way)]).with_repeats(true);
    }
    let of_account = |account| listed(RowQuery { account: Some(account), ..newest });
    let ways: Vec<Way> = if let Some(positions) = asked.among("position") {
        let tokens: BTreeSet<U256> = positions.iter().filter_map(token_id).collect();
        let keys: BTreeSet<Address> = tokens.into_iter().map(token_key).collect();
        keys.into_iter().map(|key| Way::Of(of_account(key))).collect()
    } else if let Some(owners) = asked.among("owner") {
        addresses(owners).into_iter().map(|owner| Way::Elsewhere(of_account(owner))).collect()
    } else if let Some(pools) = asked.among("pool") {
        let pools: BTreeSet<PoolId> = ids_of(pools).collect();
        let of = |pool| Way::Of(listed(RowQuery { pool: Some(pool), ..newest }));
        pools.into_iter().map(of).collect()
    } else {
        vec![Way::Of(listed(newest))]
    };
    Ways::new(ways, asked.newest_first()).with_repeats(true)
}

impl Table for PositionSnapshots {
    type Row = SnapshotRow;
    type Way = Way;

    const KNOWS_CHANGES: bool = true;
    const TIMED: Timed = Timed::ByBlock;

    fn ways(at: &Moment, asked: &Asked) -> Ways<Way> {
        match at.about().position_manager {
            Some(_) => ways(at, asked),
            None => Ways::none(),
        }
    }

    async fn read(
        at: &Moment,
        ways: Vec<Way>,
        limit: u32,
    ) -> Result<Vec<Portions<Self>>, QueryError> {
        let Some(manager) = at.about().position_manager else { return Ok(Vec::new()) };
        let these = ways.iter().filter_map(|way| match way {
            Way::These(these) => Some(these),
            Way::Of(_) | Way::Elsewhere(_) => None,
        });
        let mut named = BTreeMap::new();
        for some in parts(these.flatten()) {
            named.extend(lasts(at, some).await?);
        }
        let listed = ways.iter().filter_map(|way| match way {
            Way::Of(way) | Way::Elsewhere(way) => Some(way.clone()),
            Way::These(_) => None,
        });
        let listed: Vec<events::Way> = listed.collect();
        let mut pages = pages::<PositionSnapshot>(at, &listed, limit).await?.into_iter();
        let mut gathered = Gathered::new(ways.len());
        for (place, way) in ways.into_iter().enumerate() {
            if let Way::These(these) = &way {
                let found = those(these, &named).into_iter().map(|(_, row)| Some((row, true)));
                gathered.add(place, found, None);
                continue;
            }
            let (rows, rest) = pages.next().unwrap_or_default();
            let (owner, is_sure) = match &way {
                Way::Elsewhere(events::Way::Listed(query, _)) => (query.account, false),
                Way::Elsewhere(_) => (None, false),
                _ => (None, true),
            };
            let own = |row: PositionSnapshot| {
                let is_own = row.manager == manager && owner.is_none_or(|owner| row.owner == owner);
                is_own.then_some((row, is_sure))
            };
            let rest = rest.map(|rest| match is_sure {
                true => Way::Of(rest),
                false => Way::Elsewhere(rest),
            });
            gathered.add(place, rows.into_iter().map(own), rest);
        }
        gathered.rows(|found| rows(at, found)).await
    }
}

/// Those that are the last ones of their positions in their blocks.
async fn rows(
    at: &Moment,
    found: Vec<Option<(PositionSnapshot, bool)>>,
) -> Result<Vec<Option<SnapshotRow>>, QueryError> {
    let unsure = found.iter().flatten().filter(|(_, is_sure)| !*is_sure);
    let unsure: BTreeSet<(U256, u64)> =
        unsure.map(|(row, _)| (row.token_id, row.meta.position.block)).collect();
    let lasts = lasts(at, unsure.into_iter().collect()).await?;
    let row = |(row, is_sure): (PositionSnapshot, bool)| {
        let last = || lasts.get(&(row.token_id, row.meta.position.block));
        let is_last = is_sure || last().is_some_and(|last| last.meta.position == row.meta.position);
        is_last.then(|| SnapshotRow { meta: row.meta, pool: row.pool, figures: row.own() })
    };
    Ok(found.into_iter().map(|found| row(found?)).collect())
}

/// The last snapshots of positions in blocks, where there is one.
async fn lasts(
    at: &Moment,
    mut left: Vec<(U256, u64)>,
) -> Result<BTreeMap<(U256, u64), PositionSnapshot>, QueryError> {
    let Some(manager) = at.about().position_manager else { return Ok(BTreeMap::new()) };
    left.retain(|(_, block)| *block < at.end().block);
    let mut found = BTreeMap::new();
    let of = |&(token, block): &(U256, u64)| RowQuery {
        account: Some(token_key(token)),
        after: Some(above(block)),
        limit: 1,
        ..RowQuery::default()
    };
    let mut queries: Vec<RowQuery> = left.iter().map(of).collect();
    while !queries.is_empty() {
        let pages = at.snapshot().rows_many::<PositionSnapshot>(&queries).await;
        let pages = pages.map_err(|e| unread(&e))?;
        let mut open = (Vec::new(), Vec::new());
        for ((key, query), page) in left.into_iter().zip(queries).zip(pages) {
            let is_its = |row: &&PositionSnapshot| row.manager == manager && row.token_id == key.0;
            match (page.rows.iter().find(is_its), page.rest) {
                (Some(row), _) if row.meta.position.block == key.1 => {
                    found.insert(key, row.clone());
                }
                // strangers that are listed under the same key
                (None, Some(rest)) if rest.block >= key.1 => {
                    open.0.push(key);
                    open.1.push(RowQuery { after: Some(rest), ..query });
                }
                _ => {}
            }
        }
        (left, queries) = open;
    }
    Ok(found)
}
