//! Events of pools: looked for by transaction, by pool, by account, or from the newest on.

use std::{collections::BTreeSet, sync::Arc};

use alloy_primitives::{Address, B256};
use domain::{
    decimal::Decimal,
    flat::PoolRow,
    ids::PoolId,
    row::{Position, RowMeta},
};
use store::{Kept, RowPage, RowQuery};
use subgraph::{QueryError, value::Value};

use super::{gathered::Gathered, pools::ids_of};
use crate::subgraph::{
    asked::Asked,
    cells::addresses,
    moment::{Moment, PoolFacts, transaction_of, unread},
    table::{Portion, Ways},
};

pub(in crate::subgraph) mod liquidity;
pub(in crate::subgraph) mod pairs;
pub(in crate::subgraph) mod swaps;
pub(in crate::subgraph) mod transactions;

/// Accounts whose lists are looked through one beside the other.
pub(super) const ACCOUNTS: usize = 100;

/// Where events are looked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::subgraph) enum Way {
    /// In these transactions.
    Transactions(Vec<B256>),
    /// In a list, from the newest on. Older ones than of a time in Unix seconds are not asked for.
    Listed(RowQuery, u64),
}

/// The ways to events; the columns are those that all of them have, and these of accounts under which they are listed.
pub(super) fn ways(at: &Moment, asked: &Asked, accounts: &[&str]) -> Ways<Way> {
    let columns = ["id", "pairId", "transaction"].into_iter();
    let hashes = columns.filter_map(|column| asked.among(column));
    if let Some(ids) = hashes.min_by_key(|ids| ids.len()) {
        let hashes: BTreeSet<B256> = ids.iter().filter_map(hash_of).collect();
        return Ways::named([Way::Transactions(hashes.into_iter().collect())]);
    }
    let newest = RowQuery { after: Some(asked.end(at)), ..RowQuery::default() };
    // whoever is nobody is on no list
    let accounts = accounts.iter().filter_map(|column| asked.among(column));
    let accounts = accounts.filter(|accounts| !accounts.iter().any(Value::is_null));
    if let Some(accounts) = accounts.min_by_key(|accounts| accounts.len())
        && (accounts.len() <= 1 || accounts.len() <= ACCOUNTS && asked.among("pool").is_none())
    {
        return of_accounts(asked, newest, addresses(accounts));
    }
    if let Some(pools) = asked.among("pool") {
        let pools: BTreeSet<PoolId> = ids_of(pools).collect();
        let of = |pool| Way::Listed(RowQuery { pool: Some(pool), ..newest }, asked.since());
        return Ways::new(pools.into_iter().map(of), asked.newest_first());
    }
    Ways::new([Way::Listed(newest, asked.since())], asked.newest_first())
}

/// The lists of accounts, in pools that are asked for.
fn of_accounts(asked: &Asked, newest: RowQuery, accounts: BTreeSet<Address>) -> Ways<Way> {
    let pool = match asked.among("pool") {
        Some(pools @ [_]) => ids_of(pools).next(),
        _ => newest.pool,
    };
    let repeats = accounts.len() > 1;
    let of =
        |account| Way::Listed(RowQuery { account: Some(account), pool, ..newest }, asked.since());
    Ways::new(accounts.into_iter().map(of), asked.newest_first()).with_repeats(repeats)
}

/// The next rows of each way and what is left of it: all transactions and all lists of a kind by one question each.
pub(super) async fn pages<R: Kept + Clone + Sync>(
    at: &Moment,
    ways: &[Way],
    limit: u32,
) -> Result<Vec<(Vec<R>, Option<Way>)>, QueryError> {
    let transactions: BTreeSet<B256> = ways
        .iter()
        .filter_map(|way| match way {
            Way::Transactions(hashes) => Some(hashes),
            Way::Listed(..) => None,
        })
        .flatten()
        .copied()
        .collect();
    let queries: Vec<RowQuery> = ways
        .iter()
        .filter_map(|way| match way {
            Way::Listed(query, _) => Some(RowQuery { limit, ..*query }),
            Way::Transactions(_) => None,
        })
        .collect();
    let snapshot = at.snapshot();
    let mut of_transactions: Vec<R> = match transactions.is_empty() {
        true => Vec::new(),
        false => {
            let found = snapshot.rows_of_transactions(&transactions, Some(at.end())).await;
            found.map_err(|e| unread(&e))?
        }
    };
    of_transactions.sort_unstable_by_key(|row| (row.meta().tx_hash, row.meta().position));
    let mut lists = match queries.is_empty() {
        true => Vec::new(),
        false => snapshot.rows_many::<R>(&queries).await.map_err(|e| unread(&e))?,
    }
    .into_iter();
    let page = |way: &Way| match way {
        Way::Transactions(hashes) => {
            let of = |hash: &B256| of_one(&of_transactions, *hash).to_vec();
            (hashes.iter().flat_map(of).collect(), None)
        }
        Way::Listed(query, since) => {
            let RowPage { rows, rest } = lists.next().unwrap_or_default();
            let is_old = rows.last().is_some_and(|last| last.meta().timestamp < *since);
            let rest = rest.filter(|_| !is_old);
            let rest = rest.map(|after| RowQuery { after: Some(after), ..*query });
            (rows, rest.map(|query| Way::Listed(query, *since)))
        }
    };
    Ok(ways.iter().map(page).collect())
}

