//! Transactions: what events say of those that they happened in.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use alloy_primitives::B256;
use domain::{
    entity::Protocol,
    flat::FlatMeta,
    ids::PoolId,
    row::{LiquidityEvent, LiquidityKind, PairLiquidity, Position, RowMeta, Swap},
};
use store::RowQuery;
use subgraph::{QueryError, value::Value};

use super::{hash_of, id_of, swaps::is_heard};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, integer},
    moment::{Moment, unread},
    table::{Coming, Table},
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

/// How far a look has come.
#[derive(Debug)]
pub(in crate::subgraph) enum Look {
    /// These are left.
    These(VecDeque<B256>),
    /// All below a place are left.
    Below(Option<Position>),
}

impl Table for Transactions {
    type Row = TransactionRow;
    type Look = Look;

    const KNOWS_CHANGES: bool = true;

    fn look(at: &Moment, asked: &Asked) -> (Look, Coming) {
        if let Some(ids) = asked.among("id") {
            let hashes: BTreeSet<B256> = ids.iter().filter_map(hash_of).collect();
            return (Look::These(hashes.into_iter().collect()), Coming::Anyhow);
        }
        let newest_first = ["timestamp", "blockNumber"].iter().any(|by| asked.is_by(by, true));
        let coming = if newest_first { Coming::Alike } else { Coming::Anyhow };
        (Look::Below(Some(at.end())), coming)
    }

    async fn next(
        at: &Moment,
        look: &mut Look,
        limit: u32,
    ) -> Result<Vec<TransactionRow>, QueryError> {
        loop {
            let marks = match look {
                Look::These(hashes) => {
                    let Some(hash) = hashes.pop_front() else { return Ok(Vec::new()) };
                    of_transaction(at, hash).await?
                }
                Look::Below(place) => {
                    let Some(end) = place.take() else { return Ok(Vec::new()) };
                    let (marks, rest) = newest(at, end, limit.max(64)).await?;
                    *place = rest;
                    marks
                }
            };
            let rows = rows(at, marks).await?;
            if !rows.is_empty() {
                return Ok(rows);
            }
        }
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
enum Which {
    Of(B256),
    Newest(RowQuery),
}

/// Events that make a transaction, in lists that are each in order.
async fn marks(at: &Moment, which: Which) -> Result<Vec<Vec<Mark>>, QueryError> {
    let (snapshot, about) = (at.snapshot(), at.about());
    let swaps = match which {
        Which::Of(hash) => snapshot.swaps_by_tx(hash).await,
        Which::Newest(query) => snapshot.swaps(&query).await,
    };
    let swaps = swaps.map_err(|e| unread(&e))?;
    let mut lists = vec![swaps.iter().map(of_swap).collect::<Vec<_>>()];
    if about.protocol == Protocol::V2 {
        let pairs = match which {
            Which::Of(hash) => snapshot.pair_liquidity_by_tx(hash).await,
            Which::Newest(query) => snapshot.pair_liquidity(&query).await,
        };
        lists.push(pairs.map_err(|e| unread(&e))?.iter().map(of_pair).collect());
        // shares that went from one to another
        let shares = match which {
            Which::Of(hash) => snapshot.liquidity_snapshots_by_tx(hash).await,
            Which::Newest(query) => snapshot.liquidity_snapshots(&query).await,
        };
        let shares = shares.map_err(|e| unread(&e))?;
        lists.push(shares.iter().map(|row| mark(&row.meta, By::Pool(row.pool))).collect());
        return Ok(lists);
    }
    let events = match which {
        Which::Of(hash) => snapshot.liquidity_by_tx(hash).await,
        Which::Newest(query) => snapshot.liquidity(&query).await,
    };
    lists.push(events.map_err(|e| unread(&e))?.iter().map(of_event).collect());
    let Some(manager) = about.position_manager else { return Ok(lists) };
    lists.push(if about.protocol == Protocol::V3 {
        let rows = match which {
            Which::Of(hash) => snapshot.position_snapshots_by_tx(hash).await,
            Which::Newest(query) => snapshot.position_snapshots(&query).await,
        };
        let rows = rows.map_err(|e| unread(&e))?;
        rows.iter().map(|row| mark(&row.meta, of_manager(row.manager == manager))).collect()
    } else {
        let rows = match which {
            Which::Of(hash) => snapshot.position_events_by_tx(hash).await,
            Which::Newest(query) => snapshot.position_events(&query).await,
        };
        let rows = rows.map_err(|e| unread(&e))?;
        rows.iter().map(|row| mark(&row.meta, of_manager(row.manager == manager))).collect()
    });
    Ok(lists)
}

async fn of_transaction(at: &Moment, hash: B256) -> Result<Vec<Mark>, QueryError> {
    let mut marks: Vec<Mark> = marks(at, Which::Of(hash)).await?.into_iter().flatten().collect();
    marks.retain(|mark| mark.meta.position < at.end());
    Ok(marks)
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
