//! Objects that stand in lists, written at once.
//!
//! The library makes a future on the heap and a value for each field of each row. Here what rows tell themselves (numbers,
//! texts) is written as the JSON of the answer on the spot; what is left is resolved by the library, objects beside the others
//! of their row, and rows beside each other, so that what they load together stays together. Whatever is out of the ordinary
//! (a fragment on another type, a name that is asked for twice, objects that are asked for in parts: [`merged`]) is left to the
//! library altogether. Extensions of the schema would not be told of what is resolved here: it has none.

use std::{borrow::Cow, fmt::Display};

use async_graphql::{
    ContextSelectionSet, ObjectType, OutputType, Positioned, ServerError, ServerResult, Value,
    parser::types::Field, registry::Registry, resolver_utils::resolve_container,
};
use futures::future::join_all;

use self::plan::Plan;
pub use self::{
    members::{Leaves, Members},
    merged::Merged,
    places::Known,
};
use super::written;

mod leaves;
mod members;
mod merged;
mod picked;
mod places;
mod plan;
#[cfg(test)]
mod tests;

/// A list of objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows<T>(pub Vec<T>);

/// An object that hangs on a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<T>(pub T);

impl<T: Leaves + ObjectType> OutputType for Rows<T> {
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
        let Some(plan) = self.0.first().and_then(|row| Plan::of(ctx, row)) else {
            return self.0.resolve(ctx, field).await;
        };
        let mut resolved = Vec::new();
        if plan.needs_library() {
            let rows = self.0.iter().enumerate().map(|(index, row)| {
                let (ctx, plan) = (ctx.with_index(index), &plan);
                async move { plan.resolved(&ctx, row).await }
            });
            resolved = join_all(rows).await;
        }
        let (mut resolved, mut picked) = (resolved.into_iter(), plan.picked());
        let mut text = Vec::new();
        for row in &self.0 {
            text.push(if text.is_empty() { b'[' } else { b',' });
            let resolved = resolved.next().unwrap_or_default();
            let written = plan.write((ctx, row), &mut picked, resolved, &mut text);
            written.map_err(|error| not_written(&error, field))?;
        }
        text.push(b']');
        written::raw(text).map_err(|error| not_written(&error, field))
    }
}

impl<T: Leaves + ObjectType> OutputType for Row<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        let Some(plan) = Plan::of(ctx, &self.0) else {
            return resolve_container(ctx, &self.0).await;
        };
        let resolved =
            if plan.needs_library() { plan.resolved(ctx, &self.0).await } else { Vec::new() };
        let mut text = Vec::new();
        let written = plan.write((ctx, &self.0), &mut plan.picked(), resolved, &mut text);
        written.map_err(|error| not_written(&error, field))?;
        written::raw(text).map_err(|error| not_written(&error, field))
    }
}

fn not_written(error: &dyn Display, field: &Positioned<Field>) -> ServerError {
    ServerError::new(error.to_string(), Some(field.pos))
}
