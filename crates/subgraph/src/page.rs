//! Which part of a list, in which order.

use std::cmp::Ordering;

use async_graphql_value::ConstValue;

use crate::{
    error::{QueryError, invalid},
    limits::Limits,
    scalar,
    schema::{Entity, EntityIx, FieldIx, Kind, Schema},
    shown::Shown,
    value::Value,
};

#[cfg(test)]
mod tests;

/// Rows of a list unless a client says otherwise.
const FIRST: u32 = 100;

/// The order of a list. Equal ones are in the order of their ids, in the same direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// By what.
    pub by: By,
    /// From the greatest to the least.
    pub descending: bool,
}

/// What a list is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A field's own value; of a reference the id.
    Field(FieldIx),
    /// The field of what a field refers to.
    Child {
        /// The reference.
        field: FieldIx,
        /// What it refers to.
        entity: EntityIx,
        /// Its field.
        of: FieldIx,
    },
}

/// A part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Rows that are left out.
    pub skip: u32,
    /// Rows at most.
    pub first: u32,
}

impl Order {
    /// Which of two is first: by their values, then by their ids.
    #[must_use]
    pub fn compare(&self, one: (&Value, &Value), other: (&Value, &Value)) -> Ordering {
        let values = match (one.0.is_null(), other.0.is_null()) {
            (true, true) => Ordering::Equal,
            // nothing is greater than everything
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => one.0.compare(other.0).unwrap_or(Ordering::Equal),
        };
        let order = values.then_with(|| one.1.compare(other.1).unwrap_or(Ordering::Equal));
        if self.descending { order.reverse() } else { order }
    }
}

/// Reads `orderBy` and `orderDirection`.
pub(crate) fn order(
    schema: &Schema,
    of: EntityIx,
    by: Option<&ConstValue>,
    direction: Option<&ConstValue>,
) -> Result<Order, QueryError> {
    let entity = schema.entity(of);
    let by = match by.unwrap_or(&ConstValue::Null) {
        ConstValue::Null => By::Field(entity.id()),
        ConstValue::Enum(name) => {
            self::by(schema, entity, name.as_str()).ok_or_else(|| unknown(entity, name.as_str()))?
        }
        ConstValue::String(name) => {
            self::by(schema, entity, name).ok_or_else(|| unknown(entity, name))?
        }
        other => return Err(invalid("orderBy", &Shown(other))),
    };
    let descending = match direction.unwrap_or(&ConstValue::Null) {
        ConstValue::Null => false,
        ConstValue::Enum(name) if name == "asc" || name == "desc" => name == "desc",
        ConstValue::String(name) if name == "asc" || name == "desc" => name == "desc",
        other => return Err(invalid("orderDirection", &Shown(other))),
    };
    Ok(Order { by, descending })
}

fn unknown(entity: &Entity, name: &str) -> QueryError {
    QueryError::new(format!("Entity `{}` has no attribute `{name}`", entity.name))
}

/// What a name of an order says.
pub(crate) fn by(schema: &Schema, entity: &Entity, name: &str) -> Option<By> {
    let is_ordered =
        |kind: &Kind| matches!(kind, Kind::Scalar(_) | Kind::Enum(_) | Kind::Reference(_));
    if let Some(field) = entity.find(name) {
        return is_ordered(&entity.field(field).kind).then_some(By::Field(field));
    }
    let (field, of) = name.split_once("__")?;
    let field = entity.find(field)?;
    let Kind::Reference(child) = entity.field(field).kind else { return None };
    let of = schema.entity(child).find(of)?;
    // of a reference's references only the ids
    let is_own = matches!(schema.entity(child).field(of).kind, Kind::Scalar(_) | Kind::Enum(_));
    is_own.then_some(By::Child { field, entity: child, of })
}

/// Reads `first` and `skip`.
pub(crate) fn page(
    first: Option<&ConstValue>,
    skip: Option<&ConstValue>,
    limits: &Limits,
) -> Result<Page, QueryError> {
    let (most, skips) = (limits.first, limits.skip);
    let first = number("first", first, FIRST.min(most), 1, most)?;
    Ok(Page { first, skip: number("skip", skip, 0, 0, skips)? })
}

fn number(
    name: &str,
    value: Option<&ConstValue>,
    default: u32,
    least: u32,
    most: u32,
) -> Result<u32, QueryError> {
    let number = match value.unwrap_or(&ConstValue::Null) {
        ConstValue::Null => return Ok(default),
        ConstValue::Number(number) => scalar::whole(number).map(i64::from),
        _ => None,
    };
    let Some(number) = number else {
        return Err(invalid(name, &Shown(value.unwrap_or(&ConstValue::Null))));
    };
    match u32::try_from(number) {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(QueryError::new(format!(
            "The `{name}` argument must be between 0 and {most}, but is {number}"
        ))),
    }
}
