//! What happened to V4 positions as tokens: transfers and subscriptions.

use std::{collections::BTreeSet, marker::PhantomData};

use alloy_primitives::{Address, B256};
use domain::{
    flat::{FlatPositionEvent, PoolRow as _},
    ids::PoolId,
    row::{PositionEvent, PositionEventKind, RowMeta, token_key},
};
use store::RowQuery;
use subgraph::{QueryError, value::Value};

use super::{
    events::{ACCOUNTS, Way, hash_of, id_of, pages},
    positions::token_id,
};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, addresses, integer},
    moment::Moment,
    table::{Portion, Portions, Table, Timed, Ways},
};

/// Events of this kind, of positions of the DEX's manager.
pub(in crate::subgraph) struct PositionEvents<K>(PhantomData<K>);

/// Which kind.
pub(in crate::subgraph) trait Which: Send + Sync + 'static {
    const KIND: PositionEventKind;
}

/// It went to somebody.
pub(in crate::subgraph) struct Transfer;
/// It began to tell somebody of itself.
pub(in crate::subgraph) struct Subscribe;
/// It tells somebody no more.
pub(in crate::subgraph) struct Unsubscribe;

impl Which for Transfer {
    const KIND: PositionEventKind = PositionEventKind::Transfer;
}

impl Which for Subscribe {
    const KIND: PositionEventKind = PositionEventKind::Subscribe;
}

impl Which for Unsubscribe {
    const KIND: PositionEventKind = PositionEventKind::Unsubscribe;
}

/// Positions that went to somebody.
pub(in crate::subgraph) type Transfers = PositionEvents<Transfer>;
/// Positions that began to tell somebody of themselves.
pub(in crate::subgraph) type Subscribes = PositionEvents<Subscribe>;
/// Positions that tell somebody no more.
pub(in crate::subgraph) type Unsubscribes = PositionEvents<Unsubscribe>;

/// An event.
#[derive(Debug, Clone)]
pub(in crate::subgraph) struct EventRow {
    meta: RowMeta,
    figures: FlatPositionEvent,
}

impl Cells for EventRow {
    type Figures = FlatPositionEvent;

    fn figures(&self) -> &FlatPositionEvent {
        &self.figures
    }

    fn own() -> Own<Self> {
        &[
            ("id", |row| id_of(&row.meta, u64::from(row.meta.position.log_index))),
            ("tokenId", |row| Value::Integer(row.figures.token_id.into())),
            ("position", |row| Value::text(&row.figures.token_id.to_string())),
            ("logIndex", |row| integer(u64::from(row.meta.position.log_index))),
            ("blockNumber", |row| integer(row.meta.position.block)),
            ("timestamp", |row| integer(row.meta.timestamp)),
            ("transaction", |row| Value::Bytes(row.meta.tx_hash.into())),
            ("origin", |row| Value::Bytes(row.meta.origin.unwrap_or_default().into())),
            // of a subscription: who is told
            ("address", |row| Value::Bytes(row.figures.to.into())),
        ]
    }

    fn changed(&self) -> u64 {
        self.meta.position.block
    }
}

fn ways(at: &Moment, asked: &Asked, manager: Address) -> Ways<Way> {
    let hashes = ["id", "transaction"].into_iter().filter_map(|column| asked.among(column));
    if let Some(ids) = hashes.min_by_key(|ids| ids.len()) {
        let hashes: BTreeSet<B256> = ids.iter().filter_map(hash_of).collect();
        return Ways::named([Way::Transactions(hashes.into_iter().collect())]);
    }
    // they are kept by their manager
    let pool = Some(PoolId::Contract(manager));
    let newest = RowQuery { pool, after: Some(asked.end(at)), ..RowQuery::default() };
    let of = |account| Way::Listed(RowQuery { account: Some(account), ..newest }, asked.since());
    let tokens = ["position", "tokenId"].into_iter().filter_map(|column| asked.among(column));
    if let Some(ids) = tokens.min_by_key(|ids| ids.len()) {
        // two tokens may be listed under one key
        let keys: BTreeSet<Address> = ids.iter().filter_map(token_id).map(token_key).collect();
        return Ways::new(keys.into_iter().map(of), asked.newest_first());
    }
    let accounts = ["from", "to", "address", "origin"].into_iter();
    let accounts = accounts.filter_map(|column| asked.among(column));
    if let Some(accounts) = accounts.min_by_key(|accounts| accounts.len())
        && accounts.len() <= ACCOUNTS
        && !accounts.iter().any(Value::is_null)
    {
        // an event has several accounts
        let lists = addresses(accounts).into_iter().map(of);
        return Ways::new(lists, asked.newest_first()).with_repeats(true);
    }
    Ways::new([Way::Listed(newest, asked.since())], asked.newest_first())
}

impl<K: Which> Table for PositionEvents<K> {
    type Row = EventRow;
    type Way = Way;

    const KNOWS_CHANGES: bool = true;
    const TIMED: Timed = Timed::ByBlock;

    fn ways(at: &Moment, asked: &Asked) -> Ways<Way> {
        match at.about().position_manager {
            Some(manager) => ways(at, asked, manager),
            None => Ways::none(),
        }
    }

    async fn read(
        at: &Moment,
        ways: Vec<Way>,
        limit: u32,
    ) -> Result<Vec<Portions<Self>>, QueryError> {
        let Some(manager) = at.about().position_manager else { return Ok(Vec::new()) };
        let row = |row: PositionEvent| {
            let is_own = row.kind == K::KIND && row.manager == manager;
            is_own.then(|| EventRow { meta: row.meta, figures: row.own() })
        };
        let pages = pages::<PositionEvent>(at, &ways, limit).await?;
        let portion = |(rows, rest): (Vec<PositionEvent>, Option<Way>)| Portion {
            looked: rows.len(),
            rows: rows.into_iter().filter_map(row).collect(),
            rest: rest.into_iter().collect(),
        };
        Ok(pages.into_iter().map(portion).collect())
    }
}
