//! What a request asks, made of its document before anything is read.

use async_graphql_value::ConstValue;

use crate::{
    api::{self, Api},
    document::{Document, Selected},
    error::QueryError,
    filter::{self, Predicate},
    limits::Limits,
    moment,
    page::{self, By, Order, Page},
    scalar,
    schema::{EntityIx, FieldIx, Item, Kind, Root, Schema},
    value::Value,
};

mod meta;

pub(crate) use self::meta::{BlockField, Meta, MetaField};

/// A request.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) roots: Vec<(String, Asked)>,
}

/// A field of the root.
#[derive(Debug)]
pub(crate) enum Asked {
    /// One entity.
    One { id: Value, at: moment::Wanted, node: Node },
    /// A list.
    Many { at: moment::Wanted, list: List },
    /// What the server knows of itself.
    Meta { at: moment::Wanted, meta: Meta },
    /// The name of the root.
    TypeName,
    /// Lines of a log: there are none.
    Logs,
    /// What is known of the schema, as text.
    Told(String),
}

/// A list of entities.
#[derive(Debug)]
pub(crate) struct List {
    pub(crate) filter: Predicate,
    pub(crate) order: Order,
    pub(crate) page: Page,
    pub(crate) node: Node,
}

/// What is wanted of entities.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) entity: EntityIx,
    pub(crate) fields: Vec<(String, Wanted)>,
}

/// What is wanted of one field.
#[derive(Debug)]
pub(crate) enum Wanted {
    /// Its value.
    Value(FieldIx),
    /// The name of the type.
    TypeName,
    /// What it refers to.
    Reference(FieldIx, Node),
    /// The entities whose ids are stored in it.
    Stored(FieldIx, List),
    /// The entities that point here by their field.
    Derived { field: FieldIx, by: FieldIx, is_single: bool, list: List },
}

impl Node {
    /// Shows the fields whose values it needs.
    pub(crate) fn columns(&self, show: &mut impl FnMut(FieldIx)) {
        for (_, wanted) in &self.fields {
            match wanted {
                Wanted::Value(field) | Wanted::Reference(field, _) | Wanted::Stored(field, _) => {
                    show(*field);
                }
                Wanted::TypeName | Wanted::Derived { .. } => {}
            }
        }
    }
}

/// Makes a plan.
pub(crate) fn plan(
    (schema, api): (&Schema, &Api),
    document: &Document,
    limits: &Limits,
) -> Result<Plan, QueryError> {
    let mut planning =
        Planning { schema, api, document, limits, steps: limits.steps, told: limits.told, rows: 0 };
    let fields = document.fields("Query", &[document.root()], &mut planning.steps)?;
    if fields.len() > limits.roots {
        return Err(QueryError::new("query is too expensive"));
    }
    let mut roots = Vec::with_capacity(fields.len());
    for field in &fields {
        let asked = planning.root(field).map_err(|error| match error.position {
            Some(_) => error,
            None => error.at(field.position),
        })?;
        if let Some(asked) = asked {
            roots.push((field.key.to_owned(), asked));
        }
    }
    if planning.rows > limits.rows {
        let (rows, most) = (planning.rows, limits.rows);
        return Err(QueryError::new(format!(
            "query potentially returns `{rows}` entities or more and thereby exceeds the limit of `{most}` entities. Possible \
             solutions are reducing the depth of the query, querying fewer relationships per entity or using `first` to \
             return smaller collections"
        )));
    }
    Ok(Plan { roots })
}

struct Planning<'a> {
    schema: &'a Schema,
    api: &'a Api,
    document: &'a Document,
    limits: &'a Limits,
    steps: usize,
    told: usize,
    /// Rows that the answer has if every list is full.
    rows: u64,
}

