//! One batch: decode, load what it needs, fold, commit. While one batch is written the next is folded.

use std::collections::{BTreeSet, HashMap};

use alloy_primitives::Address;
use chain::raw::{RawBlock, RawTransaction};
use domain::{
    block::{Block, Sender},
    event::Event,
    fold::{Key, State, needs::Needs},
};
use store::{Packer, Watermark};

use crate::{
    contracts::{self, Undecoded},
    error::IndexerError,
    follow::Follower,
    metadata,
    pending::{Folded, Pending},
    progress::Phase,
};

#[cfg(test)]
mod tests;

/// A run of batches: how far blocks are folded, and the commit that is under way.
#[derive(Debug)]
pub(crate) struct Run {
    /// The last block folded; it is committed, or will be by `pending`.
    pub(crate) watermark: Option<Watermark>,
    pending: Option<Pending>,
}

impl Run {
    /// Begins at what is stored.
    pub(crate) const fn new(watermark: Option<Watermark>) -> Self {
        Self { watermark, pending: None }
    }

    /// Waits until everything folded is stored.
    pub(crate) async fn settle(&mut self) -> Result<(), IndexerError> {
        match self.pending.take() {
            Some(pending) => pending.finish().await,
            None => Ok(()),
        }
    }
}

impl Follower {
    /// Decodes, folds and commits these blocks in as many transactions as their events ask for. The last commit may
    /// still be under way afterwards: [`Run::settle`].
    pub(crate) async fn ingest(
        &mut self,
        run: &mut Run,
        blocks: Vec<RawBlock>,
        head: u64,
    ) -> Result<(), IndexerError> {
        self.reporter.phase(Phase::Fold);
        let blocks = self.decode(blocks)?;
        if self.memory.is_full() {
            // what is not stored yet must not be forgotten
            run.settle().await?;
            self.memory.trim();
        }
        let undo_from = head.saturating_sub(self.config.undo_window).saturating_add(1);
        for Part { blocks, weight } in chunks(&blocks, self.portion.events(), undo_from) {
            self.reporter.phase(Phase::Fold);
            let mut packer = self.writer.packer(undo_from);
            let (folded, undecoded) =
                match self.fold(run.watermark.as_ref(), blocks, &mut packer).await {
                    Ok(Some(folded)) => folded,
                    Ok(None) => continue,
                    Err(error) => {
                        self.memory.clear();
                        return Err(error);
                    }
                };
            // all of it while the batch before is still being written
            let packed = packer.finish()?;
            run.settle().await?;
            let parent = run.watermark.replace(folded);
            self.memory.moved(folded.block);
            let batch = Folded { parent, last: folded, packed, weight, undecoded };
            run.pending = Some(Pending::start(self, batch, undo_from));
        }
        Ok(())
    }

    fn decode(&mut self, blocks: Vec<RawBlock>) -> Result<Vec<Block>, IndexerError> {
        let mut decoded = Vec::with_capacity(blocks.len());
        for raw in blocks {
            self.learn_announced(&raw);
            let mut events = Vec::with_capacity(raw.logs.len());
            for log in raw.logs {
                let meta = domain::event::EventMeta {
                    address: log.address,
                    tx_hash: log.tx_hash,
                    tx_index: log.tx_index,
                    log_index: log.log_index,
                };
                if let Some(kind) = self.decoder.decode(log.address, &log.data)? {
                    events.push(Event { meta, kind });
                }
                events.extend(contracts::events(&self.contracts, meta, &log.data));
            }
            let senders = raw.transactions.iter().map(sender).collect();
            decoded.push(Block { header: raw.header, senders, events });
        }
        Ok(decoded)
    }

    /// Folds blocks on top of the watermark into a packer; says where that leads, and which logs are not what their ABI
    /// says.
    async fn fold(
        &mut self,
        watermark: Option<&Watermark>,
        blocks: &[Block],
        packer: &mut Packer,
    ) -> Result<Option<(Watermark, Undecoded)>, IndexerError> {
        let needs = Needs::new(&self.config.watch, blocks);
        let mut metadata = HashMap::new();
        loop {
            let state = self.memory.at(watermark);
            let missing = needs.missing(state);
            if missing.is_empty() {
                break;
            }
            let found = self.writer.load(&missing).await?;
            let state = self.memory.at(watermark);
            for (key, entity) in found {
                state.load(key, entity);
            }
            let new = new_tokens(state, &missing);
            if !new.is_empty() {
                let client = self.source.client();
                metadata.extend(
                    metadata::fetch(client, blocks, &new, &self.config.native_symbol).await?,
                );
            }
        }
        let state = self.memory.at(watermark);
        let (mut last, mut undecoded) = (None, Undecoded::default());
        for block in blocks {
            let changes = state.apply(block, &self.config.watch, &metadata)?;
            undecoded.add(&changes);
            last = Some(Watermark { block: changes.block, counters: changes.counters_after });
            packer.push(changes)?;
        }
        Ok(last.map(|last| (last, undecoded)))
    }
}

/// Who sent a transaction. A price of more than 128 bits is none that anybody paid.
fn sender(transaction: &RawTransaction) -> Sender {
    Sender {
        tx_index: transaction.index,
        from: transaction.from,
        gas_price: transaction.gas_price.saturating_to(),
    }
}

/// Tokens asked for that are not stored: they are new.
fn new_tokens(state: &State, asked: &[Key]) -> BTreeSet<Address> {
    asked
        .iter()
        .filter(|key| state.get(key).is_none())
        .filter_map(|key| match key {
            Key::Token(address) => Some(*address),
            _ => None,
        })
        .collect()
}

/// An event of a block that can be taken back writes so much more than one below: images from before, and a history and
/// rows of the block's own. A transaction that is too large for the server's cache is refused, and no retry mends that.
const UNDO_WEIGHT: usize = 8;

/// Blocks for one transaction.
struct Part<'a> {
    blocks: &'a [Block],
    /// What they weigh, in events.
    weight: usize,
}

/// Splits at block borders so that a part has about `events` events, fewer where blocks can be taken back.
fn chunks(blocks: &[Block], events: usize, undo_from: u64) -> impl Iterator<Item = Part<'_>> {
    let weigh = move |block: &Block| {
        let factor = if block.header.number < undo_from { 1 } else { UNDO_WEIGHT };
        // an empty block is not free
        (contracts::weight(block) * factor).max(1)
    };
    let mut rest = blocks;
    std::iter::from_fn(move || {
        let (mut weight, mut size) = (0, 0);
        for more in rest.iter().map(weigh) {
            if size > 0 && weight + more > events {
                break;
            }
            (weight, size) = (weight + more, size + 1);
        }
        let (blocks, tail) = rest.split_at(size);
        rest = tail;
        (size > 0).then_some(Part { blocks, weight })
    })
}
