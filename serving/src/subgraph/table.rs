//! Tables: rows of the store under names, with columns that entities are made of. A schema file says which.
//!
//! A question has a list for each thing that is asked for. Each list has ways to its rows, which a table knows; they are gone in
//! turns. In each turn the next rows of all ways of all lists are read together, so what is asked of the store depends on how far
//! the longest list is read, and not on how many lists there are. Conditions, order and page are looked at here, for all tables.

use std::collections::HashMap;

use futures::future::BoxFuture;
use subgraph::{
    QueryError,
    entities::{Of, Read, Row},
    filter::{Predicate, Test},
    page::Page,
    schema::{Entity, FieldIx, Schema},
    value::Value,
};

use self::{list::List, sight::Sight};
use super::{
    asked::Asked,
    budget::{self, Budget},
    cells::{Cells, Column, Form, names},
    moment::Moment,
};

mod list;
mod sight;
#[cfg(test)]
mod tests;
mod ways;

pub(super) use self::ways::{Coming, Portion, Ways};

/// Rows that are read together of one way at first.
const PORTION: usize = 1_000;
/// The same of all ways in one turn, unless there are very many.
const OF_A_TURN: usize = 65_536;
/// The same of one way at least and at most.
const OF_A_WAY: (usize, usize) = (16, 8_192);

/// What a table has to know of times before it can choose ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Timed {
    /// Nothing.
    No,
    /// Its rows stand in the order of blocks: up to which block a time reaches.
    ByBlock,
    /// Its rows stand in the order of times: up to which time an older block reaches.
    ByTime,
}

/// Rows of one kind.
pub(super) trait Table: Send + Sync + 'static {
    /// A row.
    type Row: Cells;
    /// A way to rows, as far as it was not gone yet.
    type Way: Clone + Eq + std::hash::Hash + Send + Sync;

    /// Whether rows tell the block of their last change.
    const KNOWS_CHANGES: bool;
    /// What has to be known of times.
    const TIMED: Timed = Timed::No;

    /// The ways that lead past the fewest rows: to all that fit, and maybe to others.
    fn ways(at: &Moment, asked: &Asked) -> Ways<Self::Way>;

    /// The next rows of each way, about so many: by a few questions, however many ways there are.
    fn read(
        at: &Moment,
        ways: Vec<Self::Way>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Portions<Self>>, QueryError>> + Send;
}

/// The next rows of a way of a table.
pub(super) type Portions<T> = Portion<<T as Table>::Row, <T as Table>::Way>;

/// Why a schema cannot be served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum TableError {
    /// It names a table that there is not.
    #[error("{entity} is made of `{table}`, which is no table; there are {known}")]
    NoTable { entity: String, table: String, known: String },
    /// It names a column that there is not.
    #[error(
        "{entity}.{field} is made of `{column}`, which `{table}` does not have; it has {known}"
    )]
    NoColumn { entity: String, field: String, column: String, table: String, known: String },
}

/// An entity whose rows can be read.
pub(super) trait Reads: Send + Sync {
    /// See [`subgraph::Entities::read`].
    fn read<'a>(
        &'a self,
        at: &'a Moment,
        entity: &'a Entity,
        wanted: Read<'a>,
    ) -> BoxFuture<'a, Result<Vec<Vec<Row>>, QueryError>>;
}

/// An entity over a table.
pub(super) struct OfTable<T: Table> {
    /// By the places of the fields; none of those that are derived.
    columns: Vec<Option<(Column<T::Row>, Form)>>,
    id: FieldIx,
    /// Rows that are looked at for a list.
    most: usize,
}

impl<T: Table> OfTable<T> {
    /// Finds the columns that an entity's fields name.
    pub(super) fn new(schema: &Schema, entity: &Entity, most: usize) -> Result<Self, TableError> {
        let column = |field: &subgraph::schema::Field| {
            let Some(form) = Form::of(schema, &field.kind) else { return Ok(None) };
            let column = Column::named(&field.column).ok_or_else(|| TableError::NoColumn {
                entity: entity.name.clone(),
                field: field.name.clone(),
                column: field.column.clone(),
                table: entity.source.clone(),
                known: names::<T::Row>().join(", "),
            })?;
            Ok(Some((column, form)))
        };
        let columns = entity.fields().map(|(_, field)| column(field)).collect::<Result<_, _>>()?;
        Ok(Self { columns, id: entity.id(), most })
    }

    fn value(&self, row: &T::Row, field: FieldIx) -> Value {
        match self.columns.get(field.place()) {
            Some(Some((column, form))) => form.fit(column.of(row)),
            _ => Value::Null,
        }
    }

