//! Filters that are asked again and again for what is new, and that can tell which logs were taken back.

use std::collections::BTreeMap;

use alloy_primitives::{B256, U64};
use serde_json::Value;

use crate::replay::block::Block;
use crate::replay::filter::LogFilter;
use crate::replay::view::View;

/// How far back replaced blocks are looked for.
const REMEMBERED: usize = 1024;

/// What a subscription tells of.
#[derive(Debug)]
enum Subject {
    /// These logs.
    Logs(LogFilter),
    /// Hashes of blocks.
    Hashes,
    /// Whole headers.
    Headers,
}

#[derive(Debug)]
struct Subscription {
    subject: Subject,
    /// What was shown last: numbers, hashes and the texts of wanted logs, oldest first.
    shown: Vec<(u64, B256, Vec<String>)>,
    /// The last block looked at, and its hash while nothing was shown.
    head: u64,
    hash: Option<B256>,
}

/// All filters of an endpoint.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    all: BTreeMap<u64, Subscription>,
    made: u64,
}

impl Subscriptions {
    /// A new filter of logs.
    pub(crate) fn logs(&mut self, view: View<'_>, filter: LogFilter) -> U64 {
        self.add(view, Subject::Logs(filter))
    }

    /// A new filter of blocks.
    pub(crate) fn blocks(&mut self, view: View<'_>) -> U64 {
        self.add(view, Subject::Hashes)
    }

    /// A new filter of headers.
    pub(crate) fn headers(&mut self, view: View<'_>) -> U64 {
        self.add(view, Subject::Headers)
    }

    /// The filters there are.
    pub(crate) fn ids(&self) -> Vec<U64> {
        self.all.keys().copied().map(U64::from).collect()
    }

    fn add(&mut self, view: View<'_>, subject: Subject) -> U64 {
        self.made += 1;
        let mut subscription =
            Subscription { subject, shown: Vec::new(), head: view.head, hash: None };
        // what is the newest block now may be replaced, too
        subscription.hash = view.block(view.head).map(|block| block.hash);
        self.all.insert(self.made, subscription);
        U64::from(self.made)
    }

    /// Whether there was such a filter; it is gone now.
    pub(crate) fn forget(&mut self, id: U64) -> bool {
        self.all.remove(&id.to()).is_some()
    }

    /// What is new since the last question, as JSON texts; `None` when there is no such filter.
    pub(crate) fn changes(
        &mut self,
        view: View<'_>,
        id: U64,
        removed: bool,
    ) -> Option<Vec<String>> {
        let subscription = self.all.get_mut(&id.to())?;
        let mut news = Vec::new();
        while let Some((number, hash, logs)) = subscription.shown.pop() {
            if view.block(number).is_some_and(|block| block.hash == hash) {
                subscription.shown.push((number, hash, logs));
                break;
            }
            subscription.head = number.saturating_sub(1);
            if removed {
                news.extend(logs.iter().rev().map(|log| taken_back(log)));
            }
        }
        if subscription.shown.is_empty()
            && let Some(hash) = subscription.hash
            && view.block(subscription.head).is_none_or(|block| block.hash != hash)
        {
            subscription.head = view.fork.unwrap_or(subscription.head).saturating_sub(1);
            subscription.hash = None;
        }
        for number in subscription.head + 1..=view.head {
            let Some(block) = view.block(number) else { break };
            let logs = subscription.tell(&block, &mut news);
            subscription.shown.push((number, block.hash, logs));
            subscription.head = number;
        }
        let excess = subscription.shown.len().saturating_sub(REMEMBERED);
        subscription.shown.drain(..excess);
        Some(news)
    }
}

impl Subscription {
    /// Adds what is to be told of a block; the logs among it, to be taken back perhaps.
    fn tell(&self, block: &Block, news: &mut Vec<String>) -> Vec<String> {
        match &self.subject {
            Subject::Logs(filter) => {
                let logs = block.texts(filter);
                news.extend(logs.iter().cloned());
                return logs;
            }
            Subject::Hashes => news.push(format!("\"{}\"", block.hash)),
            Subject::Headers => {
                let mut text = String::new();
                if block.write(false, &mut text) {
                    news.push(text);
                }
            }
        }
        Vec::new()
    }
}

/// A log that is no part of the chain any more.
fn taken_back(log: &str) -> String {
    let mut value: Value = serde_json::from_str(log).unwrap_or_default();
    value["removed"] = Value::Bool(true);
    value.to_string()
}
