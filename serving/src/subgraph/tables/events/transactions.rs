//! Transactions: what events say of those that they happened in.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::B256;
use domain::{
    entity::Protocol,
    flat::FlatMeta,
    ids::PoolId,
    row::{
        LiquidityEvent, LiquidityKind, LiquidityPositionSnapshot, PairLiquidity, Position,
        PositionEvent, PositionSnapshot, RowMeta, Swap,
    },
};
use store::{Kept, RowQuery, StoreError};
use subgraph::{QueryError, value::Value};

use super::{hash_of, id_of, swaps::is_heard};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, integer},
    moment::{Moment, unread},
    table::{Portion, Portions, Table, Timed, Ways},
    tables::gathered::{parts, those},
};

/// Transactions in which a pool of the DEX did something.
pub(in crate::subgraph) struct Transactions;

/// A transaction.
#[derive(Debug, Clone)]
pub(in crate::subgraph) struct TransactionRow {
    /// Of its first event.
    meta: FlatMeta,
    /// Ids of V2's events, which name their place among those of their kind.
    mints: Vec<Value>,
    burns: Vec<Value>,
    swaps: Vec<Value>,
}

impl Cells for TransactionRow {
    type Figures = FlatMeta;

    fn figures(&self) -> &FlatMeta {
        &self.meta
    }

    fn own() -> Own<Self> {
        &[
            ("id", |row| Value::Bytes(row.meta.tx_hash.into())),
            ("gasPrice", |row| Value::Integer(row.meta.gas_price.unwrap_or_default().into())),
            ("mints", |row| Value::List(row.mints.clone())),
            ("burns", |row| Value::List(row.burns.clone())),
            ("swaps", |row| Value::List(row.swaps.clone())),
            ("zero", |_| integer(0_u64)),
        ]
    }

    fn changed(&self) -> u64 {
        self.meta.block
    }
}

/// Where transactions are looked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::subgraph) enum Way {
    /// These.
    These(Vec<B256>),
    /// All below a place, from the newest on. Older ones than of a time in Unix seconds are not asked for.
    Below(Position, u64),
}

impl Table for Transactions {
    type Row = TransactionRow;
    type Way = Way;

    const KNOWS_CHANGES: bool = true;
    const TIMED: Timed = Timed::ByBlock;

    fn ways(at: &Moment, asked: &Asked) -> Ways<Way> {
        if let Some(ids) = asked.among("id") {
            let hashes: BTreeSet<B256> = ids.iter().filter_map(hash_of).collect();
            return Ways::named([Way::These(hashes.into_iter().collect())]);
        }
        Ways::new([Way::Below(asked.end(at), asked.since())], asked.newest_first())
    }

    async fn read(
        at: &Moment,
        ways: Vec<Way>,
        limit: u32,
    ) -> Result<Vec<Portions<Self>>, QueryError> {
        let named = ways.iter().filter_map(|way| match way {
            Way::These(hashes) => Some(hashes),
            Way::Below(..) => None,
        });
        let mut found = BTreeMap::new();
        for some in parts(named.flatten()) {
            let marks = marks(at, Which::Of(&some.into_iter().collect())).await?;
            let rows = rows(at, marks.into_iter().flatten().collect()).await?;
            found.extend(rows.into_iter().map(|row| (row.meta.tx_hash, row)));
        }
        let mut portions = Vec::with_capacity(ways.len());
        for way in ways {
            portions.push(match way {
                Way::These(hashes) => {
                    let rows: Vec<_> =
                        those(&hashes, &found).into_iter().map(|(_, row)| row).collect();
                    Portion { looked: rows.len(), rows, rest: Vec::new() }
                }
                Way::Below(end, since) => {
                    let (marks, rest) = newest(at, end, limit.max(64)).await?;
                    let is_old = marks.iter().any(|mark| mark.meta.timestamp < since);
                    let rest = rest.filter(|_| !is_old).map(|end| Way::Below(end, since));
                    let looked = marks.len();
                    Portion {
                        rows: rows(at, marks).await?,
                        looked,
                        rest: rest.into_iter().collect(),
                    }
                }
            });
        }
        Ok(portions)
    }
}

/// An event as far as its transaction is concerned.
#[derive(Debug, Clone, Copy)]
struct Mark {
    meta: RowMeta,
    by: By,
    /// Of a pair: what it is and its place.
    pair: Option<(Kind, u32)>,
}

/// Who tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// A pool, which has to be one of the DEX.
    Pool(PoolId),
    /// The DEX's manager of positions.
    Manager,
    /// Nobody that the reference hears.
    Nobody,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Mint,
    Burn,
    Swap,
}

/// Which events are meant.
#[derive(Debug, Clone, Copy)]
enum Which<'a> {
    Of(&'a BTreeSet<B256>),
    Newest(RowQuery),
}

impl Which<'_> {
    /// Those of a kind.
    async fn read<R: Kept + Clone + Sync>(
        self,
        at: &Moment,
        mark: impl Fn(&R) -> Mark + Send,
    ) -> Result<Vec<Mark>, QueryError> {
        let found: Result<Vec<R>, StoreError> = match self {
            Self::Of(hashes) => at.snapshot().rows_of_transactions(hashes, Some(at.end())).await,
            Self::Newest(query) => {
                let pages = at.snapshot().rows_many(&[query]).await;
                pages.map(|pages| pages.into_iter().flat_map(|page| page.rows).collect())
            }
        };
        Ok(found.map_err(|e| unread(&e))?.iter().map(mark).collect())
    }
}

