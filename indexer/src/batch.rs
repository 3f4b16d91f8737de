//! One batch: decode, load what it needs, fold, commit. While one batch is written the next is folded, and grows until
//! that is through or it is as large as a transaction may be: the slower the server, the less often it is asked.

use std::collections::{BTreeSet, HashMap};

use alloy_primitives::Address;
use chain::raw::{RawBlock, RawTransaction};
use domain::{
    block::{Block, Sender},
    entity::TokenMetadata,
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

/// A run of batches: how far blocks are folded, the commit that is under way, and the batch that grows meanwhile.
#[derive(Debug)]
pub(crate) struct Run {
    /// The last block folded; it is committed, or will be by `pending` and then by what is `open`.
    pub(crate) watermark: Option<Watermark>,
    pending: Option<Pending>,
    open: Option<Open>,
}

/// A batch that grows.
#[derive(Debug)]
struct Open {
    packer: Packer,
    undo_from: u64,
    /// What it builds on.
    parent: Option<Watermark>,
    last: Watermark,
    weight: usize,
    undecoded: Undecoded,
}

impl Run {
    /// Begins at what is stored.
    pub(crate) const fn new(watermark: Option<Watermark>) -> Self {
        Self { watermark, pending: None, open: None }
    }

    /// Waits for the commit that is under way.
    async fn settle(&mut self) -> Result<(), IndexerError> {
        match self.pending.take() {
            Some(pending) => pending.finish().await,
            None => Ok(()),
        }
    }

    /// Waits until there is something to commit and nobody commits.
    pub(crate) async fn is_due(&mut self) {
        match (&self.open, &mut self.pending) {
            (Some(_), Some(pending)) => pending.ended().await,
            (Some(_), None) => {}
            (None, _) => std::future::pending().await,
        }
    }

    fn weight(&self) -> usize {
        self.open.as_ref().map_or(0, |open| open.weight)
    }
}

impl Follower {
    /// Decodes, folds and commits these blocks in as many transactions as their events ask for. The last of them may still
    /// be open or under way afterwards: [`Follower::finish`].
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
            self.finish(run).await?;
            self.memory.trim();
        }
        let undo_from = head.saturating_sub(self.config.undo_window).saturating_add(1);
        let mut rest = &blocks[..];
        while !rest.is_empty() {
            let room = self.portion.events().saturating_sub(run.weight());
            let part = part(rest, room, run.open.is_none(), undo_from);
            if part.blocks.is_empty() {
                self.flush(run).await?;
                continue;
            }
            self.reporter.phase(Phase::Fold);
            if let Err(error) = self.fold(run, &part, undo_from).await {
                self.memory.clear();
                return Err(error);
            }
            rest = rest.get(part.blocks.len()..).unwrap_or_default();
            if run.pending.as_ref().is_none_or(Pending::has_ended) {
                self.flush(run).await?;
            }
        }
        Ok(())
    }

    /// Begins to commit what is folded, when the commit before is through. If that failed, what was folded on top of it is
    /// dropped.
    pub(crate) async fn flush(&self, run: &mut Run) -> Result<(), IndexerError> {
        let Some(Open { packer, undo_from, parent, last, weight, undecoded }) = run.open.take()
        else {
            return Ok(());
        };
        // all of it while the batch before is still being written
        let packed = packer.finish()?;
        run.settle().await?;
        let batch = Folded { parent, last, packed, weight, undecoded };
        run.pending = Some(Pending::start(self, batch, undo_from));
        Ok(())
    }

    /// Waits until everything folded is stored.
    pub(crate) async fn finish(&self, run: &mut Run) -> Result<(), IndexerError> {
        self.flush(run).await?;
        run.settle().await
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

    /// Folds blocks on top of the run into its open batch.
    async fn fold(
        &mut self,
        run: &mut Run,
        part: &Part<'_>,
        undo_from: u64,
    ) -> Result<(), IndexerError> {
        let watermark = run.watermark;
        let metadata = self.load(watermark.as_ref(), part.blocks).await?;
        let open = run.open.take();
        let (mut packer, parent, weight, mut undecoded) = match open {
            Some(open) => (open.packer, open.parent, open.weight, open.undecoded),
            None => (self.writer.packer(undo_from), watermark, 0, Undecoded::default()),
        };
        let state = self.memory.at(watermark.as_ref());
        for block in part.blocks {
            let changes = state.apply(block, &self.config.watch, &metadata)?;
            undecoded.add(&changes);
            let last = Watermark { block: changes.block, counters: changes.counters_after };
            run.watermark = Some(last);
            packer.push(changes)?;
        }
        let Some(last) = run.watermark else { return Ok(()) };
        self.memory.moved(last.block);
        let weight = weight + part.weight;
        run.open = Some(Open { packer, undo_from, parent, last, weight, undecoded });
        Ok(())
    }

    /// Brings what the blocks touch into memory; gives the metadata of the tokens that are new.
    async fn load(
        &mut self,
        watermark: Option<&Watermark>,
        blocks: &[Block],
    ) -> Result<HashMap<Address, TokenMetadata>, IndexerError> {
        let needs = Needs::new(&self.config.watch, blocks);
        let mut metadata = HashMap::new();
        loop {
            let state = self.memory.at(watermark);
            let missing = needs.missing(state);
            if missing.is_empty() {
                return Ok(metadata);
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

/// As many of the first blocks as fit into `room` events, fewer where blocks can be taken back; `whole`: at least one.
fn part(blocks: &[Block], room: usize, whole: bool, undo_from: u64) -> Part<'_> {
    let weigh = |block: &Block| {
        let factor = if block.header.number < undo_from { 1 } else { UNDO_WEIGHT };
        // an empty block is not free
        (contracts::weight(block) * factor).max(1)
    };
    let (mut weight, mut size) = (0, 0);
    for more in blocks.iter().map(weigh) {
        let first = whole && size == 0;
        if !first && weight + more > room {
            break;
        }
        (weight, size) = (weight + more, size + 1);
    }
    Part { blocks: blocks.get(..size).unwrap_or_default(), weight }
}