impl Planning<'_> {
    fn root(&mut self, field: &Selected<'_>) -> Result<Option<Asked>, QueryError> {
        let at = || moment::read(field.argument("block")?.as_ref());
        // an object of which nothing is selected is left out
        if field.name != "__typename" && !field.has_selection() && self.is_known(field.name) {
            return Ok(None);
        }
        match field.name {
            "__typename" => return Ok(Some(Asked::TypeName)),
            "__schema" => {
                let told = api::tell_schema(self.api, self.document, field, &mut self.told)?;
                return Ok(Some(Asked::Told(told)));
            }
            "__type" => {
                let told = api::tell_type(self.api, self.document, field, &mut self.told)?;
                return Ok(Some(Asked::Told(told)));
            }
            "_logs" => {
                for field in self.document.fields("_Log_", &field.sets, &mut self.steps)? {
                    if !self.api.has_field("_Log_", field.name) {
                        return Err(unknown("_Log_", &field));
                    }
                }
                return Ok(Some(Asked::Logs));
            }
            "_meta" => {
                let meta = Meta::read(self.document, field, &mut self.steps)?;
                return Ok(Some(Asked::Meta { at: at()?, meta }));
            }
            _ => {}
        }
        let Some(root) = self.schema.root(field.name) else {
            return Err(unknown("Query", field));
        };
        errors_policy(field)?;
        Ok(Some(match root {
            Root::One(entity) => {
                let id = required(field, "id")?;
                let id = scalar::read(self.schema.id_kind(entity), &id)?;
                Asked::One { id, at: at()?, node: self.node(entity, field, 1, 1)? }
            }
            Root::Many(entity) => Asked::Many { at: at()?, list: self.list(entity, field, 1, 1)? },
        }))
    }

    fn is_known(&self, root: &str) -> bool {
        ["_meta", "_logs", "__schema", "__type"].contains(&root) || self.schema.root(root).is_some()
    }

    fn list(
        &mut self,
        entity: EntityIx,
        field: &Selected<'_>,
        times: u64,
        depth: usize,
    ) -> Result<List, QueryError> {
        let argument = |name: &str| field.argument(name);
        let filter = argument("where")?.unwrap_or(ConstValue::Null);
        let filter = filter::read(self.schema, entity, &filter)?;
        let (by, direction) = (argument("orderBy")?, argument("orderDirection")?);
        let order = page::order(self.schema, entity, by.as_ref(), direction.as_ref())?;
        let (first, skip) = (argument("first")?, argument("skip")?);
        let page = page::page(first.as_ref(), skip.as_ref(), self.limits)?;
        let times = times.saturating_mul(u64::from(page.first));
        Ok(List { filter, order, page, node: self.node(entity, field, times, depth)? })
    }

    /// What is wanted of an entity that is there so many times.
    fn node(
        &mut self,
        entity: EntityIx,
        of: &Selected<'_>,
        times: u64,
        depth: usize,
    ) -> Result<Node, QueryError> {
        if depth > self.limits.depth {
            let most = self.limits.depth;
            return Err(QueryError::new(format!(
                "query has a depth that exceeds the limit of `{most}`"
            )));
        }
        self.rows = self.rows.saturating_add(times);
        let known = self.schema.entity(entity);
        let selected = self.document.fields(&known.name, &of.sets, &mut self.steps)?;
        let mut fields = Vec::with_capacity(selected.len());
        for field in &selected {
            let wanted = self.field(entity, field, times, depth).map_err(|error| {
                if error.position.is_some() { error } else { error.at(field.position) }
            })?;
            fields.extend(wanted.map(|wanted| (field.key.to_owned(), wanted)));
        }
        Ok(Node { entity, fields })
    }

    fn field(
        &mut self,
        of: EntityIx,
        field: &Selected<'_>,
        times: u64,
        depth: usize,
    ) -> Result<Option<Wanted>, QueryError> {
        if field.name == "__typename" {
            return Ok(Some(Wanted::TypeName));
        }
        let entity = self.schema.entity(of);
        let number = entity.find(field.name).ok_or_else(|| unknown(&entity.name, field))?;
        let kind = &entity.field(number).kind;
        let is_object =
            !matches!(kind, Kind::Scalar(_) | Kind::Enum(_) | Kind::List(Item::Scalar(_)));
        if is_object && !field.has_selection() {
            return Ok(None);
        }
        Ok(Some(match *kind {
            Kind::Scalar(_) | Kind::Enum(_) | Kind::List(Item::Scalar(_)) => Wanted::Value(number),
            Kind::Reference(other) => {
                Wanted::Reference(number, self.node(other, field, times, depth + 1)?)
            }
            Kind::List(Item::Reference(other)) => {
                Wanted::Stored(number, self.list(other, field, times, depth + 1)?)
            }
            Kind::Derived { entity, by, is_single: false } => {
                let list = self.list(entity, field, times, depth + 1)?;
                Wanted::Derived { field: number, by, is_single: false, list }
            }
            Kind::Derived { entity, by, is_single: true } => {
                let order =
                    Order { by: By::Field(self.schema.entity(entity).id()), descending: false };
                let list = List {
                    filter: Predicate::everything(),
                    order,
                    page: Page { skip: 0, first: 1 },
                    node: self.node(entity, field, times, depth + 1)?,
                };
                Wanted::Derived { field: number, by, is_single: true, list }
            }
        }))
    }
}

fn unknown(of: &str, field: &Selected<'_>) -> QueryError {
    QueryError::new(format!("Type `{of}` has no field `{}`", field.name)).at(field.position)
}

fn required(field: &Selected<'_>, name: &str) -> Result<ConstValue, QueryError> {
    field.argument(name)?.filter(|value| *value != ConstValue::Null).ok_or_else(|| {
        QueryError::new(format!("No value provided for required argument: `{name}`"))
    })
}

/// What is to be done about faults of the indexing: there are none that the answer could leave out, but it is a name that is known.
fn errors_policy(field: &Selected<'_>) -> Result<(), QueryError> {
    let said = match field.argument("subgraphError")? {
        None | Some(ConstValue::Null) => return Ok(()),
        Some(ConstValue::Enum(name)) => name.to_string(),
        Some(ConstValue::String(name)) => name,
        Some(other) => other.to_string(),
    };
    match said.as_str() {
        "allow" | "deny" => Ok(()),
        _ => Err(crate::error::invalid("subgraphError", &said)),
    }
}
