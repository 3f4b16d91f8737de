//! Which entities a list has: what who keeps them can say alone, and what takes a look at other entities.

use std::collections::{HashMap, HashSet};

use super::{ListOf, Subgraph};
use crate::{
    columns::Columns,
    entities::{Entities, Of, Read, Row},
    error::QueryError,
    filter::{Candidate, Predicate},
    page::{By, Order, Page},
    schema::{EntityIx, FieldIx, Kind},
    value::Value,
};

/// Entities that are looked at together at first, at least and at most; whoever does not find enough looks at more.
const PORTION: (u32, u32) = (100, 1_000);

/// Of each condition of other entities, by where it stands: the ids for which it is true.
type Fitting = HashMap<(FieldIx, usize), HashSet<Value>>;

impl<E: Entities> Subgraph<'_, E> {
    /// The rows of a list, one list for each thing that is asked for.
    pub(super) async fn select(
        &self,
        list: &ListOf<'_>,
        of: Of<'_>,
        columns: &Columns,
        moment: &E::Moment,
    ) -> Result<Vec<Vec<Row>>, QueryError> {
        let entity = list.node.entity;
        if list.is_own() {
            let (filter, order, page) = (list.filter, Some(list.order), list.page);
            let read = Read { entity, of, filter, order, page, columns: columns.fields() };
            return self.entities.read(moment, read).await;
        }
        if let (Of::All | Of::Ids(_), By::Field(_)) = (of, list.order.by) {
            return self.in_portions(list, of, columns, moment).await.map(|rows| vec![rows]);
        }
        let whole = Page { skip: 0, first: self.limits.candidates.saturating_add(1) };
        let candidates = self.candidates(list, of, whole, columns, moment).await?;
        self.looked_at(candidates.iter().map(Vec::len).sum())?;
        let fitting = self.fitting(list, candidates, columns, moment).await?;
        let keys = self.keys(list.order, &fitting, columns, moment).await?;
        let id = self.schema.entity(entity).id();
        let sorted = fitting.into_iter().map(|mut rows| {
            let key = |row: &Row| match list.order.by {
                By::Field(field) => columns.value(row, field).clone(),
                By::Child { field, .. } => {
                    keys.get(columns.value(row, field)).cloned().unwrap_or_default()
                }
            };
            rows.sort_by_cached_key(|row| Place {
                order: list.order,
                key: key(row),
                id: columns.value(row, id).clone(),
            });
            part(rows, list.page)
        });
        Ok(sorted.collect())
    }

    /// One list in its own order: looked through until there is enough of it.
    async fn in_portions(
        &self,
        list: &ListOf<'_>,
        of: Of<'_>,
        columns: &Columns,
        moment: &E::Moment,
    ) -> Result<Vec<Row>, QueryError> {
        let enough = list.page.skip as usize + list.page.first as usize;
        let mut portion = u32::try_from(enough).unwrap_or(u32::MAX).clamp(PORTION.0, PORTION.1);
        let (mut found, mut skip) = (Vec::new(), 0_u32);
        loop {
            let page = Page { skip, first: portion };
            let candidates = self.candidates(list, of, page, columns, moment).await?;
            let count = candidates.iter().map(Vec::len).sum::<usize>();
            let fitting = self.fitting(list, candidates, columns, moment).await?;
            found.extend(fitting.into_iter().flatten());
            if found.len() >= enough || count < portion as usize {
                return Ok(part(found, list.page));
            }
            self.looked_at((skip + portion) as usize)?;
            skip += portion;
            // one more than may be looked at says whether there are more
            let most = self.limits.candidates.saturating_sub(skip).saturating_add(1);
            portion = portion.saturating_mul(4).min(most);
        }
    }

    /// Refuses to look at more.
    fn looked_at(&self, count: usize) -> Result<(), QueryError> {
        match count > self.limits.candidates as usize {
            true => Err(QueryError::new(format!(
                "query is too expensive: it is chosen or ordered by what other entities hold, and more than {} entities would \
                 have to be looked at for that; narrow `where` down by fields of their own",
                self.limits.candidates
            ))),
            false => Ok(()),
        }
    }

    /// What who keeps them cannot rule out.
    async fn candidates(
        &self,
        list: &ListOf<'_>,
        of: Of<'_>,
        page: Page,
        columns: &Columns,
        moment: &E::Moment,
    ) -> Result<Vec<Vec<Row>>, QueryError> {
        let entity = list.node.entity;
        let by = match list.order.by {
            by @ By::Field(_) => by,
            By::Child { .. } => By::Field(self.schema.entity(entity).id()),
        };
        let order = Some(Order { by, ..list.order });
        let filter = &without_children(list.filter);
        let read = Read { entity, of, filter, order, page, columns: columns.fields() };
        self.entities.read(moment, read).await
    }

    /// Those of the candidates for which the conditions of other entities are true, too.
    async fn fitting(
        &self,
        list: &ListOf<'_>,
        candidates: Vec<Vec<Row>>,
        columns: &Columns,
        moment: &E::Moment,
    ) -> Result<Vec<Vec<Row>>, QueryError> {
        let entity = list.node.entity;
        let mut children = Vec::new();
        list.filter.children(&mut |field, child, of| children.push((field, child, of)));
        let mut fitting = Fitting::new();
        for (field, child, filter) in children {
            let ids =
                self.ids(entity, (field, child, filter), &candidates, columns, moment).await?;
            fitting.insert((field, std::ptr::from_ref(filter).addr()), ids);
        }
        let is_true = |row: &Row| {
            let fitting = &fitting;
            list.filter.is_true(&Looked { subgraph: self, entity, row, columns, fitting })
        };
        let rows = |rows: Vec<Row>| rows.into_iter().filter(is_true).collect();
        Ok(candidates.into_iter().map(rows).collect())
    }

    /// Of the candidates' ids, or of the ids that they refer to, those for which a condition of other entities is true.
    async fn ids(
        &self,
        entity: EntityIx,
        (field, child, filter): (FieldIx, EntityIx, &Predicate),
        candidates: &[Vec<Row>],
        columns: &Columns,
        moment: &E::Moment,
    ) -> Result<HashSet<Value>, QueryError> {
        let (known, other) = (self.schema.entity(entity), self.schema.entity(child));
        let (by, speaks) = match known.field(field).kind {
            Kind::Derived { by, .. } => (Some(by), known.id()),
            _ => (None, field),
        };
        let keys = distinct(candidates.iter().flatten().map(|row| columns.value(row, speaks)));
        if keys.is_empty() {
            return Ok(HashSet::new());
        }
        let read = Read {
            entity: child,
            of: match by {
                Some(by) => Of::Pointing { by, to: &keys },
                None => Of::Ids(&keys),
            },
            filter,
            // whichever it is
            order: None,
            // of those that point here one is enough
            page: Page { skip: 0, first: by.map_or(u32::MAX, |_| 1) },
            columns: &[other.id()],
        };
        let found = self.entities.read(moment, read).await?;
        Ok(match by {
            Some(_) => {
                let pointed = keys.into_iter().zip(found).filter(|(_, rows)| !rows.is_empty());
                pointed.map(|(key, _)| key).collect()
            }
            None => {
                let ids = found.into_iter().flatten();
                ids.filter_map(|row| row.values.first().cloned()).collect()
            }
        })
    }

    /// What the candidates are ordered by, if it is a field of what they refer to: by its id.
    async fn keys(
        &self,
        order: Order,
        candidates: &[Vec<Row>],
        columns: &Columns,
        moment: &E::Moment,
    ) -> Result<HashMap<Value, Value>, QueryError> {
        let By::Child { field, entity, of } = order.by else { return Ok(HashMap::new()) };
        let id = self.schema.entity(entity).id();
        let ids = distinct(candidates.iter().flatten().map(|row| columns.value(row, field)));
        let mut wanted = Columns::default();
        wanted.add(id);
        wanted.add(of);
        let read = Read {
            entity,
            of: Of::Ids(&ids),
            filter: &Predicate::everything(),
            order: None,
            page: Page { skip: 0, first: u32::MAX },
            columns: wanted.fields(),
        };
        let found = self.entities.read(moment, read).await?;
        let pair = |row: &Row| (wanted.value(row, id).clone(), wanted.value(row, of).clone());
        Ok(found.iter().flatten().map(pair).collect())
    }
}

