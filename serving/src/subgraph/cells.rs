//! What rows of the store hold, as values of entities.

use std::collections::BTreeSet;

use alloy_primitives::Address;
use domain::{
    ids::PoolId,
    record::{Record, Value as Cell},
};
use subgraph::{
    schema::{Item, Kind, Scalar, Schema},
    value::{Bytes, Integer, Value},
};

#[cfg(test)]
mod tests;

/// A row of a table.
pub(super) trait Cells: Clone + Send + Sync + 'static {
    /// Figures whose names are columns.
    type Figures: Record;

    /// Whether every name is a column, of which nothing is known.
    const ANY: bool = false;

    /// The figures.
    fn figures(&self) -> &Self::Figures;

    /// Columns beside them, and instead of those of the same name.
    fn own() -> Own<Self>;

    /// The block that changed it last; 0 where that is not known.
    fn changed(&self) -> u64;
}

/// Columns by name.
pub(super) type Own<R> = &'static [(&'static str, fn(&R) -> Value)];

/// Where the value of a column comes from.
pub(super) enum Column<R> {
    /// The figure of this index.
    Figure(usize),
    /// A column of its own.
    Own(fn(&R) -> Value),
}

impl<R> Clone for Column<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Column<R> {}

impl<R: Cells> Column<R> {
    /// The column of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let own = R::own().iter().find(|(known, _)| *known == name);
        let named = own.map(|(_, column)| Self::Own(*column)).or_else(|| {
            R::Figures::fields().position(|field| field.name == name).map(Self::Figure)
        });
        if R::ANY { named.or(Some(Self::Own(|_| Value::Null))) } else { named }
    }

    /// Its value in a row.
    pub(super) fn of(self, row: &R) -> Value {
        match self {
            Self::Figure(index) => plain(&row.figures().get(index)),
            Self::Own(column) => column(row),
        }
    }
}

/// All names of columns.
pub(super) fn names<R: Cells>() -> Vec<&'static str> {
    let own = R::own().iter().map(|(name, _)| *name);
    own.chain(R::Figures::fields().map(|field| field.name)).collect()
}

/// What a record holds.
fn plain(cell: &Cell<'_>) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Bool(value) => Value::Bool(*value),
        Cell::Int(value) => Value::Integer((*value).into()),
        Cell::Uint(value) => Value::Integer((*value).into()),
        Cell::Signed(value) => Value::Integer((*value).into()),
        Cell::Decimal(value) => Value::Decimal(*value),
        Cell::Address(value) => Value::Bytes((*value).into()),
        Cell::Hash(value) => Value::Bytes((*value).into()),
        Cell::Text(value) => Value::text(value),
        Cell::Pools(pools) => Value::List(pools.iter().map(|pool| id(*pool)).collect()),
    }
}

/// A pool's id.
pub(super) fn id(pool: PoolId) -> Value {
    Value::Bytes(match pool {
        PoolId::Contract(address) => address.into(),
        PoolId::Key(key) => key.into(),
    })
}

/// A whole number.
pub(super) fn integer(value: impl Into<Integer>) -> Value {
    Value::Integer(value.into())
}

/// What a column may hold in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One value of this kind.
    One(Scalar),
    /// A list of those.
    Many(Scalar),
}

impl Form {
    /// Of a field; none of those that are derived.
    pub(super) fn of(schema: &Schema, kind: &Kind) -> Option<Self> {
        Some(match kind {
            Kind::Scalar(scalar) => Self::One(*scalar),
            Kind::Enum(_) => Self::One(Scalar::String),
            Kind::Reference(entity) => Self::One(schema.id_kind(*entity)),
            Kind::List(Item::Scalar(scalar)) => Self::Many(*scalar),
            Kind::List(Item::Reference(entity)) => Self::Many(schema.id_kind(*entity)),
            Kind::Derived { .. } => return None,
        })
    }

    /// A value in this form; nothing where it cannot be.
    pub(super) fn fit(self, value: Value) -> Value {
        match (self, value) {
            (_, Value::Null) => Value::Null,
            (Self::One(scalar), value) => fit(scalar, value),
            (Self::Many(scalar), Value::List(items)) => {
                Value::List(items.into_iter().map(|item| fit(scalar, item)).collect())
            }
            (Self::Many(_), _) => Value::Null,
        }
    }
}

fn fit(scalar: Scalar, value: Value) -> Value {
    match (scalar, value) {
        (Scalar::Id | Scalar::String, value @ Value::Text(_))
        | (Scalar::Bytes, value @ Value::Bytes(_))
        | (Scalar::BigInt, value @ Value::Integer(_))
        | (Scalar::BigDecimal, value @ Value::Decimal(_))
        | (Scalar::Boolean, value @ Value::Bool(_))
        | (Scalar::Int, value @ Value::Int(_)) => value,
        (Scalar::Id | Scalar::String, Value::Bytes(bytes)) => Value::text(&bytes.to_string()),
        (Scalar::Id | Scalar::String, Value::Integer(number)) => Value::text(&number.to_string()),
        (Scalar::Bytes, Value::Text(text)) => Bytes::parse(&text).map_or(Value::Null, Value::Bytes),
        (Scalar::Int, Value::Integer(number)) => {
            number.to_string().parse().map_or(Value::Null, Value::Int)
        }
        (Scalar::Int8 | Scalar::Timestamp, Value::Integer(number)) => {
            number.to_string().parse().map_or(Value::Null, Value::Long)
        }
        (Scalar::BigDecimal, Value::Integer(number)) => {
            number.to_string().parse().map_or(Value::Null, Value::Decimal)
        }
        _ => Value::Null,
    }
}

/// The address that a value stands for.
pub(super) fn address(value: &Value) -> Option<Address> {
    Address::try_from(bytes(value)?.as_slice()).ok()
}

/// Those that values stand for, each once.
pub(super) fn addresses(values: &[Value]) -> BTreeSet<Address> {
    values.iter().filter_map(address).collect()
}

/// The whole number that a value is; none below zero.
pub(super) fn count(value: &Value) -> Option<u64> {
    match value {
        Value::Int(number) => u64::try_from(*number).ok(),
        Value::Integer(number) => number.to_string().parse().ok(),
        _ => None,
    }
}

/// The bytes that a value stands for: an id, whichever way a schema writes it.
pub(super) fn bytes(value: &Value) -> Option<Bytes> {
    match value {
        Value::Bytes(bytes) => Some(bytes.clone()),
        // what differs in case is another id where ids are texts
        Value::Text(text) if !text.bytes().any(|byte| byte.is_ascii_uppercase()) => {
            text.strip_prefix("0x").and_then(Bytes::parse)
        }
        _ => None,
    }
}
