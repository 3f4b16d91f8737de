//! What is wanted of entities, as text: their own values, and what they refer to.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use futures::{
    FutureExt as _,
    future::{BoxFuture, try_join_all},
};

use super::{ListOf, Subgraph, array, end, member, select::distinct};
use crate::{
    columns::Columns,
    entities::{Entities, Of, Row},
    error::QueryError,
    filter::Predicate,
    page::{By, Order, Page},
    plan::{List, Node, Wanted},
    schema::{Entity, FieldIx, Kind},
    value::Value,
};

/// What stands where there is nothing.
const NULL: &str = "null";

impl<E: Entities> Subgraph<'_, E> {
    /// The columns that a node needs, and what a list of it is chosen and ordered by.
    pub(super) fn columns(&self, node: &Node) -> Columns {
        let mut columns = Columns::default();
        columns.add(self.schema.entity(node.entity).id());
        node.columns(&mut |field| columns.add(field));
        columns
    }

    /// The same for a list: who keeps the entities chooses and orders them, unless that takes a look at others.
    pub(super) fn columns_of(&self, list: &ListOf<'_>) -> Columns {
        let mut columns = self.columns(list.node);
        if list.is_own() {
            return columns;
        }
        let entity = self.schema.entity(list.node.entity);
        let mut add = |field: FieldIx| {
            // what points here is no value
            if !matches!(entity.field(field).kind, Kind::Derived { .. }) {
                columns.add(field);
            }
        };
        list.filter.fields(&mut add);
        match list.order.by {
            By::Field(field) | By::Child { field, .. } => add(field),
        }
        columns
    }

    /// A text for each row.
    pub(super) fn fill<'a>(
        &'a self,
        node: &'a Node,
        columns: &'a Columns,
        rows: &'a [Row],
        moment: &'a E::Moment,
    ) -> BoxFuture<'a, Result<Vec<String>, QueryError>> {
        async move {
            if rows.is_empty() {
                return Ok(Vec::new());
            }
            let parts = node
                .fields
                .iter()
                .map(|(_, wanted)| self.part(node, wanted, columns, rows, moment));
            let parts = try_join_all(parts).await?;
            let entity = self.schema.entity(node.entity);
            let mut texts = Vec::with_capacity(rows.len());
            let mut bytes = 0;
            for (place, row) in rows.iter().enumerate() {
                let mut out = String::new();
                for ((key, wanted), part) in node.fields.iter().zip(&parts) {
                    member(&mut out, key);
                    match (wanted, part) {
                        (Wanted::TypeName, _) => {
                            out.push('"');
                            out.push_str(&entity.name);
                            out.push('"');
                        }
                        (Wanted::Value(field), _) => {
                            own(entity, *field, columns.value(row, *field), &mut out)?;
                        }
                        (_, Some(texts)) => {
                            out.push_str(texts.get(place).map_or("null", |text| &**text));
                        }
                        (_, None) => out.push_str("null"),
                    }
                    self.bounded(bytes + out.len())?;
                }
                end(&mut out);
                bytes += out.len();
                texts.push(out);
            }
            Ok(texts)
        }
        .boxed()
    }

    /// What a field brings of other entities: a text for each row.
    async fn part(
        &self,
        node: &Node,
        wanted: &Wanted,
        columns: &Columns,
        rows: &[Row],
        moment: &E::Moment,
    ) -> Result<Option<Vec<Arc<str>>>, QueryError> {
        match wanted {
            Wanted::Value(_) | Wanted::TypeName => Ok(None),
            Wanted::Reference(field, other) => {
                self.referred(node, *field, other, columns, rows, moment).await.map(Some)
            }
            Wanted::Stored(field, list) => {
                self.stored(*field, list, columns, rows, moment).await.map(Some)
            }
            Wanted::Derived { field, by, is_single, list } => {
                let id = self.schema.entity(node.entity).id();
                let ids: Vec<Value> =
                    rows.iter().map(|row| columns.value(row, id).clone()).collect();
                let texts = self.derived(*by, *is_single, list, &ids, moment).await?;
                let known = self.schema.entity(node.entity).field(*field);
                if *is_single && !known.is_nullable && texts.iter().any(|text| **text == *NULL) {
                    return Err(no_value(&known.name));
                }
                Ok(Some(texts))
            }
        }
    }

    async fn referred(
        &self,
        node: &Node,
        field: FieldIx,
        other: &Node,
        columns: &Columns,
        rows: &[Row],
        moment: &E::Moment,
    ) -> Result<Vec<Arc<str>>, QueryError> {
        let ids = distinct(rows.iter().map(|row| columns.value(row, field)));
        let texts = self.by_ids(other, &ids, moment).await?;
        let known = self.schema.entity(node.entity).field(field);
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            match texts.get(columns.value(row, field)) {
                Some(text) => found.push(Arc::clone(text)),
                None if known.is_nullable => found.push(NULL.into()),
                None => return Err(no_value(&known.name)),
            }
        }
        Ok(found)
    }

    /// Texts of entities by their ids.
    async fn by_ids(
        &self,
        node: &Node,
        ids: &[Value],
        moment: &E::Moment,
    ) -> Result<HashMap<Value, Arc<str>>, QueryError> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let id = self.schema.entity(node.entity).id();
        let list = ListOf {
            filter: &Predicate::everything(),
            order: Order { by: By::Field(id), descending: false },
            page: Page { skip: 0, first: u32::MAX },
            node,
        };
        let columns = self.columns(node);
        let found = self.select(&list, Of::Ids(ids), &columns, moment).await?;
        let rows: Vec<Row> = found.into_iter().flatten().collect();
        let texts = self.fill(node, &columns, &rows, moment).await?;
        let ids = rows.iter().map(|row| columns.value(row, id).clone());
        Ok(ids.zip(texts.into_iter().map(Arc::from)).collect())
    }

    /// Of each row the list of those whose ids it stores.
    async fn stored(
        &self,
        field: FieldIx,
        list: &List,
        columns: &Columns,
        rows: &[Row],
        moment: &E::Moment,
    ) -> Result<Vec<Arc<str>>, QueryError> {
        let ids = distinct(rows.iter().map(|row| columns.value(row, field)));
        let of = ListOf::from(list);
        let others = self.columns_of(&of);
        let mut found = Vec::new();
        if !ids.is_empty() {
            // all of them in one order, of which each list is a part
            let whole = ListOf { page: Page { skip: 0, first: u32::MAX }, ..of };
            let rows = self.select(&whole, Of::Ids(&ids), &others, moment).await?;
            found = rows.into_iter().flatten().collect();
        }
        let id = self.schema.entity(list.node.entity).id();
        let places: HashMap<&Value, usize> =
            found.iter().enumerate().map(|(place, row)| (others.value(row, id), place)).collect();
        let lists: Vec<Vec<usize>> = rows
            .iter()
            .map(|row| {
                let Value::List(items) = columns.value(row, field) else { return Vec::new() };
                let own = items.iter().filter_map(|id| places.get(id).copied());
                // in order, each once
                let own: BTreeSet<usize> = own.collect();
                let (skip, first) = (list.page.skip as usize, list.page.first as usize);
                own.into_iter().skip(skip).take(first).collect()
            })
            .collect();
        // what is on no list is not looked at any further
        let wanted: BTreeSet<usize> = lists.iter().flatten().copied().collect();
        let shown: Vec<Row> =
            wanted.iter().filter_map(|place| found.get(*place).cloned()).collect();
        let texts = self.fill(&list.node, &others, &shown, moment).await?;
        let texts: BTreeMap<usize, String> = wanted.into_iter().zip(texts).collect();
        // one entity may stand on the lists of many
        let (mut written, mut bytes) = (Vec::with_capacity(lists.len()), 0);
        for places in lists {
            let own = || places.iter().filter_map(|place| texts.get(place)).map(String::as_str);
            bytes += own().map(str::len).sum::<usize>();
            self.bounded(bytes)?;
            written.push(array(own()).into());
        }
        Ok(written)
    }

    /// Of each id the list of those that point to it, or the only one.
    async fn derived(
        &self,
        by: FieldIx,
        is_single: bool,
        list: &List,
        ids: &[Value],
        moment: &E::Moment,
    ) -> Result<Vec<Arc<str>>, QueryError> {
        let of = ListOf::from(list);
        let columns = self.columns_of(&of);
        let found = self.select(&of, Of::Pointing { by, to: ids }, &columns, moment).await?;
        let counts: Vec<usize> = found.iter().map(Vec::len).collect();
        let rows: Vec<Row> = found.into_iter().flatten().collect();
        let texts = self.fill(&list.node, &columns, &rows, moment).await?;
        let mut rest = texts.as_slice();
        let mut lists = Vec::with_capacity(ids.len());
        for count in counts {
            let (own, others) = rest.split_at_checked(count).unwrap_or((rest, &[]));
            rest = others;
            lists.push(match is_single {
                true => own.first().map_or(NULL, String::as_str).into(),
                false => array(own.iter().map(String::as_str)).into(),
            });
        }
        Ok(lists)
    }
}

/// Writes an entity's own value.
fn own(entity: &Entity, field: FieldIx, value: &Value, out: &mut String) -> Result<(), QueryError> {
    let known = entity.field(field);
    if value.is_null() && !known.is_nullable {
        return Err(no_value(&known.name));
    }
    // writing to a text does not fail
    let _ = value.write(out);
    Ok(())
}

fn no_value(field: &str) -> QueryError {
    QueryError::new(format!("Null value resolved for non-null field `{field}`"))
}
