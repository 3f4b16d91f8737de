//! Transactions: what events say of those that they happened in.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use alloy_primitives::B256;
use domain::{
    entity::Protocol,
    flat::FlatMeta,
    ids::PoolId,
    row::{Position, RowMeta},
};
use store::RowQuery;
use subgraph::{QueryError, value::Value};

use super::{hash_of, id_of};
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
    pool: PoolId,
    /// Of a pair: what it is and its place.
    pair: Option<(Kind, u32)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Mint,
    Burn,
    Swap,
}

async fn of_transaction(at: &Moment, hash: B256) -> Result<Vec<Mark>, QueryError> {
    let snapshot = at.snapshot();
    let swaps = snapshot.swaps_by_tx(hash).await.map_err(|e| unread(&e))?;
    let mut marks: Vec<Mark> = swaps.iter().map(of_swap).collect();
    if at.about().protocol == Protocol::V2 {
        let pairs = snapshot.pair_liquidity_by_tx(hash).await.map_err(|e| unread(&e))?;
        marks.extend(pairs.iter().map(of_pair));
    } else {
        let events = snapshot.liquidity_by_tx(hash).await.map_err(|e| unread(&e))?;
        marks.extend(events.iter().map(|event| of_event(&event.meta, event.pool)));
    }
    marks.retain(|mark| mark.meta.position < at.end());
    Ok(marks)
}

/// The newest events below a place, whole transactions of them, and the place behind them.
async fn newest(
    at: &Moment,
    end: Position,
    limit: u32,
) -> Result<(Vec<Mark>, Option<Position>), QueryError> {
    let snapshot = at.snapshot();
    let query = RowQuery { after: Some(end), limit, ..RowQuery::default() };
    let swaps = snapshot.swaps(&query).await.map_err(|e| unread(&e))?;
    let mut lists = vec![swaps.iter().map(of_swap).collect::<Vec<_>>()];
    if at.about().protocol == Protocol::V2 {
        let pairs = snapshot.pair_liquidity(&query).await.map_err(|e| unread(&e))?;
        lists.push(pairs.iter().map(of_pair).collect());
    } else {
        let events = snapshot.liquidity(&query).await.map_err(|e| unread(&e))?;
        lists.push(events.iter().map(|event| of_event(&event.meta, event.pool)).collect());
    }
    // below the lowest place that every list has reached, events of some list may be missing
    let reached = lists
        .iter()
        .filter(|list| list.len() >= limit as usize)
        .filter_map(|list| list.last())
        .map(|mark| mark.meta.position.block)
        .max();
    let mut marks: Vec<Mark> = lists.into_iter().flatten().collect();
    let Some(block) = reached else { return Ok((marks, None)) };
    marks.retain(|mark| mark.meta.position.block > block);
    if marks.is_empty() {
        // a block with more events than are read at once: all of it
        let (mut whole, rest) = Box::pin(newest(at, end, limit.saturating_mul(4))).await?;
        whole.retain(|mark| mark.meta.position.block >= block);
        return Ok((whole, rest));
    }
    Ok((marks, Some(Position { block: block + 1, log_index: 0, item: 0 })))
}

fn of_swap(swap: &domain::row::Swap) -> Mark {
    let pair = swap.pair.map(|pair| (Kind::Swap, pair.index));
    Mark { meta: swap.meta, pool: swap.pool, pair }
}

fn of_pair(event: &domain::row::PairLiquidity) -> Mark {
    let kind = if event.burn { Kind::Burn } else { Kind::Mint };
    Mark { meta: event.meta, pool: event.pool, pair: Some((kind, event.n)) }
}

const fn of_event(meta: &RowMeta, pool: PoolId) -> Mark {
    Mark { meta: *meta, pool, pair: None }
}

/// The transactions of events, newest first.
async fn rows(at: &Moment, mut marks: Vec<Mark>) -> Result<Vec<TransactionRow>, QueryError> {
    let facts = at.own_facts(marks.iter().map(|mark| mark.pool)).await?;
    marks.retain(|mark| facts.contains_key(&mark.pool));
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
