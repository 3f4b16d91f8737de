//! A table without rows that has every column: for entities that the reference declares and never writes, and for those
//! that are not indexed.

use domain::record::{Field, Record, Value as Cell};
use subgraph::QueryError;

use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own},
    moment::Moment,
    table::{Portions, Table, Ways},
};

/// No rows.
pub(in crate::subgraph) struct Nothing;

/// A row that there is not.
#[derive(Debug, Clone)]
pub(in crate::subgraph) enum NoRow {}

/// Figures of rows that have none.
#[derive(Debug, Clone)]
pub(in crate::subgraph) struct NoFigures;

impl Record for NoFigures {
    fn count() -> usize {
        0
    }

    fn field(_: usize) -> Option<Field> {
        None
    }

    fn get(&self, _: usize) -> Cell<'_> {
        Cell::Null
    }

    fn set(&mut self, _: usize, _: Cell<'_>) -> bool {
        false
    }

    fn difference(&self, _: &Self) -> u64 {
        0
    }
}

impl Cells for NoRow {
    type Figures = NoFigures;

    const ANY: bool = true;

    fn figures(&self) -> &NoFigures {
        match *self {}
    }

    fn own() -> Own<Self> {
        &[]
    }

    fn changed(&self) -> u64 {
        match *self {}
    }
}

impl Table for Nothing {
    type Row = NoRow;
    type Way = ();

    const KNOWS_CHANGES: bool = true;

    fn ways(_: &Moment, _: &Asked) -> Ways<()> {
        Ways::none()
    }

    async fn read(_: &Moment, _: Vec<()>, _: u32) -> Result<Vec<Portions<Self>>, QueryError> {
        Ok(Vec::new())
    }
}
