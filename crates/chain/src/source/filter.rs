//! Which logs are wanted, and the queries that bring them.

use alloy_primitives::{Address, B256};

use crate::wire::WireLog;

#[cfg(test)]
mod tests;

/// Addresses in one query; providers refuse many more.
const ADDRESSES_PER_QUERY: usize = 1_000;
/// So many emitters are asked for by address; for more of them it is cheaper to ask for the topics of everybody.
const EMITTERS_WORTH_NAMING: usize = 3_000;

/// Which logs to ask for: these topics from any address, and those topics from these addresses.
#[derive(Debug, Clone, Default)]
pub struct LogFilter {
    /// First topics asked of every address.
    pub any_address_topics: Vec<B256>,
    /// Contracts known beforehand.
    pub addresses: Vec<Address>,
    /// First topics asked of those contracts.
    pub topics: Vec<B256>,
    /// All contracts whose `any_address_topics` matter, where they are known for good: no factory adds to them. While
    /// there are at most 3,000, they are asked for by address, 1,000 in a query, and nobody else's logs cross the wire;
    /// more cost more queries than the strangers' logs cost, and the topics are asked of everybody. `None`: not known.
    pub emitters: Option<Vec<Address>>,
}

/// One question: these first topics, from these addresses or (when there are none) from anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Query {
    topics: Vec<B256>,
    addresses: Vec<Address>,
}

impl LogFilter {
    pub(super) fn queries(&self) -> Vec<Query> {
        let mut queries = Vec::new();
        let mut of = |topics: &[B256], addresses: &[Address]| {
            for addresses in addresses.chunks(ADDRESSES_PER_QUERY) {
                queries.push(Query { topics: topics.to_vec(), addresses: addresses.to_vec() });
            }
        };
        of(&self.topics, &self.addresses);
        if self.any_address_topics.is_empty() {
            return queries;
        }
        match self.named_emitters() {
            Some(emitters) => of(&self.any_address_topics, emitters),
            None => queries
                .push(Query { topics: self.any_address_topics.clone(), addresses: Vec::new() }),
        }
        queries
    }

    fn named_emitters(&self) -> Option<&[Address]> {
        self.emitters.as_deref().filter(|emitters| emitters.len() <= EMITTERS_WORTH_NAMING)
    }

    /// Whether a log of a receipt is one of those that the queries ask for.
    pub(super) fn matches(&self, log: &WireLog) -> bool {
        let Some(topic) = log.topics.first() else {
            return self.topics.is_empty() && self.addresses.contains(&log.address);
        };
        let of_anybody = self.any_address_topics.contains(topic)
            && self.named_emitters().is_none_or(|emitters| emitters.contains(&log.address));
        let of_known = self.addresses.contains(&log.address)
            && (self.topics.is_empty() || self.topics.contains(topic));
        of_anybody || of_known
    }
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

    /// Two questions that together ask the same; `None` when it cannot be asked in smaller parts.
    pub(super) fn halves(&self) -> Option<[Self; 2]> {
        let with = |topics: &[B256], addresses: &[Address]| Self {
            topics: topics.to_vec(),
            addresses: addresses.to_vec(),
        };
        if self.topics.len() > 1 {
            let (some, others) = self.topics.split_at(self.topics.len() / 2);
            return Some([with(some, &self.addresses), with(others, &self.addresses)]);
        }
        if self.addresses.len() > 1 {
            let (some, others) = self.addresses.split_at(self.addresses.len() / 2);
            return Some([with(&self.topics, some), with(&self.topics, others)]);
        }
        None
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
