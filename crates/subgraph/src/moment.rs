//! Of which block something is asked.

use async_graphql_value::ConstValue;

use crate::{
    error::{QueryError, invalid, undecodable},
    scalar,
    schema::Scalar,
    shown::Shown,
    value::{Bytes, Value},
};

/// A block that a client names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// The newest.
    Head,
    /// The one of this hash.
    Hash(Bytes),
    /// The one of this height.
    Number(u64),
}

/// A block, and how high it has to be at least.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) at: At,
    pub(crate) least: u64,
}

impl From<At> for Wanted {
    fn from(at: At) -> Self {
        Self { at, least: 0 }
    }
}

/// Reads `block`. Nothing is the newest; an object that names none is a mistake: answering it with the newest would make nothing of
/// a difference between two days.
pub(crate) fn read(value: Option<&ConstValue>) -> Result<Wanted, QueryError> {
    let members = match value.unwrap_or(&ConstValue::Null) {
        ConstValue::Null => return Ok(At::Head.into()),
        ConstValue::Object(members) => members,
        other => return Err(invalid("block", &Shown(other))),
    };
    let named = |name: &str| members.get(name).filter(|value| **value != ConstValue::Null);
    if let Some(hash) = named("hash") {
        return match scalar::read(Scalar::Bytes, hash)? {
            Value::Bytes(hash) => Ok(At::Hash(hash).into()),
            _ => Err(undecodable("Bytes", &Shown(hash))),
        };
    }
    if let Some(number) = named("number") {
        return height(number).map(|number| At::Number(number).into());
    }
    if let Some(number) = named("number_gte") {
        return height(number).map(|least| Wanted { at: At::Head, least });
    }
    Err(invalid("block", &Shown(value.unwrap_or(&ConstValue::Null))))
}

fn height(value: &ConstValue) -> Result<u64, QueryError> {
    let number = match value {
        ConstValue::Number(number) => scalar::whole(number),
        _ => None,
    };
    let number = number.ok_or_else(|| undecodable("Int", &Shown(value)))?;
    u64::try_from(number).map_err(|_| invalid("block", &Shown(value)))
}

/// A block that is not there yet.
#[must_use]
pub fn not_yet(subgraph: &str, argument: &str, newest: u64, wanted: u64) -> QueryError {
    QueryError::new(format!(
        "Failed to decode `{argument}` value: `subgraph {subgraph} has only indexed up to block number {newest} and data for \
         block number {wanted} is therefore not yet available`"
    ))
}

/// A block before all that is there.
#[must_use]
pub fn too_early(subgraph: &str, argument: &str, first: u64, wanted: u64) -> QueryError {
    QueryError::new(format!(
        "Failed to decode `{argument}` value: `subgraph {subgraph} only has data starting at block number {first} and data for \
         block number {wanted} is therefore not available`"
    ))
}

/// A hash of no block.
#[must_use]
pub fn no_block() -> QueryError {
    QueryError::new("Failed to decode `block.hash` value: `no block with that hash found`")
}