/// Events that make transactions; of the newest in lists that are each in order.
async fn marks(at: &Moment, which: Which<'_>) -> Result<Vec<Vec<Mark>>, QueryError> {
    let about = at.about();
    let mut lists = vec![which.read::<Swap>(at, of_swap).await?];
    if about.protocol == Protocol::V2 {
        lists.push(which.read::<PairLiquidity>(at, of_pair).await?);
        // shares that went from one to another
        let share = |row: &LiquidityPositionSnapshot| mark(&row.meta, By::Pool(row.pool));
        lists.push(which.read(at, share).await?);
        return Ok(lists);
    }
    lists.push(which.read::<LiquidityEvent>(at, of_event).await?);
    let Some(manager) = about.position_manager else { return Ok(lists) };
    lists.push(if about.protocol == Protocol::V3 {
        let of = |row: &PositionSnapshot| mark(&row.meta, of_manager(row.manager == manager));
        which.read(at, of).await?
    } else {
        let of = |row: &PositionEvent| mark(&row.meta, of_manager(row.manager == manager));
        which.read(at, of).await?
    });
    Ok(lists)
}

/// The newest events below a place, whole blocks of them, and the place behind them.
async fn newest(
    at: &Moment,
    end: Position,
    mut limit: u32,
) -> Result<(Vec<Mark>, Option<Position>), QueryError> {
    loop {
        let query = RowQuery { after: Some(end), limit, ..RowQuery::default() };
        let lists = marks(at, Which::Newest(query)).await?;
        // at and below the lowest block that every list has reached, events of some list may be missing
        let reached = lists
            .iter()
            .filter(|list| list.len() >= limit as usize)
            .filter_map(|list| list.last())
            .map(|mark| mark.meta.position.block)
            .max();
        let mut marks: Vec<Mark> = lists.into_iter().flatten().collect();
        let Some(block) = reached else { return Ok((marks, None)) };
        marks.retain(|mark| mark.meta.position.block > block);
        if !marks.is_empty() {
            return Ok((marks, Some(Position { block: block + 1, log_index: 0, item: 0 })));
        }
        // a block with more events than are read at once
        limit = limit.saturating_mul(4);
    }
}

const fn mark(meta: &RowMeta, by: By) -> Mark {
    Mark { meta: *meta, by, pair: None }
}

const fn of_manager(is_own: bool) -> By {
    if is_own { By::Manager } else { By::Nobody }
}

const fn of_pool(pool: PoolId, is_heard: bool) -> By {
    if is_heard { By::Pool(pool) } else { By::Nobody }
}

fn of_swap(swap: &Swap) -> Mark {
    let pair = swap.pair.map(|pair| (Kind::Swap, pair.index));
    Mark { pair, ..mark(&swap.meta, of_pool(swap.pool, is_heard(swap))) }
}

fn of_pair(event: &PairLiquidity) -> Mark {
    let kind = if event.burn { Kind::Burn } else { Kind::Mint };
    Mark { pair: Some((kind, event.n)), ..mark(&event.meta, By::Pool(event.pool)) }
}

fn of_event(event: &LiquidityEvent) -> Mark {
    let is_heard = !matches!(event.kind, LiquidityKind::Flash | LiquidityKind::Donate);
    mark(&event.meta, of_pool(event.pool, is_heard))
}

/// The transactions of events, newest first.
async fn rows(at: &Moment, mut marks: Vec<Mark>) -> Result<Vec<TransactionRow>, QueryError> {
    let pools = marks.iter().filter_map(|mark| match mark.by {
        By::Pool(pool) => Some(pool),
        By::Manager | By::Nobody => None,
    });
    let facts = at.own_facts(pools.collect::<Vec<_>>()).await?;
    marks.retain(|mark| match mark.by {
        By::Pool(pool) => facts.contains_key(&pool),
        By::Manager => true,
        By::Nobody => false,
    });
    let mut by_hash: BTreeMap<(u64, u32, B256), Vec<Mark>> = BTreeMap::new();
    for mark in marks {
        let RowMeta { position, tx_index, tx_hash, .. } = mark.meta;
        by_hash.entry((position.block, tx_index, tx_hash)).or_default().push(mark);
    }
    let row = |mut marks: Vec<Mark>| {
        marks.sort_by_key(|mark| (mark.pair.map(|(_, n)| n), mark.meta.position));
        let ids = |wanted: Kind| {
            let of = |mark: &Mark| match mark.pair {
                Some((kind, n)) if kind == wanted => Some(id_of(&mark.meta, u64::from(n))),
                _ => None,
            };
            marks.iter().filter_map(of).collect::<Vec<_>>()
        };
        let first = marks.iter().map(|mark| &mark.meta).min_by_key(|meta| meta.position)?;
        Some(TransactionRow {
            meta: FlatMeta::from(first),
            mints: ids(Kind::Mint),
            burns: ids(Kind::Burn),
            swaps: ids(Kind::Swap),
        })
    };
    Ok(by_hash.into_values().rev().filter_map(row).collect())
}
