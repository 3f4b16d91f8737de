//! Which logs are wanted, and the queries that bring them.

use alloy_primitives::{Address, B256};

use crate::{source::emitters::Emitters, wire::WireLog};

#[cfg(test)]
mod tests;

/// Which logs to ask for: these topics from the contracts that factories announce, and those topics from these addresses.
#[derive(Debug, Clone, Default)]
pub struct LogFilter {
    /// First topics asked of the emitters; of everybody, where no emitters are given.
    pub any_address_topics: Vec<B256>,
    /// Contracts known beforehand.
    pub addresses: Vec<Address>,
    /// First topics asked of those contracts.
    pub topics: Vec<B256>,
    /// The contracts whose `any_address_topics` matter, growing as they are announced. Logs of others never leave the
    /// source; whether they cross the wire is a matter of cost. `None`: those of everybody matter.
    pub emitters: Option<Emitters>,
}

/// One question: these first topics, from these addresses or (when there are none) from anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Query {
    pub(super) topics: Vec<B256>,
    pub(super) addresses: Vec<Address>,
}

impl LogFilter {
    /// Questions for the contracts known beforehand, so many in each.
    pub(super) fn fixed(&self, per_query: usize) -> Vec<Query> {
        of_addresses(&self.topics, &self.addresses, per_query)
    }

    /// The question for everybody's logs; `None` when no such topic is wanted.
    pub(super) fn of_anybody(&self) -> Option<Query> {
        let topics = self.any_address_topics.clone();
        (!topics.is_empty()).then_some(Query { topics, addresses: Vec::new() })
    }

    /// Questions for these emitters.
    pub(super) fn of_emitters(&self, emitters: &[Address], per_query: usize) -> Vec<Query> {
        if self.any_address_topics.is_empty() {
            return Vec::new();
        }
        of_addresses(&self.any_address_topics, emitters, per_query)
    }
}

fn of_addresses(topics: &[B256], addresses: &[Address], per_query: usize) -> Vec<Query> {
    let query = |part: &[Address]| Query { topics: topics.to_vec(), addresses: part.to_vec() };
    addresses.chunks(per_query.max(1)).map(query).collect()
}

impl Query {
    /// As a JSON filter for the blocks that `span` names.
    pub(super) fn json(&self, span: &str) -> String {
        let mut text = String::with_capacity(64 + 70 * (self.topics.len() + self.addresses.len()));
        text.push('{');
        text.push_str(span);
        if !self.addresses.is_empty() {
            list(&mut text, r#","address":["#, &self.addresses);
            text.push(']');
        }
        if !self.topics.is_empty() {
            list(&mut text, r#","topics":[["#, &self.topics);
            text.push_str("]]");
        }
        text.push('}');
        text
    }

    /// Whether a log of a receipt is one that this asks for.
    pub(super) fn matches(&self, log: &WireLog) -> bool {
        (self.addresses.is_empty() || self.addresses.contains(&log.address))
            && (self.topics.is_empty()
                || log.topics.first().is_some_and(|topic| self.topics.contains(topic)))
    }

    /// Two questions that together ask the same; `None` when it cannot be asked in smaller parts.
    pub(super) fn halves(&self) -> Option<[Self; 2]> {
        if self.topics.len() > 1 {
            let (some, others) = self.topics.split_at(self.topics.len() / 2);
            let with = |topics: &[B256]| Self {
                topics: topics.to_vec(),
                addresses: self.addresses.clone(),
            };
            return Some([with(some), with(others)]);
        }
        self.halves_of_addresses()
    }

    /// The same by addresses; `None` when there is one, or none named.
    pub(super) fn halves_of_addresses(&self) -> Option<[Self; 2]> {
        if self.addresses.len() < 2 {
            return None;
        }
        let (some, others) = self.addresses.split_at(self.addresses.len() / 2);
        let with = |addresses: &[Address]| Self {
            topics: self.topics.clone(),
            addresses: addresses.to_vec(),
        };
        Some([with(some), with(others)])
    }
}

fn list<T: std::fmt::Debug>(text: &mut String, open: &str, items: &[T]) {
    text.push_str(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push('"');
        // lower case, without the checksum's hash
        text.push_str(&format!("{item:?}"));
        text.push('"');
    }
}

/// The blocks of a filter, by height.
pub(super) fn span(from: u64, to: u64) -> String {
    format!(r#""fromBlock":"{from:#x}","toBlock":"{to:#x}""#)
}

/// The block of a filter, by hash.
pub(super) fn by_hash(hash: B256) -> String {
    format!(r#""blockHash":"{hash}""#)
}