    /// The lists of a question, each with the ways to its rows.
    async fn lists<'a>(
        &self,
        at: &Moment,
        entity: &Entity,
        wanted: &Read<'a>,
    ) -> Result<Vec<List<'a, T::Way>>, QueryError> {
        let mut asked = Asked::of(entity, wanted);
        asked.time(at, T::TIMED).await?;
        let enough = wanted.page.skip as usize + wanted.page.first as usize;
        let end = asked.last().cloned();
        let list = |ways, also| {
            List::new(ways, (wanted.filter, also), wanted.order, enough).up_to(end.clone())
        };
        Ok(match wanted.of {
            Of::All => vec![list(T::ways(at, &asked), None)],
            // ways lead past others, too
            Of::Ids(ids) => {
                let these = Predicate::Field(self.id, Test::In(ids.to_vec().into()));
                vec![list(T::ways(at, &asked), Some(these))]
            }
            Of::Pointing { by, to } => {
                let column = &entity.field(by).column;
                let of = |to: &Value| {
                    let pointing = Predicate::Field(by, Test::Equal(to.clone()));
                    list(T::ways(at, &asked.with(column, to)), Some(pointing))
                };
                to.iter().map(of).collect()
            }
        })
    }

    /// Goes the next part of all ways of all lists.
    async fn turn(
        &self,
        at: &Moment,
        sight: &Sight<'_, T>,
        lists: &mut [List<'_, T::Way>],
    ) -> Result<(), QueryError> {
        let lists = lists.iter_mut().filter(|list| !list.is_done());
        let mut wanting: Vec<_> = lists.map(|list| (list.next(), list)).collect();
        // a way that several lists have is gone once
        let (mut numbers, mut ways) = (HashMap::new(), Vec::new());
        let mut appetite = 0;
        for (next, list) in &wanting {
            appetite = appetite.max(list.appetite(PORTION));
            for (_, way) in next {
                numbers.entry(way.clone()).or_insert_with(|| {
                    ways.push(way.clone());
                    ways.len() - 1
                });
            }
        }
        let share = (OF_A_TURN / ways.len().max(1)).clamp(OF_A_WAY.0, OF_A_WAY.1);
        let limit = u32::try_from(appetite.min(share)).unwrap_or(u32::MAX);
        let portions = T::read(at, ways, limit).await?;
        for (next, list) in &mut wanting {
            let mut rests = Vec::with_capacity(next.len());
            // from the last one on, so that those before keep their numbers
            for (place, way) in next.drain(..).rev() {
                let portion = numbers.get(&way).and_then(|number| portions.get(*number));
                let Some(portion) = portion else { continue };
                rests.push((place, list.take(sight, place, portion)));
            }
            list.settle(rests);
        }
        Ok(())
    }
}

impl<T: Table> Reads for OfTable<T> {
    fn read<'a>(
        &'a self,
        at: &'a Moment,
        entity: &'a Entity,
        wanted: Read<'a>,
    ) -> BoxFuture<'a, Result<Vec<Vec<Row>>, QueryError>> {
        Box::pin(async move {
            if !T::KNOWS_CHANGES && wanted.filter.asks_for_changes() {
                return Err(QueryError::new(format!(
                    "`_change_block` is not known of `{}`: leave it out",
                    entity.name
                )));
            }
            let pointed = match wanted.of {
                Of::Pointing { by, .. } => Some(by),
                Of::All => None,
                Of::Ids(_) => Some(self.id),
            };
            let sight = Sight::new(self, &wanted, pointed);
            let mut lists = self.lists(at, entity, &wanted).await?;
            let mut budget = Budget::new(self.most, at.meter());
            while lists.iter().any(|list| !list.is_done()) {
                self.turn(at, &sight, &mut lists).await?;
                let spent = lists.iter().map(|list| budget::Spent {
                    rows: list.looked.rows,
                    stored: list.looked.stored,
                    is_in_order: list.is_in_order(),
                    is_named: list.named,
                });
                budget.spend(spent, lists.iter().any(List::is_searched))?;
            }
            budget.close();
            let Page { skip, first } = wanted.page;
            let mut all = Vec::with_capacity(lists.len());
            for list in lists {
                let found = list.into_found();
                let part = found.iter().skip(skip as usize).take(first as usize);
                let rows: Vec<Row> = part.map(|seen| sight.row(seen, wanted.columns)).collect();
                at.hold(rows.len() * (wanted.columns.len() + 1))?;
                all.push(rows);
            }
            Ok(all)
        })
    }
}
