//! What the logs of one transaction say, in the words of the contracts: every event that the indexer knows, with all its
//! parameters by name, and the transfers and approvals of any token.
//!
//! Whose words a log speaks is the caller's to say: the same topic means another thing in another contract.

use std::{collections::HashMap, sync::Arc};

use alloy_json_abi::Event;
use alloy_primitives::{B256, LogData};
use domain::contract::{Body, ContractLog, Table};

use crate::dynamic::{Layout, body, layout};

mod known;
#[cfg(test)]
mod tests;

pub use known::{Voice, native_transfers};

/// How a log of an event lies, and what its parameters are called.
type Entry = (Layout, Arc<Table>);

/// All known events, ready to decode by.
#[derive(Debug, Clone, Default)]
pub struct Glossary {
    events: HashMap<(Voice, B256), Vec<Entry>>,
}

impl Glossary {
    /// The glossary.
    #[must_use]
    pub fn new() -> Self {
        let mut events: HashMap<_, Vec<_>> = HashMap::new();
        for (voice, declaration) in known::EVENTS {
            // they are constants of ours: a test reads each of them
            let Ok(event) = Event::parse(declaration) else { continue };
            let Ok((layout, fields)) = layout::of(&event) else { continue };
            let table = Table {
                contract: voice.name().to_owned(),
                event: event.name.clone(),
                signature: event.signature(),
                collection: String::new(),
                fields,
                many: true,
            };
            events.entry((*voice, layout.topic)).or_default().push((layout, Arc::new(table)));
        }
        Self { events }
    }

    /// What the log says in the first of these voices that has words for it; `None` where none has, or it is not as they
    /// say it.
    #[must_use]
    pub fn read(&self, voices: &[Voice], log: &LogData) -> Option<ContractLog> {
        let topic = log.topics().first()?;
        let known = voices.iter().filter_map(|voice| self.events.get(&(*voice, *topic))).flatten();
        known
            .map(|(layout, table)| (table, body(layout, log)))
            .find(|(_, body)| matches!(body, Body::Decoded { .. }))
            .map(|(table, body)| ContractLog { table: Arc::clone(table), body })
    }
}
