//! Contracts that are known by their ABI only, on their way through the indexer.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use abis::{
    decode::{announced_pool, fixed_topics, pool_topics},
    dynamic::Watcher,
};
use alloy_primitives::{Address, B256, Bytes, LogData};
use chain::{
    raw::RawBlock,
    source::{Emitters, LogFilter},
};
use domain::{
    block::Block,
    contract::Body,
    event::{Event, EventKind, EventMeta},
    fold::BlockChanges,
};

use crate::{config::IndexerConfig, error::IndexerError, follow::Follower, metrics::Metrics};

/// Every log that may concern us.
pub(crate) fn filter(config: &IndexerConfig) -> LogFilter {
    let (mut addresses, mut topics) = fixed_topics(&config.watch);
    let (more_addresses, more_topics) = config.contracts.fixed_topics();
    addresses.extend(more_addresses);
    topics.extend(more_topics);
    let mut any_address_topics = pool_topics(&config.watch);
    any_address_topics.extend(config.contracts.any_address_topics());
    addresses.sort_unstable();
    addresses.dedup();
    for topics in [&mut topics, &mut any_address_topics] {
        topics.sort_unstable();
        topics.dedup();
    }
    LogFilter { any_address_topics, addresses, topics, emitters: Some(emitters(config)) }
}

/// Nobody known yet, and how pools and contracts are announced.
pub(crate) fn emitters(config: &IndexerConfig) -> Emitters {
    let (watch, contracts) = (config.watch.clone(), Arc::clone(&config.contracts));
    let watcher = Watcher::new(Arc::clone(&contracts));
    let factories = watch.dexes.iter().map(|dex| dex.factory);
    let factories =
        factories.chain(watcher.factories().map(|one| one.address)).collect::<HashSet<_>>();
    Emitters::new(move |address: Address, topics: &[B256], data: &Bytes| {
        if !factories.contains(&address) {
            return Vec::new();
        }
        let Some(log) = LogData::new(topics.to_vec(), data.clone()) else { return Vec::new() };
        let others = contracts.announced(address, &log).map(|(_, new)| new);
        announced_pool(&watch, address, &log).into_iter().chain(others).collect()
    })
}

/// Bytes that count as much as an event when blocks are put together into a transaction.
const BYTES_PER_EVENT: usize = 4096;

/// Events of the block as far as the size of a transaction is concerned: logs may be long.
pub(crate) fn weight(block: &Block) -> usize {
    let of = |event: &Event| match &event.kind {
        EventKind::Contract(log) => 1 + log.body.bytes() / BYTES_PER_EVENT,
        _ => 1,
    };
    block.events.iter().map(of).sum()
}

impl Follower {
    /// Creates the tables of the configured contracts and learns what their factories announced so far.
    pub(crate) async fn learn_contracts(&mut self) -> Result<(), IndexerError> {
        let mut watcher = Watcher::new(Arc::clone(&self.config.contracts));
        let tables = watcher.tables();
        if tables.is_empty() {
            return Ok(());
        }
        let new = self.writer.declare(&tables).await?;
        let watermark = self.writer.watermark().await?;
        if let Some(watermark) = watermark.filter(|_| !new.is_empty()) {
            tracing::warn!(
                chain = self.config.name, collections = %new.join(", "), block = watermark.block.number,
                "new contract events begin after this block; index into an empty database to have the earlier ones"
            );
        }
        let mut announced = Vec::new();
        for factory in watcher.factories() {
            let found =
                self.writer.announced(factory.table, factory.address, factory.parameter).await?;
            announced.push((factory.contract, found));
        }
        for (contract, addresses) in announced {
            if let Some(emitters) = self.source.emitters() {
                emitters.know(addresses.iter().copied());
            }
            watcher.know(contract, addresses);
        }
        self.contracts = watcher;
        Ok(())
    }

    /// Learns what a block announces, before any of its logs is looked at.
    pub(crate) fn learn_announced(&mut self, block: &RawBlock) {
        for log in &block.logs {
            self.contracts.learn(log.address, &log.data);
        }
    }
}

/// Logs that are not what their ABI says, by contract and event.
#[derive(Debug, Default)]
pub(crate) struct Undecoded(BTreeMap<(String, String), u64>);

impl Undecoded {
    /// Takes those of a block in.
    pub(crate) fn add(&mut self, changes: &BlockChanges) {
        for event in &changes.rows.contract_events {
            if matches!(event.log.body, Body::Raw { .. }) {
                let table = &event.log.table;
                *self.0.entry((table.contract.clone(), table.event.clone())).or_default() += 1;
            }
        }
    }

    /// Counts them, once they are stored.
    pub(crate) fn count(&self, metrics: &Metrics, chain: &str) {
        for ((contract, event), logs) in &self.0 {
            metrics.undecoded.with_label_values(&[chain, contract, event]).inc_by(*logs);
        }
    }
}

/// The events that a log is to the contracts.
pub(crate) fn events<'a>(
    watcher: &'a Watcher,
    meta: EventMeta,
    data: &'a alloy_primitives::LogData,
) -> impl Iterator<Item = Event> + 'a {
    watcher
        .logs(meta.address, data)
        .map(move |log| Event { meta, kind: EventKind::Contract(Box::new(log)) })
}
