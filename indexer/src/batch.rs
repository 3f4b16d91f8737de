//! One batch: decode, load what it touches, fold, commit.

use std::collections::{BTreeSet, HashMap};

use alloy_primitives::Address;
use chain::raw::RawBlock;
use domain::{
    block::Block,
    event::Event,
    fold::{BlockChanges, Key, State, keys},
};
use store::{Batch, Watermark};

use crate::{
    error::IndexerError, follow::Indexer, metadata, metrics::gauge_value, progress::Phase,
};

impl Indexer {
    /// Decodes, folds and commits these blocks in as many transactions as their events ask for. Returns the last block's
    /// height and the counters.
    pub(crate) async fn ingest(
        &mut self,
        watermark: Option<&Watermark>,
        blocks: Vec<RawBlock>,
        head: u64,
    ) -> Result<(), IndexerError> {
        let mut parent = watermark.map(|watermark| watermark.block.number);
        self.reporter.phase(Phase::Fold);
        let blocks = self.decode(blocks)?;
        let mut state =
            State::new(watermark.map(|watermark| watermark.counters).unwrap_or_default());
        for part in chunks(&blocks, self.config.events_per_commit) {
            self.reporter.phase(Phase::Fold);
            let changes = self.fold(&mut state, part).await?;
            self.commit(parent, &changes, head).await?;
            parent = changes.last().map(|change| change.block.number);
        }
        Ok(())
    }

    fn decode(&mut self, blocks: Vec<RawBlock>) -> Result<Vec<Block>, IndexerError> {
        let mut decoded = Vec::with_capacity(blocks.len());
        for raw in blocks {
            let mut events = Vec::with_capacity(raw.logs.len());
            for log in raw.logs {
                if let Some(kind) = self.decoder.decode(log.address, &log.data)? {
                    let meta = domain::event::EventMeta {
                        address: log.address,
                        tx_hash: log.tx_hash,
                        tx_index: log.tx_index,
                        log_index: log.log_index,
                    };
                    events.push(Event { meta, kind });
                }
            }
            decoded.push(Block { header: raw.header, events });
        }
        Ok(decoded)
    }

    async fn fold(
        &self,
        state: &mut State,
        blocks: &[Block],
    ) -> Result<Vec<BlockChanges>, IndexerError> {
        let mut touched = Vec::new();
        for event in blocks.iter().flat_map(|block| &block.events) {
            keys::touched(event, &mut touched);
        }
        touched.sort_unstable();
        touched.dedup();
        touched.retain(|key| !state.knows(key));
        for (key, entity) in self.writer.load(&touched).await? {
            state.load(key, entity);
        }
        let new_tokens = touched
            .iter()
            .filter(|key| state.get(key).is_none())
            .filter_map(|key| match key {
                Key::Token(address) => Some(*address),
                _ => None,
            })
            .collect::<BTreeSet<Address>>();
        let metadata = if new_tokens.is_empty() {
            HashMap::new()
        } else {
            metadata::fetch(self.source.client(), &new_tokens, &self.config.native_symbol).await?
        };
        blocks
            .iter()
            .map(|block| {
                state.apply(block, &self.config.watch, &metadata).map_err(IndexerError::from)
            })
            .collect()
    }

    async fn commit(
        &self,
        parent: Option<u64>,
        changes: &[BlockChanges],
        head: u64,
    ) -> Result<(), IndexerError> {
        let Some(last) = changes.last() else { return Ok(()) };
        self.reporter.phase(Phase::Commit);
        let started = tokio::time::Instant::now();
        let oldest_undo = head.saturating_sub(self.config.undo_window).saturating_add(1);
        let batch = Batch {
            parent,
            blocks: changes,
            undo_from: oldest_undo,
            prune_undo_below: oldest_undo,
        };
        self.writer.commit(&batch).await?;
        self.metrics.commit(&self.config.name).observe(started.elapsed().as_secs_f64());
        let chain = [self.config.name.as_str()];
        self.metrics.block.with_label_values(&chain).set(gauge_value(last.block.number));
        let events =
            changes.iter().map(|c| c.counters_after.events - c.counters_before.events).sum();
        self.metrics.events.with_label_values(&chain).inc_by(events);
        tracing::debug!(block = last.block.number, blocks = changes.len(), events, "committed");
        self.reporter.update(|progress| {
            progress.block = last.block.number;
            progress.events = last.counters_after.events;
        });
        Ok(())
    }
}

/// Splits at block borders so that a part has about `events` events.
fn chunks(blocks: &[Block], events: usize) -> impl Iterator<Item = &[Block]> {
    let mut rest = blocks;
    std::iter::from_fn(move || {
        let mut count = 0;
        let size = rest.iter().take_while(|block| {
            let fits = count == 0 || count + block.events.len() <= events;
            count += block.events.len().max(1);
            fits
        });
        let (part, tail) = rest.split_at(size.count());
        rest = tail;
        (!part.is_empty()).then_some(part)
    })
}
