//! Filters that are asked again and again for what is new, and that can tell which logs were taken back.

use std::collections::BTreeMap;

use alloy_primitives::{B256, U64};
use serde_json::{Value, json};

use crate::replay::filter::LogFilter;
use crate::replay::recording::{Block, Log};
use crate::replay::view::View;

/// How far back replaced blocks are looked for.
const REMEMBERED: usize = 1024;

#[derive(Debug)]
struct Subscription {
    /// Which logs; `None` for block hashes.
    filter: Option<LogFilter>,
    /// What was shown last: numbers, hashes and wanted logs, oldest first.
    shown: Vec<(u64, B256, Vec<Log>)>,
    /// The last block looked at.
    head: u64,
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
        self.add(view, Some(filter))
    }

    /// A new filter of blocks.
    pub(crate) fn blocks(&mut self, view: View<'_>) -> U64 {
        self.add(view, None)
    }

    fn add(&mut self, view: View<'_>, filter: Option<LogFilter>) -> U64 {
        self.made += 1;
        self.all.insert(self.made, Subscription { filter, shown: Vec::new(), head: view.head });
        U64::from(self.made)
    }

    /// Whether there was such a filter; it is gone now.
    pub(crate) fn forget(&mut self, id: U64) -> bool {
        self.all.remove(&id.to()).is_some()
    }

    /// What is new since the last question, as JSON text; `None` when there is no such filter.
    pub(crate) fn changes(&mut self, view: View<'_>, id: U64, removed: bool) -> Option<String> {
        let subscription = self.all.get_mut(&id.to())?;
        let mut news: Vec<Value> = Vec::new();
        while let Some((number, hash, logs)) = subscription.shown.pop() {
            if view.block(number).is_some_and(|block| block.hash == hash) {
                subscription.shown.push((number, hash, logs));
                break;
            }
            subscription.head = number.saturating_sub(1);
            if removed {
                news.extend(logs.into_iter().rev().map(|log| {
                    let mut value = log.value;
                    value["removed"] = json!(true);
                    value
                }));
            }
        }
        for number in subscription.head + 1..=view.head {
            let Some(block) = view.block(number) else { break };
            let logs = subscription.wanted(&block);
            match subscription.filter {
                Some(_) => news.extend(logs.iter().map(|log| log.value.clone())),
                None => news.push(json!(block.hash)),
            }
            subscription.shown.push((number, block.hash, logs));
            subscription.head = number;
        }
        let excess = subscription.shown.len().saturating_sub(REMEMBERED);
        subscription.shown.drain(..excess);
        Some(Value::Array(news).to_string())
    }
}

impl Subscription {
    fn wanted(&self, block: &Block) -> Vec<Log> {
        self.filter.as_ref().map_or_else(Vec::new, |filter| {
            block.logs.iter().filter(|log| filter.matches(log)).cloned().collect()
        })
    }
}