/// Of rows by transaction those of one.
fn of_one<R: PoolRow>(rows: &[R], hash: B256) -> &[R] {
    let first = rows.partition_point(|row| row.meta().tx_hash < hash);
    let end = rows.partition_point(|row| row.meta().tx_hash <= hash);
    rows.get(first..end).unwrap_or_default()
}

/// The transaction that an id names, its own or an event's.
pub(super) fn hash_of(id: &Value) -> Option<B256> {
    match id {
        Value::Text(id) => transaction_of(id).map(|(hash, _)| hash),
        Value::Bytes(bytes) => B256::try_from(bytes.as_slice()).ok(),
        _ => None,
    }
}

/// An event's id as V3 and V4 have it: `<transaction>-<log index>`.
pub(super) fn id_of(meta: &RowMeta, number: u64) -> Value {
    Value::text(&format!("{:#x}-{number}", meta.tx_hash))
}

/// The place above all of a block.
pub(super) const fn above(block: u64) -> Position {
    Position { block: block.saturating_add(1), log_index: 0, item: 0 }
}

/// An amount in whole tokens; none where the token does not tell its decimals.
fn amount(facts: &PoolFacts, side: usize, of: impl FnOnce(u8) -> Decimal) -> Value {
    let decimals = facts.decimals.get(side).copied().flatten();
    decimals.map_or(Value::Null, |decimals| Value::Decimal(of(decimals)))
}

/// An event with what never changes about its pool.
#[derive(Debug, Clone)]
pub(in crate::subgraph) struct Told<F> {
    pub(super) meta: RowMeta,
    pub(super) pool: PoolId,
    pub(super) facts: Arc<PoolFacts>,
    pub(super) figures: F,
}

/// The next events of each way that are wanted, of pools that the reference knows, with what never changes about those.
pub(super) async fn told<R: Kept + Clone + Sync>(
    at: &Moment,
    ways: Vec<Way>,
    limit: u32,
    is_wanted: impl Fn(&Way, &R) -> bool + Send + Sync,
) -> Result<Vec<Portion<Told<R::Own>, Way>>, QueryError> {
    let pages = pages::<R>(at, &ways, limit).await?;
    let mut gathered = Gathered::new(ways.len());
    for ((place, way), (rows, rest)) in ways.iter().enumerate().zip(pages) {
        let own = |row: R| is_wanted(way, &row).then_some(row);
        gathered.add(place, rows.into_iter().map(own), rest);
    }
    let facts = at.own_facts(gathered.found().iter().flatten().map(PoolRow::pool)).await?;
    let told = |row: R| {
        let (meta, pool) = (*row.meta(), row.pool());
        let facts = Arc::clone(facts.get(&pool)?);
        Some(Told { meta, pool, facts, figures: row.own() })
    };
    let told = |rows: Vec<Option<R>>| {
        let told: Vec<_> = rows.into_iter().map(|row| told(row?)).collect();
        async move { Ok(told) }
    };
    gathered.rows(told).await
}

/// Columns that all events have.
macro_rules! of_all_events {
    ($($own:tt)*) => {
        &[
            ("transaction", |row| Value::Bytes(row.meta.tx_hash.into())),
            ("timestamp", |row| integer(row.meta.timestamp)),
            ("blockNumber", |row| integer(row.meta.position.block)),
            ("logIndex", |row| integer(u64::from(row.meta.position.log_index))),
            ("pool", |row| id(row.pool)),
            ("token0", |row| Value::Bytes(row.facts.tokens[0].into())),
            ("token1", |row| Value::Bytes(row.facts.tokens[1].into())),
            ("origin", |row| Value::Bytes(row.meta.origin.unwrap_or_default().into())),
            $($own)*
        ]
    };
}
use of_all_events;
