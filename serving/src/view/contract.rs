//! An event of a contract that is known by its ABI only.

use domain::{
    contract::{Body, Field, Kind, Value},
    row::ContractEvent as Row,
};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

use super::{address, hash};

/// Integers of types up to this many bits are numbers, exact in every JSON reader; wider ones are texts.
const NUMBER_BITS: u16 = 48;

/// An event as its ABI declares it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContractEvent {
    /// `block-logIndex`, unique on the chain.
    pub id: String,
    /// Block height.
    pub block_number: u64,
    /// Block time in Unix seconds.
    pub timestamp: u64,
    /// Transaction.
    pub tx_hash: String,
    /// Index of the log in its block.
    pub log_index: u32,
    /// Emitting contract.
    pub address: String,
    /// Values by name; null when the log is not what the ABI says.
    #[schema(value_type = Option<Object>)]
    pub values: Option<Map<String, Json>>,
    /// Topics and data of a log that is not what the ABI says.
    pub raw: Option<Raw>,
    /// Whether a text was cut or cleaned, or the data cut.
    pub lossy: bool,
}

/// A log as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ContractRawLog)]
pub struct Raw {
    /// All topics.
    pub topics: Vec<String>,
    /// Data, as hex.
    pub data: String,
}

impl ContractEvent {
    /// The wire form of a stored row.
    #[must_use]
    pub fn new(row: &Row) -> Self {
        let position = row.meta.position;
        let (values, raw, lossy) = match &row.log.body {
            Body::Decoded { values, lossy } => {
                (Some(named(&row.log.table.fields, values)), None, *lossy)
            }
            Body::Raw { topics, data, lossy } => {
                let topics = topics.iter().map(|topic| hash(*topic)).collect();
                (None, Some(Raw { topics, data: data.to_string() }), *lossy)
            }
        };
        Self {
            id: format!("{}-{}", position.block, position.log_index),
            block_number: position.block,
            timestamp: row.meta.timestamp,
            tx_hash: hash(row.meta.tx_hash),
            log_index: position.log_index,
            address: address(row.address),
            values,
            raw,
            lossy,
        }
    }
}

pub(crate) fn named(fields: &[Field], values: &[Value]) -> Map<String, Json> {
    let pairs = fields.iter().zip(values);
    pairs.map(|(field, value)| (field.name.clone(), json(&field.kind, value))).collect()
}

fn json(kind: &Kind, value: &Value) -> Json {
    match (kind, value) {
        (Kind::Int(bits), Value::Int(number)) if *bits <= NUMBER_BITS => (*number).into(),
        (_, Value::Int(number)) => number.to_string().into(),
        (_, Value::Uint(number)) => number.to_string().into(),
        (_, Value::Signed(number)) => number.to_string().into(),
        (_, Value::Address(account)) => address(*account).into(),
        (_, Value::Bool(value)) => (*value).into(),
        (_, Value::Bytes(bytes)) => bytes.to_string().into(),
        (_, Value::Text(text)) => text.clone().into(),
        (Kind::List(kind), Value::List(values)) => {
            values.iter().map(|value| json(kind, value)).collect()
        }
        (Kind::Struct(fields), Value::Struct(values)) => Json::Object(named(fields, values)),
        (_, Value::List(_) | Value::Struct(_)) => Json::Null,
    }
}
