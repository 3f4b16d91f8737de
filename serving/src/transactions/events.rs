//! Logs in words.

use alloy_primitives::{Address, LogData};
use domain::contract::{Body, ContractLog, Value};

use super::{
    answer::{Event, Raw},
    voices::Voices,
};
use crate::view;

/// Logs of a transaction that are told.
const MOST: usize = 2_000;
/// Bytes of a log that nobody knows which are told.
const MOST_RAW: usize = 4_096;

/// The logs in words, and how many are left out.
pub(super) fn told<'l>(
    voices: &Voices<'_>,
    logs: impl ExactSizeIterator<Item = (u32, Address, &'l LogData)>,
) -> (Vec<Event>, usize) {
    let left_out = logs.len().saturating_sub(MOST);
    let events = logs.take(MOST).flat_map(|(index, address, log)| {
        let readings = voices.read(address, log);
        if readings.is_empty() {
            return vec![raw(index, address, log)];
        }
        readings.iter().map(|reading| event(voices, index, address, reading)).collect()
    });
    (events.collect(), left_out)
}

fn event(voices: &Voices<'_>, index: u32, address: Address, reading: &ContractLog) -> Event {
    let ContractLog { table, body } = reading;
    let (values, raw) = match body {
        Body::Decoded { values, .. } => (Some(view::contract::named(&table.fields, values)), None),
        Body::Raw { topics, data, .. } => (None, Some(as_it_came(topics, data))),
    };
    Event {
        log_index: index,
        address: view::address(address),
        contract: Some(table.contract.clone()),
        event: Some(table.event.clone()),
        signature: Some(table.signature.clone()),
        pool_id: pool(voices, address, reading),
        values,
        raw,
    }
}

/// The pool that an event is of: its contract, or the one that V4's manager names.
fn pool(voices: &Voices<'_>, address: Address, reading: &ContractLog) -> Option<String> {
    if let Some(pool) = voices.pool(address) {
        return Some(pool.to_string());
    }
    let Body::Decoded { values, .. } = &reading.body else { return None };
    let of_manager = reading.table.contract == abis::receipt::Voice::V4Manager.name();
    match values.first() {
        Some(Value::Bytes(id)) if of_manager => Some(id.to_string()),
        _ => None,
    }
}

fn raw(index: u32, address: Address, log: &LogData) -> Event {
    Event {
        log_index: index,
        address: view::address(address),
        contract: None,
        event: None,
        signature: None,
        pool_id: None,
        values: None,
        raw: Some(as_it_came(log.topics(), &log.data)),
    }
}

fn as_it_came(topics: &[alloy_primitives::B256], data: &alloy_primitives::Bytes) -> Raw {
    let shown = data.slice(..data.len().min(MOST_RAW));
    Raw {
        topics: topics.iter().map(|topic| view::hash(*topic)).collect(),
        data: shown.to_string(),
        is_cut: data.len() > MOST_RAW,
    }
}
