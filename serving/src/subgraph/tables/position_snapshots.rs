//! V3 positions whenever they changed. Of several in one block the reference has the last only.

use std::collections::{BTreeSet, VecDeque};

use alloy_primitives::{Address, B256, U256};
use domain::{
    flat::{FlatPositionSnapshot, PoolRow as _},
    ids::PoolId,
    row::{Position, PositionSnapshot, RowMeta},
};
use store::{PositionId, RowQuery};
use subgraph::{QueryError, value::Value};

use super::{events::hash_of, pools::ids_of, positions::token_id};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, addresses, id, integer},
    moment::{Moment, unread},
    table::{Coming, Table},
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
#[derive(Debug, Clone, Copy)]
enum Way {
    /// That of a position in a block.
    At(U256, u64),
    /// Those of a position, below a place.
    Of(U256, Position),
    /// Those of a transaction.
    Transaction(B256),
    /// A list. With an account it is about that one's positions alone.
    Listed(RowQuery),
}

/// How far a look has come.
#[derive(Debug)]
pub(in crate::subgraph) struct Look {
    /// Each from the newest on.
    ways: VecDeque<Way>,
    /// Older ones are not asked for, in Unix seconds.
    since: u64,
    /// Positions and blocks of which the last one came.
    came: BTreeSet<(U256, u64)>,
}

/// The position and the block that an id names: `<token>#<block>`.
fn parts(id: &Value) -> Option<(U256, u64)> {
    let Value::Text(id) = id else { return None };
    let (token, number) = id.split_once('#')?;
    // there is one spelling of a number
    let block: u64 = number.parse().ok().filter(|block: &u64| block.to_string() == number)?;
    Some((token_id(&Value::text(token))?, block))
}

/// The place above all of a block.
const fn above(block: u64) -> Position {
    Position { block: block.saturating_add(1), log_index: 0, item: 0 }
}

fn ways(at: &Moment, asked: &Asked) -> VecDeque<Way> {
    let newest = RowQuery { after: Some(at.end()), ..RowQuery::default() };
    if let Some(ids) = asked.among("id") {
        let ids: BTreeSet<(U256, u64)> = ids.iter().filter_map(parts).collect();
        return ids.into_iter().map(|(token, block)| Way::At(token, block)).collect();
    }
    if let Some(positions) = asked.among("position") {
        let tokens: BTreeSet<U256> = positions.iter().filter_map(token_id).collect();
        return tokens.into_iter().map(|token| Way::Of(token, at.end())).collect();
    }
    if let Some(transactions) = asked.among("transaction") {
        let hashes: BTreeSet<B256> = transactions.iter().filter_map(hash_of).collect();
        return hashes.into_iter().map(Way::Transaction).collect();
    }
    if let Some(owners) = asked.among("owner") {
        let of = |owner| Way::Listed(RowQuery { account: Some(owner), ..newest });
        return addresses(owners).into_iter().map(of).collect();
    }
    if let Some(pools) = asked.among("pool") {
        let pools: BTreeSet<PoolId> = ids_of(pools).collect();
        let of = |pool| Way::Listed(RowQuery { pool: Some(pool), ..newest });
        return pools.into_iter().map(of).collect();
    }
    VecDeque::from([Way::Listed(newest)])
}

impl Table for PositionSnapshots {
    type Row = SnapshotRow;
    type Look = Look;

    const KNOWS_CHANGES: bool = true;

    fn look(at: &Moment, asked: &Asked) -> (Look, Coming) {
        let ways = match at.about().position_manager {
            Some(_) => ways(at, asked),
            None => VecDeque::new(),
        };
        let (since, coming) = (asked.since(), asked.newest_first(ways.len()));
        (Look { ways, since, came: BTreeSet::new() }, coming)
    }

    async fn next(
        at: &Moment,
        look: &mut Look,
        limit: u32,
    ) -> Result<Vec<SnapshotRow>, QueryError> {
        let Some(manager) = at.about().position_manager else { return Ok(Vec::new()) };
        loop {
            let Some(way) = look.ways.pop_front() else { return Ok(Vec::new()) };
            let found = read(at, manager, way, limit).await?;
            let last = found.last().map(|row| row.meta).filter(|_| found.len() >= limit as usize);
            if let Some(last) = last.filter(|last| last.timestamp >= look.since)
                && let Some(rest) = behind(way, last.position)
            {
                look.ways.push_front(rest);
            }
            let mut rows = Vec::with_capacity(found.len());
            for row in found {
                if row.manager != manager || row.meta.position >= at.end() {
                    continue;
                }
                let is_wanted = match way {
                    // the last of the block may stand on another list, if the position went to somebody in it
                    Way::Listed(RowQuery { account: Some(owner), .. }) => {
                        row.owner == owner && is_last(at, &row).await?
                    }
                    Way::Transaction(_) => is_last(at, &row).await?,
                    Way::At(_, block) => row.meta.position.block == block,
                    // newest first: the first that comes of a block is its last
                    Way::Of(..) | Way::Listed(_) => true,
                };
                if is_wanted && look.came.insert((row.token_id, row.meta.position.block)) {
                    let (meta, pool) = (row.meta, row.pool);
                    rows.push(SnapshotRow { meta, pool, figures: row.own() });
                }
            }
            if !rows.is_empty() {
                return Ok(rows);
            }
        }
    }
}

/// The next ones on a way.
async fn read(
    at: &Moment,
    manager: Address,
    way: Way,
    limit: u32,
) -> Result<Vec<PositionSnapshot>, QueryError> {
    let snapshot = at.snapshot();
    let found = match way {
        Way::At(token_id, block) => {
            let id = PositionId { manager, token_id };
            snapshot.snapshots_of(id, Some(above(block)), 1).await
        }
        Way::Of(token_id, end) => {
            snapshot.snapshots_of(PositionId { manager, token_id }, Some(end), limit).await
        }
        Way::Transaction(hash) => snapshot.position_snapshots_by_tx(hash).await,
        Way::Listed(query) => snapshot.position_snapshots(&RowQuery { limit, ..query }).await,
    };
    found.map_err(|e| unread(&e))
}

/// What is left of a way behind a row.
const fn behind(way: Way, last: Position) -> Option<Way> {
    match way {
        Way::At(..) | Way::Transaction(_) => None,
        Way::Of(token_id, _) => Some(Way::Of(token_id, last)),
        Way::Listed(query) => Some(Way::Listed(RowQuery { after: Some(last), ..query })),
    }
}

/// Whether nothing happened to the position in the rest of the block.
async fn is_last(at: &Moment, row: &PositionSnapshot) -> Result<bool, QueryError> {
    let id = PositionId { manager: row.manager, token_id: row.token_id };
    let end = above(row.meta.position.block);
    let last = at.snapshot().snapshots_of(id, Some(end), 1).await.map_err(|e| unread(&e))?;
    Ok(last.first().is_some_and(|last| last.meta.position == row.meta.position))
}
