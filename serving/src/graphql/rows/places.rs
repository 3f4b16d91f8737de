//! Which fields of a type its rows tell themselves, and at which place.

use std::{
    any::TypeId,
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use async_graphql::{
    ContextSelectionSet, OutputType,
    registry::{MetaType, Registry},
};
use serde::Serialize;
use serde_json::Error;

use super::members::{Leaves, Members};

/// Names of fields and their places.
type Places = HashMap<String, usize>;

/// Of each type, found once: data of the schema. There are as many as types.
#[derive(Debug, Default)]
pub struct Known(RwLock<HashMap<TypeId, Arc<Places>>>);

/// Those of a type, of which this is a row.
pub(super) fn of<T: Leaves + OutputType>(
    ctx: &ContextSelectionSet<'_>,
    row: &T,
) -> Result<Arc<Places>, Error> {
    let Some(Known(known)) = ctx.data_opt::<Known>() else { return find(ctx, row) };
    let id = TypeId::of::<T>();
    if let Some(places) = known.read().unwrap_or_else(PoisonError::into_inner).get(&id) {
        return Ok(Arc::clone(places));
    }
    let places = find(ctx, row)?;
    known.write().unwrap_or_else(PoisonError::into_inner).insert(id, Arc::clone(&places));
    Ok(places)
}

fn find<T: Leaves + OutputType>(
    ctx: &ContextSelectionSet<'_>,
    row: &T,
) -> Result<Arc<Places>, Error> {
    let mut names = Names::default();
    row.members(&mut names)?;
    let registry = &ctx.schema_env.registry;
    let places = names.0.into_iter().enumerate().map(|(place, name)| (name, place));
    let places = places.filter(|(name, _)| is_plain(registry, &T::type_name(), name));
    Ok(Arc::new(places.collect()))
}

/// Whether serde writes the field as the library does: a text, a number or a truth value, without arguments.
fn is_plain(registry: &Registry, of: &str, name: &str) -> bool {
    let Some(MetaType::Object { fields, .. }) = registry.types.get(of) else { return false };
    let Some(field) = fields.get(name) else { return false };
    let kind = field.ty.trim_end_matches('!');
    field.args.is_empty() && ["String", "Int", "Boolean"].contains(&kind)
}

#[derive(Debug, Default)]
struct Names(Vec<String>);

impl Members for Names {
    fn take<T: Serialize + ?Sized>(&mut self, name: &str, _: &T) -> Result<(), Error> {
        self.0.push(name.to_owned());
        Ok(())
    }

    const NAMED: bool = true;

    fn skip(&mut self, name: &str) {
        self.0.push(name.to_owned());
    }
}
