//! What happened to V4 positions as tokens: transfers and subscriptions.

use std::{
    collections::{BTreeSet, VecDeque},
    marker::PhantomData,
};

use alloy_primitives::{Address, B256, U256};
use domain::{
    flat::{FlatPositionEvent, PoolRow as _},
    ids::PoolId,
    row::{Position, PositionEvent, PositionEventKind, RowMeta},
};
use store::{PositionId, RowQuery};
use subgraph::{QueryError, value::Value};

use super::{
    events::{hash_of, id_of},
    positions::token_id,
};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, address, integer},
    moment::{Moment, unread},
    table::{Coming, Table},
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

/// Where they are looked for.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// In a transaction.
    Transaction(B256),
    /// Among those of a position, below a place.
    Of(U256, Position),
    /// In a list.
    Listed(RowQuery),
}

/// How far a look has come.
#[derive(Debug)]
pub(in crate::subgraph) struct Look {
    /// Each from the newest on.
    ways: VecDeque<Way>,
    /// Older ones are not asked for, in Unix seconds.
    since: u64,
}

fn ways(at: &Moment, asked: &Asked, manager: Address) -> VecDeque<Way> {
    let hashes = ["id", "transaction"].into_iter().filter_map(|column| asked.among(column));
    if let Some(ids) = hashes.min_by_key(|ids| ids.len()) {
        let hashes: BTreeSet<B256> = ids.iter().filter_map(hash_of).collect();
        return hashes.into_iter().map(Way::Transaction).collect();
    }
    let tokens = ["position", "tokenId"].into_iter().filter_map(|column| asked.among(column));
    if let Some(ids) = tokens.min_by_key(|ids| ids.len()) {
        let tokens: BTreeSet<U256> = ids.iter().filter_map(token_id).collect();
        return tokens.into_iter().map(|token| Way::Of(token, at.end())).collect();
    }
    // they are kept by their manager
    let pool = Some(PoolId::Contract(manager));
    let newest = RowQuery { pool, after: Some(at.end()), ..RowQuery::default() };
    let accounts = ["from", "to", "address", "origin"].into_iter();
    // one list has an event once, lists of several accounts may have it twice
    let one = accounts.filter_map(|column| asked.among(column)).find(|values| values.len() == 1);
    if let Some([account]) = one {
        let of = |account| Way::Listed(RowQuery { account: Some(account), ..newest });
        return address(account).map(of).into_iter().collect();
    }
    VecDeque::from([Way::Listed(newest)])
}

impl<K: Which> Table for PositionEvents<K> {
    type Row = EventRow;
    type Look = Look;

    const KNOWS_CHANGES: bool = true;

    fn look(at: &Moment, asked: &Asked) -> (Look, Coming) {
        let ways = match at.about().position_manager {
            Some(manager) => ways(at, asked, manager),
            None => VecDeque::new(),
        };
        let (since, coming) = (asked.since(), asked.newest_first(ways.len()));
        (Look { ways, since }, coming)
    }

    async fn next(at: &Moment, look: &mut Look, limit: u32) -> Result<Vec<EventRow>, QueryError> {
        let Some(manager) = at.about().position_manager else { return Ok(Vec::new()) };
        loop {
            let Some(way) = look.ways.pop_front() else { return Ok(Vec::new()) };
            let mut found = read(at, manager, way, limit).await?;
            let last = found.last().map(|row| row.meta).filter(|_| found.len() >= limit as usize);
            if let Some(last) = last.filter(|last| last.timestamp >= look.since)
                && let Some(rest) = behind(way, last.position)
            {
                look.ways.push_front(rest);
            }
            found.retain(|row| {
                row.kind == K::KIND && row.manager == manager && row.meta.position < at.end()
            });
            if !found.is_empty() {
                let row = |row: &PositionEvent| EventRow { meta: row.meta, figures: row.own() };
                return Ok(found.iter().map(row).collect());
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
) -> Result<Vec<PositionEvent>, QueryError> {
    let snapshot = at.snapshot();
    let found = match way {
        Way::Transaction(hash) => snapshot.position_events_by_tx(hash).await,
        Way::Of(token_id, end) => {
            snapshot.events_of(PositionId { manager, token_id }, Some(end), limit).await
        }
        Way::Listed(query) => snapshot.position_events(&RowQuery { limit, ..query }).await,
    };
    found.map_err(|e| unread(&e))
}

/// What is left of a way behind an event.
const fn behind(way: Way, last: Position) -> Option<Way> {
    match way {
        Way::Transaction(_) => None,
        Way::Of(token_id, _) => Some(Way::Of(token_id, last)),
        Way::Listed(query) => Some(Way::Listed(RowQuery { after: Some(last), ..query })),
    }
}
