//! What is remembered of headers: those that were of use last.

use std::collections::{BTreeMap, HashMap};

use domain::block::BlockRef;

#[cfg(test)]
mod tests;

/// Headers that are kept.
const KEPT: usize = 4_096;

/// Headers by height. Who is not asked for the longest is the first to go.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// With when each was of use.
    blocks: HashMap<u64, (u64, BlockRef)>,
    /// Their heights, by when each was of use.
    used: BTreeMap<u64, u64>,
    /// Counts the uses.
    uses: u64,
}

impl Known {
    /// A header, which is of use with this.
    pub(super) fn get(&mut self, number: u64) -> Option<BlockRef> {
        let (_, block) = *self.blocks.get(&number)?;
        self.keep(block);
        Some(block)
    }

    /// Keeps a header.
    pub(super) fn keep(&mut self, block: BlockRef) {
        self.uses += 1;
        if let Some((before, _)) = self.blocks.insert(block.number, (self.uses, block)) {
            self.used.remove(&before);
        }
        self.used.insert(self.uses, block.number);
        while self.used.len() > KEPT {
            if let Some((_, number)) = self.used.pop_first() {
                self.blocks.remove(&number);
            }
        }
    }

    /// Two heights between which a time lies, as near to each other as known headers say.
    pub(super) fn narrow(&self, (low, high): (u64, u64), timestamp: u64) -> (u64, u64) {
        let between = self.blocks.values().map(|(_, block)| block);
        let between = between.filter(|block| (low + 1..high).contains(&block.number));
        between.fold((low, high), |(low, high), block| {
            if block.timestamp <= timestamp {
                (low.max(block.number), high)
            } else {
                (low, high.min(block.number))
            }
        })
    }
}