/// A part of a list.
fn part(rows: Vec<Row>, page: Page) -> Vec<Row> {
    rows.into_iter().skip(page.skip as usize).take(page.first as usize).collect()
}

/// Values of which each stands there once; of lists what stands in them.
pub(super) fn distinct<'a>(values: impl Iterator<Item = &'a Value>) -> Vec<Value> {
    let (mut seen, mut found) = (HashSet::new(), Vec::new());
    let mut add = |value: &Value| {
        if !value.is_null() && seen.insert(value.clone()) {
            found.push(value.clone());
        }
    };
    for value in values {
        match value {
            Value::List(items) => items.iter().for_each(&mut add),
            value => add(value),
        }
    }
    found
}

/// The same condition, where nothing is known of other entities: it is true of no less.
fn without_children(of: &Predicate) -> Predicate {
    match of {
        Predicate::All(parts) => Predicate::All(parts.iter().map(without_children).collect()),
        Predicate::Any(parts) => Predicate::Any(parts.iter().map(without_children).collect()),
        Predicate::Child { .. } => Predicate::everything(),
        other => other.clone(),
    }
}

/// An entity whose fields' entities were looked at.
struct Looked<'a, 'b, E> {
    subgraph: &'a Subgraph<'b, E>,
    entity: EntityIx,
    row: &'a Row,
    columns: &'a Columns,
    fitting: &'a Fitting,
}

impl<E> Candidate for Looked<'_, '_, E> {
    fn value(&self, field: FieldIx) -> &Value {
        self.columns.value(self.row, field)
    }

    fn has_child(&self, field: FieldIx, child: &Predicate) -> bool {
        let Some(fitting) = self.fitting.get(&(field, std::ptr::from_ref(child).addr())) else {
            return false;
        };
        let entity = self.subgraph.schema.entity(self.entity);
        let speaks = match entity.field(field).kind {
            Kind::Derived { .. } => entity.id(),
            _ => field,
        };
        match self.value(speaks) {
            Value::List(items) => items.iter().any(|item| fitting.contains(item)),
            value => fitting.contains(value),
        }
    }

    fn changed(&self) -> i64 {
        i64::try_from(self.row.changed).unwrap_or(i64::MAX)
    }
}

/// Where a row stands in an order.
struct Place {
    order: Order,
    key: Value,
    id: Value,
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.order.compare((&self.key, &self.id), (&other.key, &other.id))
    }
}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Place {}
