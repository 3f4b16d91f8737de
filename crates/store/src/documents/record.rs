//! Records as documents: each field under its public name, so that a person at a shell reads what clients read.
//!
//! Decimals stand as Decimal128, which holds 34 digits. The few that have 35 (negative sums of the reference's arithmetic)
//! are kept whole under `exact` beside their sortable twin.

use bson::{Bson, Document, RawBsonRef, RawDocument, RawDocumentBuf, spec::BinarySubtype};
use domain::{
    ids::PoolId,
    record::{Kind, Record, Value},
};

use crate::{
    codec::{Addr, Dec, Hash, Int, Pid, Uint},
    error::StoreError,
};

#[cfg(test)]
mod tests;

/// Where whole decimals are kept that Decimal128 cannot hold.
pub(crate) const EXACT: &str = "exact";

/// Appends the fields of a record to a document.
pub(crate) fn append<R: Record>(document: &mut Document, record: &R) {
    let mut exact = Document::new();
    for (index, field) in R::fields().enumerate() {
        let value = record.get(index);
        if let Value::Decimal(decimal) = &value
            && Dec(*decimal).rounds()
        {
            exact.insert(field.name, decimal.to_string());
        }
        document.insert(field.name, bson(value));
    }
    if !exact.is_empty() {
        document.insert(EXACT, exact);
    }
}

/// Reads the fields of a record. A field that is not there keeps its default: documents of an older version lack some.
///
/// One walk over the document: its fields stand in the order of the record's as a rule.
pub(crate) fn read<R: Record + Default>(document: &RawDocument) -> Result<R, String> {
    let mut record = R::default();
    let mut exact = None;
    let mut due = 0;
    for element in document {
        let (name, found) = element.map_err(|error| error.to_string())?;
        let name = name.as_str();
        let is_named = |index: &usize| R::field(*index).is_some_and(|field| field.name == name);
        let index = Some(due).filter(is_named).or_else(|| (0..R::count()).find(is_named));
        let Some((index, field)) = index.and_then(|index| Some((index, R::field(index)?))) else {
            if let (EXACT, RawBsonRef::Document(found)) = (name, found) {
                exact = Some(found);
            }
            continue;
        };
        due = index + 1;
        let wrong = || format!("`{name}` is no {:?}", field.kind);
        let value = value(found, field.kind).ok_or_else(wrong)?;
        if !record.set(index, value) {
            return Err(wrong());
        }
    }
    for element in exact.into_iter().flatten() {
        let (name, text) = element.map_err(|error| error.to_string())?;
        let is_named =
            |index: &usize| R::field(*index).is_some_and(|field| field.name == name.as_str());
        let Some(index) = (0..R::count()).find(is_named) else { continue };
        let decimal = text.as_str().and_then(|text| text.parse().ok());
        if !decimal.is_some_and(|decimal| record.set(index, Value::Decimal(decimal))) {
            return Err(format!("`{EXACT}.{}` is no decimal", name.as_str()));
        }
    }
    Ok(record)
}

fn bson(value: Value<'_>) -> Bson {
    match value {
        Value::Null => Bson::Null,
        Value::Bool(value) => Bson::Boolean(value),
        Value::Int(value) => Bson::Int64(value),
        Value::Uint(value) => Uint(value).into(),
        Value::Signed(value) => Int(value).into(),
        Value::Decimal(value) => Dec(value).into(),
        Value::Address(value) => Addr(value).into(),
        Value::Hash(value) => Hash(value).into(),
        Value::Text(value) => Bson::String(value.into_owned()),
        Value::Pools(pools) => Bson::Array(pools.iter().map(|pool| Pid(*pool).into()).collect()),
    }
}

fn value(found: RawBsonRef<'_>, kind: Kind) -> Option<Value<'static>> {
    let value = match (found, kind) {
        (RawBsonRef::Null, _) => Value::Null,
        (RawBsonRef::Boolean(value), Kind::Bool) => Value::Bool(value),
        (RawBsonRef::Int64(value), Kind::Int) => Value::Int(value),
        (RawBsonRef::Decimal128(value), Kind::Decimal) => Value::Decimal(Dec::read(value)?),
        (RawBsonRef::String(value), Kind::Text) => Value::Text(value.to_owned().into()),
        (RawBsonRef::Binary(binary), kind) if binary.subtype == BinarySubtype::Generic => {
            let bytes = binary.bytes;
            match kind {
                Kind::Uint => Value::Uint(Uint::read(bytes)?),
                Kind::Signed => Value::Signed(Int::read(bytes)?),
                Kind::Address => Value::Address(Addr::read(bytes)?),
                Kind::Hash => Value::Hash(Hash::read(bytes)?),
                _ => return None,
            }
        }
        (RawBsonRef::Array(array), Kind::Pools) => {
            let pools: Option<Vec<PoolId>> = array
                .into_iter()
                .map(|item| match item.ok()? {
                    RawBsonRef::Binary(binary) => Pid::read(binary.bytes),
                    _ => None,
                })
                .collect();
            Value::Pools(pools?.into())
        }
        _ => return None,
    };
    Some(value)
}

/// A document with an id and the fields of a record.
pub(crate) fn document<R: Record>(
    collection: &'static str,
    id: Document,
    record: &R,
) -> Result<RawDocumentBuf, StoreError> {
    let mut document = bson::doc! { "_id": id };
    append(&mut document, record);
    RawDocumentBuf::try_from(&document)
        .map_err(|error| StoreError::Encode { collection, why: error.to_string() })
}
