//! Log filters as JSON-RPC describes them.

use alloy_primitives::B256;
use alloy_primitives::map::{AddressHashSet, B256HashSet};
use serde_json::Value;

use crate::replay::block::Log;

/// Which logs are wanted, without the blocks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LogFilter {
    addresses: AddressHashSet,
    /// By position; an empty list takes everything.
    topics: Vec<B256HashSet>,
}

impl LogFilter {
    /// Reads the `address` and `topics` of a filter object.
    pub(crate) fn parse(filter: &Value) -> Result<Self, String> {
        let addresses =
            one_or_many(&filter["address"]).map_err(|error| format!("address: {error}"))?;
        let set = |place: &Value| -> Result<B256HashSet, String> {
            let topics: Vec<B256> =
                one_or_many(place).map_err(|error| format!("topics: {error}"))?;
            Ok(topics.into_iter().collect())
        };
        let topics = match &filter["topics"] {
            Value::Null => Vec::new(),
            Value::Array(places) => places.iter().map(set).collect::<Result<_, _>>()?,
            _ => return Err("topics: not a list".to_owned()),
        };
        Ok(Self { addresses: addresses.into_iter().collect(), topics })
    }

    /// Whether a log is wanted.
    pub(crate) fn matches(&self, log: &Log) -> bool {
        (self.addresses.is_empty() || self.addresses.contains(&log.address))
            && self.topics.iter().enumerate().all(|(place, wanted)| {
                wanted.is_empty()
                    || log.topics.get(place).is_some_and(|topic| wanted.contains(topic))
            })
    }
}

fn one_or_many<T: serde::de::DeserializeOwned>(value: &Value) -> Result<Vec<T>, String> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Array(items) => items
            .iter()
            .map(|item| serde_json::from_value(item.clone()).map_err(|error| error.to_string()))
            .collect(),
        one => Ok(vec![serde_json::from_value(one.clone()).map_err(|error| error.to_string())?]),
    }
}
