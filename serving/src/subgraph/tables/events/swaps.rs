//! Swaps of all protocols.

use domain::{decimal::Decimal, flat::FlatSwap, fold::is_ignored_swap, row::Swap};
use subgraph::{QueryError, value::Value};

use super::{Told, Way, amount, id_of, of_all_events, told, ways};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, id, integer},
    moment::Moment,
    table::{Portions, Table, Timed, Ways},
};

/// Whether the reference counts a swap.
pub(super) fn is_heard(swap: &Swap) -> bool {
    !is_ignored_swap(swap.pool, swap.meta.position.block)
}

/// All swaps.
pub(in crate::subgraph) struct Swaps;

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
    type Way = Way;

    const KNOWS_CHANGES: bool = true;
    const TIMED: Timed = Timed::ByBlock;

    fn ways(at: &Moment, asked: &Asked) -> Ways<Way> {
        ways(at, asked, &["origin", "recipient"])
    }

    async fn read(
        at: &Moment,
        ways: Vec<Way>,
        limit: u32,
    ) -> Result<Vec<Portions<Self>>, QueryError> {
        // the reference does not hear of some
        told::<Swap>(at, ways, limit, |_, swap| is_heard(swap)).await
    }
}
