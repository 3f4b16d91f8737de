//! How the rows of a list are written.

use async_graphql::{
    Context, ContextSelectionSet, ObjectType, OutputType, Positioned, ServerResult, Value,
    parser::types::{Field, Selection},
};
use futures::future::join_all;
use serde_json::Error;

use super::{members::Leaves, merged::Merged, picked::Picked, places};
use crate::graphql::written;

/// The fields that are selected, and where each comes from.
pub(super) struct Plan<'a> {
    fields: Vec<(&'a Positioned<Field>, From)>,
    /// Places of what the rows tell.
    picked: Vec<usize>,
    /// Whether the library resolves some.
    needs_library: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    /// The row tells it: where it stands among what is picked.
    Row(usize),
    TypeName,
    Library,
}

impl<'a> Plan<'a> {
    /// None if it takes more than resolving each field once.
    pub(super) fn of<T: Leaves + ObjectType>(
        ctx: &ContextSelectionSet<'a>,
        row: &T,
    ) -> Option<Self> {
        if ctx.data_opt::<Merged>().is_none_or(|merged| merged.0) {
            return None;
        }
        let selected = fields_of::<T>(ctx)?;
        let places = places::of(ctx, row).ok()?;
        let (mut fields, mut picked) = (Vec::with_capacity(selected.len()), Vec::new());
        for field in selected {
            let name = field.node.name.node.as_str();
            let from = match places.get(name) {
                _ if name == "__typename" => From::TypeName,
                Some(place) => {
                    // by two names it is written once and told twice
                    let known = picked.iter().position(|picked| picked == place);
                    From::Row(known.unwrap_or_else(|| {
                        picked.push(*place);
                        picked.len() - 1
                    }))
                }
                None => From::Library,
            };
            fields.push((field, from));
        }
        let needs_library = fields.iter().any(|(_, from)| *from == From::Library);
        Some(Self { fields, picked, needs_library })
    }

    /// What reads the rows.
    pub(super) fn picked(&self) -> Picked {
        Picked::new(&self.picked)
    }

    pub(super) const fn needs_library(&self) -> bool {
        self.needs_library
    }

    /// What the library resolves of a row: leaves on the spot, objects beside each other.
    pub(super) async fn resolved<'b, T: ObjectType>(
        &'b self,
        ctx: &'b ContextSelectionSet<'b>,
        row: &'b T,
    ) -> Vec<ServerResult<Value>> {
        let fields = || self.fields.iter().filter(|(_, from)| *from == From::Library);
        let objects = fields().filter(|(field, _)| !is_leaf(field));
        let objects = join_all(objects.map(|(field, _)| value(ctx, row, field))).await;
        let (mut objects, mut found) = (objects.into_iter(), Vec::new());
        for (field, _) in fields() {
            found.push(match is_leaf(field) {
                true => value(ctx, row, field).await,
                false => objects.next().unwrap_or(Ok(Value::Null)),
            });
        }
        found
    }

    /// Writes a row. What failed is told beside the data and left out.
    pub(super) fn write<T: Leaves + ObjectType>(
        &self,
        (ctx, row): (&ContextSelectionSet<'_>, &T),
        picked: &mut Picked,
        resolved: Vec<ServerResult<Value>>,
        text: &mut Vec<u8>,
    ) -> Result<(), Error> {
        if !self.picked.is_empty() {
            picked.read(row)?;
        }
        let (begin, mut resolved) = (text.len(), resolved.into_iter());
        for (field, from) in &self.fields {
            let value = match from {
                From::Library => match resolved.next() {
                    Some(Err(error)) => {
                        ctx.add_error(error);
                        continue;
                    }
                    value => value.and_then(Result::ok),
                },
                From::Row(_) | From::TypeName => None,
            };
            text.push(if text.len() == begin { b'{' } else { b',' });
            // a name of the query: letters, digits and underscores
            text.push(b'"');
            text.extend_from_slice(field.node.response_key().node.as_bytes());
            text.extend_from_slice(b"\":");
            match from {
                From::Row(slot) => text.extend_from_slice(picked.get(*slot)),
                From::TypeName => {
                    serde_json::to_writer(&mut *text, &*row.introspection_type_name())?;
                }
                From::Library => written::value(&value.unwrap_or_default(), text)?,
            }
        }
        text.extend_from_slice(if text.len() == begin { b"null" } else { b"}" });
        Ok(())
    }
}

/// The fields that are selected, those in fragments, too; none if it takes more than resolving each once.
fn fields_of<'a, T: OutputType>(
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

/// A field, as the library resolves it.
async fn value<'a, T: ObjectType>(
    ctx: &'a ContextSelectionSet<'a>,
    row: &'a T,
    field: &'a Positioned<Field>,
) -> ServerResult<Value> {
    let ctx: Context<'_> = ctx.with_field(field);
    Ok(row.resolve_field(&ctx).await?.unwrap_or_default())
}
