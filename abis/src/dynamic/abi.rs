//! ABI files: the events they declare.

use std::collections::BTreeMap;

use alloy_json_abi::Event;
use alloy_primitives::B256;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::ContractError;

/// Largest ABI file read, in bytes. The largest ABIs known have less than one megabyte.
pub const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// The events of a contract's ABI. It is written and read as the list of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Vec<Value>", try_from = "Vec<Value>")]
pub struct Abi {
    events: Vec<Event>,
}

impl Abi {
    /// Reads an ABI file: the array itself, or an object that has it under `abi` as Hardhat, Foundry and solc write it.
    ///
    /// # Errors
    /// [`ContractError`] for what is no ABI, or has no events.
    pub fn parse(text: &[u8]) -> Result<Self, ContractError> {
        let bytes = u64::try_from(text.len()).unwrap_or(u64::MAX);
        if bytes > MAX_BYTES {
            return Err(ContractError::TooLarge { bytes });
        }
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let read = |text: &[u8]| {
            serde_json::from_slice(text).map_err(|error| ContractError::NotJson(error.to_string()))
        };
        let mut value: Value = read(text)?;
        if let Some(inner) = value.get_mut("abi") {
            value = inner.take();
        }
        // old compilers write the array as a text
        if let Value::String(inner) = &value {
            value = read(inner.as_bytes()).map_err(|_| ContractError::NotAbi)?;
        }
        let Value::Array(entries) = value else { return Err(ContractError::NotAbi) };
        Self::of(entries)
    }

    fn of(entries: Vec<Value>) -> Result<Self, ContractError> {
        let mut events: BTreeMap<B256, Event> = BTreeMap::new();
        for (index, mut entry) in entries.into_iter().enumerate() {
            let Some(kind) = entry.get("type").and_then(Value::as_str) else {
                return Err(ContractError::NotAbi);
            };
            if kind != "event" {
                continue;
            }
            // hand-written ABIs leave it out
            if let Value::Object(entry) = &mut entry {
                entry.entry("anonymous").or_insert(Value::Bool(false));
            }
            let event: Event = serde_json::from_value(entry).map_err(|error| {
                ContractError::BadEvent { index, reason: error.to_string().replace('\n', " ") }
            })?;
            let topic = event.selector();
            match events.get(&topic) {
                Some(first) if layout(first) != layout(&event) => {
                    return Err(ContractError::Twice(event.signature()));
                }
                Some(_) => {}
                None => drop(events.insert(topic, event)),
            }
        }
        if events.is_empty() {
            return Err(ContractError::NoEvents);
        }
        let mut events: Vec<Event> = events.into_values().collect();
        events.sort_by_cached_key(Event::signature);
        Ok(Self { events })
    }

    /// All events, by signature.
    pub(super) fn events(&self) -> &[Event] {
        &self.events
    }

    /// Whether several events have the name.
    pub(super) fn is_overloaded(&self, name: &str) -> bool {
        self.events.iter().filter(|event| event.name == name).count() > 1
    }

    /// The event of this name or signature.
    pub(super) fn event(&self, asked: &str) -> Result<&Event, ContractError> {
        let wanted: String = asked.chars().filter(|c| !c.is_whitespace()).collect();
        let same = |event: &&Event| {
            if wanted.contains('(') { event.signature() == wanted } else { event.name == wanted }
        };
        let found: Vec<&Event> = self.events.iter().filter(same).collect();
        match found.as_slice() {
            [event] => Ok(event),
            [] => {
                let signatures = self.events.iter().map(Event::signature);
                let known = nearest(&wanted, signatures, |signature| {
                    if wanted.contains('(') { signature } else { name_of(signature) }
                });
                Err(ContractError::UnknownEvent { asked: asked.to_owned(), known })
            }
            several => Err(ContractError::Ambiguous {
                asked: asked.to_owned(),
                signatures: several.iter().map(|event| event.signature()).collect(),
            }),
        }
    }
}

impl From<Abi> for Vec<Value> {
    fn from(abi: Abi) -> Self {
        let written = abi.events.into_iter().filter_map(|event| {
            let mut event = serde_json::to_value(event).ok()?;
            event.as_object_mut()?.insert("type".to_owned(), "event".into());
            Some(event)
        });
        written.collect()
    }
}

impl TryFrom<Vec<Value>> for Abi {
    type Error = ContractError;

    fn try_from(events: Vec<Value>) -> Result<Self, ContractError> {
        Self::of(events)
    }
}

/// What tells two events of one signature apart.
fn layout(event: &Event) -> (bool, Vec<bool>) {
    (event.anonymous, event.inputs.iter().map(|input| input.indexed).collect())
}

fn name_of(signature: &str) -> &str {
    signature.split('(').next().unwrap_or(signature)
}

/// The names, those first whose `key` resembles `wanted` most.
pub(super) fn nearest(
    wanted: &str,
    names: impl Iterator<Item = String>,
    key: impl Fn(&str) -> &str,
) -> Vec<String> {
    let wanted = wanted.to_lowercase();
    let mut names: Vec<String> = names.collect();
    names
        .sort_by_cached_key(|name| strsim::damerau_levenshtein(&wanted, &key(name).to_lowercase()));
    names
}
