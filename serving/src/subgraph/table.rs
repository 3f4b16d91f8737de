//! Tables: rows of the store under names, with columns that entities are made of. A schema file says which.

use futures::future::BoxFuture;
use subgraph::{
    QueryError,
    entities::{Of, Read, Row},
    filter::{Candidate, Predicate, Test},
    page::{By, Page},
    schema::{Entity, FieldIx, Schema},
    value::Value,
};

use super::{
    asked::Asked,
    cells::{Cells, Column, Form, names},
    moment::Moment,
};

/// Rows that are read together.
const PORTION: u32 = 1_000;
/// So many times as many rows are looked at where they come in the order of the list.
const IN_ORDER: usize = 20;

/// In which order rows come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coming {
    /// In any.
    Anyhow,
    /// By the column that they are wanted by, but those of one value in any.
    Alike,
    /// As they are wanted.
    Sorted,
}

/// Rows of one kind.
pub(super) trait Table: Send + Sync + 'static {
    /// A row.
    type Row: Cells;
    /// How far a look has come.
    type Look: Send;

    /// Whether rows tell the block of their last change.
    const KNOWS_CHANGES: bool;

    /// Begins to look for rows, by the way that leads past the fewest: all that fit, and maybe others.
    fn look(at: &Moment, asked: &Asked) -> (Self::Look, Coming);

    /// The next rows, about so many; none: there are no more. An entity comes once.
    fn next(
        at: &Moment,
        look: &mut Self::Look,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Self::Row>, QueryError>> + Send;
}

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

    /// One list.
    async fn list(
        &self,
        at: &Moment,
        asked: &Asked,
        wanted: &Read<'_>,
    ) -> Result<Vec<Row>, QueryError> {
        let Page { skip, first } = wanted.page;
        let enough = skip as usize + first as usize;
        let sight = Sight::new(self, wanted);
        let (mut look, coming) = T::look(at, asked);
        let (mut found, mut looked): (Vec<Seen>, usize) = (Vec::new(), 0);
        loop {
            let missing = u32::try_from(enough.saturating_sub(found.len())).unwrap_or(PORTION);
            let limit = match coming {
                Coming::Anyhow => PORTION,
                Coming::Alike | Coming::Sorted => missing.saturating_add(1).clamp(16, PORTION),
            };
            let rows = T::next(at, &mut look, limit).await?;
            if rows.is_empty() {
                break;
            }
            looked += rows.len();
            // what comes in order ends with the page as a rule
            let most = if coming == Coming::Anyhow { self.most } else { self.most * IN_ORDER };
            if looked > most {
                return Err(QueryError::new("query is too expensive"));
            }
            let seen = rows.iter().map(|row| sight.see(row));
            found.extend(seen.filter(|seen| wanted.filter.is_true(&Asking(&sight, seen))));
            let is_enough = match coming {
                Coming::Anyhow => false,
                Coming::Sorted => found.len() >= enough,
                // others of the same value may stand before the last one
                Coming::Alike => {
                    enough > 0 && found.len() > enough && {
                        let key = |place: usize| found.get(place).map(|row| &row.key);
                        key(enough - 1) != key(found.len() - 1)
                    }
                }
            };
            if is_enough {
                break;
            }
        }
        if coming != Coming::Sorted {
            found.sort_by(|one, other| {
                wanted.order.compare((&one.key, &one.id), (&other.key, &other.id))
            });
        }
        let part = found.into_iter().skip(skip as usize).take(first as usize);
        let rows: Vec<Row> = part.map(|seen| sight.row(seen, wanted.columns)).collect();
        at.hold(rows.len() * (wanted.columns.len() + 1))?;
        Ok(rows)
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
            let asked = Asked::of(entity, &wanted);
            // ways lead past others, too
            let also = |field, test| {
                Predicate::All(vec![Predicate::Field(field, test), wanted.filter.clone()])
            };
            let (by, to) = match wanted.of {
                Of::All => return Ok(vec![self.list(at, &asked, &wanted).await?]),
                Of::Ids(ids) => {
                    let these = also(self.id, Test::In(ids.to_vec().into()));
                    let wanted = Read { filter: &these, ..wanted };
                    return Ok(vec![self.list(at, &asked, &wanted).await?]);
                }
                Of::Pointing { by, to } => (by, to),
            };
            let column = &entity.field(by).column;
            let mut lists = Vec::with_capacity(to.len());
            for to in to {
                let asked = asked.with(column, to);
                let pointing = also(by, Test::Equal(to.clone()));
                let wanted = Read { filter: &pointing, ..wanted };
                lists.push(self.list(at, &asked, &wanted).await?);
            }
            Ok(lists)
        })
    }
}

/// What of rows is looked at, each field once.
struct Sight<'a, T: Table> {
    table: &'a OfTable<T>,
    fields: Vec<FieldIx>,
    /// By the places of the fields: where the value of each stands.
    places: Vec<usize>,
    by: FieldIx,
}

/// What was seen of a row.
struct Seen {
    changed: u64,
    values: Vec<Value>,
    key: Value,
    id: Value,
}

impl<'a, T: Table> Sight<'a, T> {
    fn new(table: &'a OfTable<T>, wanted: &Read<'_>) -> Self {
        let by = match wanted.order.by {
            By::Field(field) | By::Child { field, .. } => field,
        };
        let places = vec![usize::MAX; table.columns.len()];
        let mut sight = Self { table, fields: Vec::new(), places, by };
        wanted.columns.iter().for_each(|field| sight.add(*field));
        wanted.filter.fields(&mut |field| sight.add(field));
        sight
    }

    fn add(&mut self, field: FieldIx) {
        if let Some(place) = self.places.get_mut(field.place())
            && *place == usize::MAX
        {
            *place = self.fields.len();
            self.fields.push(field);
        }
    }

    fn see(&self, row: &T::Row) -> Seen {
        let value = |field: &FieldIx| self.table.value(row, *field);
        Seen {
            changed: row.changed(),
            values: self.fields.iter().map(value).collect(),
            key: value(&self.by),
            id: value(&self.table.id),
        }
    }

    fn row(&self, seen: Seen, columns: &[FieldIx]) -> Row {
        let asking = Asking(self, &seen);
        let values = columns.iter().map(|field| asking.value(*field).clone()).collect();
        Row { changed: seen.changed, values }
    }
}

/// A row that a condition is asked of.
struct Asking<'a, T: Table>(&'a Sight<'a, T>, &'a Seen);

impl<T: Table> Candidate for Asking<'_, T> {
    fn value(&self, field: FieldIx) -> &Value {
        let place = self.0.places.get(field.place()).copied().unwrap_or(usize::MAX);
        self.1.values.get(place).unwrap_or(&Value::Null)
    }

    /// Conditions of other entities are looked at where those are read.
    fn has_child(&self, _: FieldIx, _: &Predicate) -> bool {
        false
    }

    fn changed(&self) -> i64 {
        i64::try_from(self.1.changed).unwrap_or(i64::MAX)
    }
}
