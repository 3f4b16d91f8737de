//! What of a table's rows is looked at for a list, each field once.

use std::cmp::Ordering;

use subgraph::{
    entities::{Read, Row},
    filter::{Candidate, Predicate},
    page::{By, Order},
    schema::FieldIx,
    value::Value,
};

use super::{OfTable, Table};
use crate::subgraph::cells::Cells as _;

/// Which fields.
pub(super) struct Sight<'a, T: Table> {
    table: &'a OfTable<T>,
    fields: Vec<FieldIx>,
    /// By the places of the fields: where the value of each stands.
    places: Vec<usize>,
    /// What the list is ordered by; none: any order will do.
    by: Option<FieldIx>,
}

/// What was seen of a row.
pub(super) struct Seen {
    changed: u64,
    values: Vec<Value>,
    pub(super) place: Place,
}

/// Where a row stands in an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) key: Value,
    pub(super) id: Value,
}

impl Place {
    /// Which of two comes first.
    pub(super) fn compare(&self, other: &Self, order: &Order) -> Ordering {
        order.compare((&self.key, &self.id), (&other.key, &other.id))
    }

    /// The same where ids decide nothing.
    pub(super) fn compare_keys(&self, other: &Self, order: &Order) -> Ordering {
        order.compare((&self.key, &Value::Null), (&other.key, &Value::Null))
    }
}

impl<'a, T: Table> Sight<'a, T> {
    /// What a question needs; `also` is the field by which others are pointed to.
    pub(super) fn new(table: &'a OfTable<T>, wanted: &Read<'_>, also: Option<FieldIx>) -> Self {
        let by = wanted.order.map(|order| match order.by {
            By::Field(field) | By::Child { field, .. } => field,
        });
        let places = vec![usize::MAX; table.columns.len()];
        let mut sight = Self { table, fields: Vec::new(), places, by };
        wanted.columns.iter().for_each(|field| sight.add(*field));
        wanted.filter.fields(&mut |field| sight.add(field));
        also.into_iter().for_each(|field| sight.add(field));
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

    /// Looks at a row.
    pub(super) fn see(&self, row: &T::Row) -> Seen {
        let value = |field: &FieldIx| self.table.value(row, *field);
        let key = self.by.as_ref().map_or(Value::Null, value);
        Seen {
            changed: row.changed(),
            values: self.fields.iter().map(value).collect(),
            place: Place { key, id: value(&self.table.id) },
        }
    }

    /// Whether a condition is true of a row.
    pub(super) fn fits(&self, seen: &Seen, condition: &Predicate) -> bool {
        condition.is_true(&Asking(self, seen))
    }

    /// What is wanted of it.
    pub(super) fn row(&self, seen: &Seen, columns: &[FieldIx]) -> Row {
        let asking = Asking(self, seen);
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
