//! Collections `contract_…`: `_id {c, b, l, i}`, the emitter `a`, and the values by name under `p`. A log that is not
//! what the ABI says has `undecoded`, `topics` and `data` instead of `p`.

use std::sync::Arc;

use alloy_primitives::{Address, Bytes, I256, U256};
use bson::{Binary, Bson, Document, RawDocument, RawDocumentBuf, spec::BinarySubtype};
use domain::{
    contract::{Body, ContractLog, Field, Kind, Table, Value},
    row::ContractEvent,
};
use serde::{Deserialize, Serialize};

use super::{
    decode_doc, encode_doc,
    row::{Id, Tx},
};
use crate::{
    codec::{Addr, Hash, Int, Uint},
    error::StoreError,
};

/// What stands for the collection in a message.
const EVENTS: &str = "contract events";

/// An event as stored.
#[derive(Debug, Serialize, Deserialize)]
struct Doc {
    _id: Id,
    tx: Tx,
    a: Addr,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    p: Option<Document>,
    /// A text is not byte for byte that of the log, or the data is cut.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    lossy: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    undecoded: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    topics: Vec<Hash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data: Option<Binary>,
}

/// As it is stored.
pub(crate) fn encode(chain: i64, event: &ContractEvent) -> Result<RawDocumentBuf, StoreError> {
    let mut doc = Doc {
        _id: Id::new(chain, event.meta.position),
        tx: Tx::new(&event.meta),
        a: Addr(event.address),
        p: None,
        lossy: false,
        undecoded: false,
        topics: Vec::new(),
        data: None,
    };
    match &event.log.body {
        Body::Decoded { values, lossy } => {
            doc.p = Some(fields(&event.log.table.fields, values));
            doc.lossy = *lossy;
        }
        Body::Raw { topics, data, lossy } => {
            doc.undecoded = true;
            doc.lossy = *lossy;
            doc.topics = topics.iter().copied().map(Hash).collect();
            doc.data = Some(binary(data));
        }
    }
    encode_doc(EVENTS, &doc)
}

fn fields(fields: &[Field], values: &[Value]) -> Document {
    let pairs = fields.iter().zip(values);
    pairs.map(|(field, value)| (field.name.clone(), stored(&field.kind, value))).collect()
}

/// A value as it is stored, which is also how it is searched for.
pub(crate) fn stored(kind: &Kind, value: &Value) -> Bson {
    match (kind, value) {
        (_, Value::Address(address)) => Addr(*address).into(),
        (_, Value::Bool(value)) => Bson::Boolean(*value),
        (_, Value::Int(value)) => Bson::Int64(*value),
        (_, Value::Uint(value)) => Uint(*value).into(),
        (_, Value::Signed(value)) => Int(*value).into(),
        (_, Value::Bytes(bytes)) => Bson::Binary(binary(bytes)),
        (_, Value::Text(text)) => Bson::String(text.clone()),
        (Kind::List(kind), Value::List(values)) => {
            Bson::Array(values.iter().map(|value| stored(kind, value)).collect())
        }
        (Kind::Struct(inner), Value::Struct(values)) => Bson::Document(fields(inner, values)),
        // a value that is not of its kind is of nobody's making
        (_, Value::List(_) | Value::Struct(_)) => Bson::Null,
    }
}

fn binary(bytes: &[u8]) -> Binary {
    Binary { subtype: BinarySubtype::Generic, bytes: bytes.to_vec() }
}

/// What it stands for.
pub(crate) fn decode(table: &Arc<Table>, raw: &RawDocument) -> Result<ContractEvent, StoreError> {
    let doc: Doc = decode_doc(EVENTS, raw)?;
    let body = match doc.p {
        Some(p) => Body::Decoded {
            values: values(&table.fields, &p).map_err(|field| StoreError::Corrupt {
                collection: EVENTS,
                id: format!("{:?} of {}", doc._id.position(), table.collection),
                why: format!("field {field} is not what the ABI says"),
            })?,
            lossy: doc.lossy,
        },
        None => Body::Raw {
            topics: doc.topics.into_iter().map(|topic| topic.0).collect(),
            data: doc.data.map(|data| data.bytes.into()).unwrap_or_default(),
            lossy: doc.lossy,
        },
    };
    Ok(ContractEvent {
        meta: doc.tx.meta(&doc._id),
        address: doc.a.0,
        log: ContractLog { table: Arc::clone(table), body },
    })
}

/// The values of these fields, or the name of the one that does not fit.
fn values(fields: &[Field], stored: &Document) -> Result<Vec<Value>, String> {
    let value = |field: &Field| {
        let found = stored.get(&field.name).and_then(|value| value_of(&field.kind, value));
        found.ok_or_else(|| field.name.clone())
    };
    fields.iter().map(value).collect()
}

fn value_of(kind: &Kind, stored: &Bson) -> Option<Value> {
    Some(match (kind, stored) {
        (Kind::Bool, Bson::Boolean(value)) => Value::Bool(*value),
        (Kind::Int(_), Bson::Int64(value)) => Value::Int(*value),
        (Kind::Text, Bson::String(text)) => Value::Text(text.clone()),
        (Kind::Address, Bson::Binary(found)) => {
            Value::Address(Address::try_from(found.bytes.as_slice()).ok()?)
        }
        (Kind::Uint, Bson::Binary(found)) => {
            Value::Uint(U256::from_be_bytes::<32>(found.bytes.as_slice().try_into().ok()?))
        }
        (Kind::Signed, Bson::Binary(found)) => {
            let int: Int = bson::deserialize_from_bson(Bson::Binary(found.clone())).ok()?;
            Value::Signed(I256::from(int.0))
        }
        (Kind::Bytes | Kind::Hash, Bson::Binary(found)) => {
            Value::Bytes(Bytes::from(found.bytes.clone()))
        }
        (Kind::List(kind), Bson::Array(items)) => {
            Value::List(items.iter().map(|item| value_of(kind, item)).collect::<Option<_>>()?)
        }
        (Kind::Struct(fields), Bson::Document(inner)) => Value::Struct(values(fields, inner).ok()?),
        _ => return None,
    })
}
