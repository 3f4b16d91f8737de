//! Events of pools: looked for by transaction, by pool, by account, or from the newest on.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

use alloy_primitives::B256;
use domain::{decimal::Decimal, ids::PoolId, row::RowMeta};
use store::{RowQuery, Snapshot, StoreError};
use subgraph::{QueryError, value::Value};

use super::pools::ids_of;
use crate::subgraph::{
    asked::Asked,
    cells::address,
    moment::{Moment, PoolFacts, transaction_of, unread},
    table::Coming,
};

pub(in crate::subgraph) mod liquidity;
pub(in crate::subgraph) mod pairs;
pub(in crate::subgraph) mod swaps;
pub(in crate::subgraph) mod transactions;

/// Rows of the store that hold a kind of event.
trait Events: Send + Sync + 'static {
    /// Such a row.
    type Event: Send + Sync;

    /// The newest ones.
    fn newest(
        snapshot: &Snapshot,
        query: &RowQuery,
    ) -> impl Future<Output = Result<Vec<Self::Event>, StoreError>> + Send;

    /// Those of a transaction.
    fn of_transaction(
        snapshot: &Snapshot,
        hash: B256,
    ) -> impl Future<Output = Result<Vec<Self::Event>, StoreError>> + Send;

    /// What all rows have.
    fn meta(event: &Self::Event) -> &RowMeta;

    /// Its pool.
    fn pool(event: &Self::Event) -> PoolId;
}

/// Where events are looked for.
#[derive(Debug)]
enum Way {
    /// In these transactions.
    Transactions(VecDeque<B256>),
    /// In lists, each from the newest on.
    Listed(VecDeque<RowQuery>),
}

/// How far a look has come.
#[derive(Debug)]
pub(in crate::subgraph) struct Look {
    way: Way,
    /// Older ones are not asked for, in Unix seconds.
    since: u64,
}

impl Look {
    /// Begins; the columns are those that all events have.
    fn new(at: &Moment, asked: &Asked, accounts: &[&str]) -> (Self, Coming) {
        let since = asked.since();
        let columns = ["id", "pairId", "transaction"].into_iter();
        let hashes = columns.filter_map(|column| asked.among(column));
        if let Some(ids) = hashes.min_by_key(|ids| ids.len()) {
            let hashes: BTreeSet<B256> = ids.iter().filter_map(hash_of).collect();
            let way = Way::Transactions(hashes.into_iter().collect());
            return (Self { way, since }, Coming::Anyhow);
        }
        let newest = RowQuery { after: Some(at.end()), ..RowQuery::default() };
        let listed = |queries: VecDeque<RowQuery>| {
            let coming = asked.newest_first(queries.len());
            (Self { way: Way::Listed(queries), since }, coming)
        };
        // under these accounts the store lists them
        let account = accounts.iter().find_map(|column| match asked.among(column) {
            Some([account]) => Some(account),
            _ => None,
        });
        let newest = match account {
            None => newest,
            Some(account) => {
                // nobody is called so
                let Some(account) = address(account) else { return listed(VecDeque::new()) };
                RowQuery { account: Some(account), ..newest }
            }
        };
        if let Some(pools) = asked.among("pool") {
            let pools: BTreeSet<PoolId> = ids_of(pools).collect();
            let of = |pool| RowQuery { pool: Some(pool), ..newest };
            return listed(pools.into_iter().map(of).collect());
        }
        listed(VecDeque::from([newest]))
    }

    /// The next events; none: there are no more.
    async fn next<E: Events>(
        &mut self,
        at: &Moment,
        limit: u32,
    ) -> Result<Vec<E::Event>, QueryError> {
        let snapshot = at.snapshot();
        loop {
            let events = match &mut self.way {
                Way::Transactions(hashes) => {
                    let Some(hash) = hashes.pop_front() else { return Ok(Vec::new()) };
                    let found = E::of_transaction(snapshot, hash).await;
                    let mut found = found.map_err(|e| unread(&e))?;
                    found.retain(|event| E::meta(event).position < at.end());
                    found
                }
                Way::Listed(queries) => {
                    let Some(query) = queries.pop_front() else { return Ok(Vec::new()) };
                    let query = RowQuery { limit, ..query };
                    let found = E::newest(snapshot, &query).await.map_err(|e| unread(&e))?;
                    let last = found.last().map(E::meta).filter(|_| found.len() >= limit as usize);
                    if let Some(last) = last.filter(|last| last.timestamp >= self.since) {
                        queries.push_front(RowQuery { after: Some(last.position), ..query });
                    }
                    found
                }
            };
            if !events.is_empty() {
                return Ok(events);
            }
        }
    }
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

/// Of these events the ones whose pools the reference knows, with what never changes about those.
async fn told<E: Events, F>(
    at: &Moment,
    events: Vec<E::Event>,
    figures: impl Fn(&E::Event) -> F + Send + Sync,
) -> Result<Vec<Told<F>>, QueryError> {
    let facts = at.own_facts(events.iter().map(E::pool)).await?;
    let told = |event: &E::Event| {
        let (meta, pool) = (*E::meta(event), E::pool(event));
        let facts = Arc::clone(facts.get(&pool)?);
        Some(Told { meta, pool, facts, figures: figures(event) })
    };
    Ok(events.iter().filter_map(told).collect())
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
