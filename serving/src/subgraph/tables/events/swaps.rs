//! Swaps of all protocols.

use alloy_primitives::B256;
use domain::{
    decimal::Decimal,
    flat::{FlatSwap, PoolRow as _},
    fold::is_ignored_swap,
    ids::PoolId,
    row::{RowMeta, Swap},
};
use store::{RowQuery, Snapshot, StoreError};
use subgraph::{QueryError, value::Value};

use super::{Events, Look, Told, amount, id_of, of_all_events, told};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, id, integer},
    moment::Moment,
    table::{Coming, Table},
};

/// Whether the reference counts a swap.
pub(super) fn is_heard(swap: &Swap) -> bool {
    !is_ignored_swap(swap.pool, swap.meta.position.block)
}

/// All swaps.
pub(in crate::subgraph) struct Swaps;

impl Events for Swaps {
    type Event = Swap;

    async fn newest(snapshot: &Snapshot, query: &RowQuery) -> Result<Vec<Swap>, StoreError> {
        snapshot.swaps(query).await
    }

    async fn of_transaction(snapshot: &Snapshot, hash: B256) -> Result<Vec<Swap>, StoreError> {
        snapshot.swaps_by_tx(hash).await
    }

    fn meta(swap: &Swap) -> &RowMeta {
        &swap.meta
    }

    fn pool(swap: &Swap) -> PoolId {
        swap.pool
    }
}

impl Cells for Told<FlatSwap> {
    type Figures = FlatSwap;

    fn figures(&self) -> &FlatSwap {
        &self.figures
    }

    fn own() -> Own<Self> {
        of_all_events![
            ("id", |row| id_of(&row.meta, u64::from(row.meta.position.log_index))),
            ("amount0", |row| {
                amount(&row.facts, 0, |d| Decimal::from_signed_units(row.figures.amount0, d))
            }),
            ("amount1", |row| {
                amount(&row.facts, 1, |d| Decimal::from_signed_units(row.figures.amount1, d))
            }),
            // of a pair: what went out, and what came in
            ("pairId", |row| match row.figures.index {
                Some(index) => id_of(&row.meta, u64::from(index)),
                None => Value::Null,
            }),
            ("amount0Out", |row| {
                amount(&row.facts, 0, |d| Decimal::from_units(row.figures.amount0_out, d))
            }),
            ("amount1Out", |row| {
                amount(&row.facts, 1, |d| Decimal::from_units(row.figures.amount1_out, d))
            }),
            ("amount0In", |row| {
                let came = row.figures.amount0.into_raw().wrapping_add(row.figures.amount0_out);
                amount(&row.facts, 0, |d| Decimal::from_units(came, d))
            }),
            ("amount1In", |row| {
                let came = row.figures.amount1.into_raw().wrapping_add(row.figures.amount1_out);
                amount(&row.facts, 1, |d| Decimal::from_units(came, d))
            }),
        ]
    }

    fn changed(&self) -> u64 {
        self.meta.position.block
    }
}

impl Table for Swaps {
    type Row = Told<FlatSwap>;
    type Look = Look;

    const KNOWS_CHANGES: bool = true;

    fn look(at: &Moment, asked: &Asked) -> (Look, Coming) {
        Look::new(at, asked, &["origin", "recipient"])
    }

    async fn next(at: &Moment, look: &mut Look, limit: u32) -> Result<Vec<Self::Row>, QueryError> {
        loop {
            let mut events = look.next::<Self>(at, limit).await?;
            if events.is_empty() {
                return Ok(Vec::new());
            }
            // the reference does not hear of some
            events.retain(is_heard);
            let rows = told::<Self, _>(at, events, Swap::own).await?;
            if !rows.is_empty() {
                return Ok(rows);
            }
        }
    }
}
