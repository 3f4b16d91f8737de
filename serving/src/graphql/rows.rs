//! Objects that stand in lists, resolved in one go.
//!
//! The library makes a future on the heap for each field of each row. Here what is no object in turn (numbers, texts) is resolved on
//! the spot, one after the other; what is an object is still resolved beside the others of its row, and rows beside each other, so
//! that what they load together stays together. Whatever is out of the ordinary (a fragment on another type, a name that is asked for
//! twice) is left to the library. Extensions of the schema would not be told of what is resolved here: it has none.

use std::borrow::Cow;

use async_graphql::{
    Context, ContextSelectionSet, Name, ObjectType, OutputType, Positioned, ServerResult, Value,
    indexmap::IndexMap,
    parser::types::{Field, Selection},
    registry::Registry,
    resolver_utils::resolve_container,
};
use futures::future::{join_all, try_join_all};

#[cfg(test)]
mod tests;

/// A list of objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows<T>(pub Vec<T>);

/// An object that hangs on a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<T>(pub T);

impl<T: ObjectType> OutputType for Rows<T> {
    fn type_name() -> Cow<'static, str> {
        Vec::<T>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<T>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<T>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        let Some(fields) = fields_of::<T>(ctx) else { return self.0.resolve(ctx, field).await };
        if fields.iter().all(|field| is_leaf(field)) {
            let mut rows = Vec::with_capacity(self.0.len());
            for (index, row) in self.0.iter().enumerate() {
                let ctx = ctx.with_index(index);
                rows.push(of_leaves(&ctx, row, &fields).await);
            }
            return Ok(Value::List(rows));
        }
        let rows = self.0.iter().enumerate().map(|(index, row)| {
            let (ctx, fields) = (ctx.with_index(index), &fields);
            async move { Ok(of_fields(&ctx, row, fields).await) }
        });
        try_join_all(rows).await.map(Value::List)
    }
}

impl<T: ObjectType> OutputType for Row<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        _field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        match fields_of::<T>(ctx) {
            None => resolve_container(ctx, &self.0).await,
            Some(fields) if fields.iter().all(|field| is_leaf(field)) => {
                Ok(of_leaves(ctx, &self.0, &fields).await)
            }
            Some(fields) => Ok(of_fields(ctx, &self.0, &fields).await),
        }
    }
}

/// The fields that are selected, those in fragments, too; none if it takes more than resolving each once.
fn fields_of<'a, T: ObjectType>(
    ctx: &ContextSelectionSet<'a>,
) -> Option<Vec<&'a Positioned<Field>>> {
    let mut sets = vec![ctx.item.node.items.iter()];
    let mut found: Vec<&Positioned<Field>> = Vec::new();
    while let Some(set) = sets.last_mut() {
        let (condition, inner) = match set.next().map(|selection| &selection.node) {
            None => {
                sets.pop();
                continue;
            }
            Some(Selection::Field(field)) => {
                let key = &field.node.response_key().node;
                let is_twice = found.iter().any(|other| other.node.response_key().node == *key);
                if is_twice || !field.node.directives.is_empty() {
                    return None;
                }
                found.push(field);
                continue;
            }
            Some(Selection::FragmentSpread(spread)) => {
                let fragment = ctx.query_env.fragments.get(&spread.node.fragment_name.node)?;
                (Some(&fragment.node.type_condition), &fragment.node.selection_set)
            }
            Some(Selection::InlineFragment(fragment)) => {
                (fragment.node.type_condition.as_ref(), &fragment.node.selection_set)
            }
        };
        if condition.is_some_and(|condition| condition.node.on.node.as_str() != T::type_name()) {
            return None;
        }
        sets.push(inner.node.items.iter());
    }
    Some(found)
}

/// Whether nothing is selected of it.
fn is_leaf(field: &Positioned<Field>) -> bool {
    field.node.selection_set.node.items.is_empty()
}

/// All fields, each of which is a leaf.
async fn of_leaves<'a, T: ObjectType>(
    ctx: &'a ContextSelectionSet<'a>,
    row: &'a T,
    fields: &[&'a Positioned<Field>],
) -> Value {
    let mut object = IndexMap::with_capacity(fields.len());
    for field in fields {
        let value = value(ctx, row, field).await;
        put(ctx, &mut object, field, value);
    }
    whole(object)
}

/// All fields: leaves on the spot, objects beside each other.
async fn of_fields<'a, T: ObjectType>(
    ctx: &'a ContextSelectionSet<'a>,
    row: &'a T,
    fields: &[&'a Positioned<Field>],
) -> Value {
    let objects = fields.iter().filter(|field| !is_leaf(field)).map(|field| value(ctx, row, field));
    let mut objects = join_all(objects).await.into_iter();
    let mut object = IndexMap::with_capacity(fields.len());
    for field in fields {
        let value = match is_leaf(field) {
            true => value(ctx, row, field).await,
            false => objects.next().unwrap_or_else(|| Ok(Value::Null)),
        };
        put(ctx, &mut object, field, value);
    }
    whole(object)
}

/// A field, as the library resolves it.
async fn value<'a, T: ObjectType>(
    ctx: &'a ContextSelectionSet<'a>,
    row: &'a T,
    field: &'a Positioned<Field>,
) -> ServerResult<Value> {
    if field.node.name.node == "__typename" {
        return Ok(Value::String(row.introspection_type_name().into_owned()));
    }
    let ctx: Context<'_> = ctx.with_field(field);
    Ok(row.resolve_field(&ctx).await?.unwrap_or_default())
}

/// What failed is told beside the data and left out.
fn put(
    ctx: &ContextSelectionSet<'_>,
    object: &mut IndexMap<Name, Value>,
    field: &Positioned<Field>,
    value: ServerResult<Value>,
) {
    match value {
        Ok(value) => {
            object.insert(field.node.response_key().node.clone(), value);
        }
        Err(error) => ctx.add_error(error),
    }
}

fn whole(object: IndexMap<Name, Value>) -> Value {
    if object.is_empty() { Value::Null } else { Value::Object(object) }
}
