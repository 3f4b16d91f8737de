//! What of the recording shows at a moment: how far the head has come, and whether the newest blocks are replaced.

use std::borrow::Cow;
use std::time::Duration;

use alloy_primitives::{B256, keccak256};

use crate::replay::ReplayOptions;
use crate::replay::block::Block;
use crate::replay::recording::Recording;

/// The chain as it shows at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    recording: &'a Recording,
    /// Number of the newest block.
    pub(crate) head: u64,
    /// The first replaced block, when a replacement shows.
    pub(crate) fork: Option<u64>,
}

impl<'a> View<'a> {
    /// The view after `elapsed`.
    pub(crate) fn at(recording: &'a Recording, options: &ReplayOptions, elapsed: Duration) -> Self {
        let (first, last) = (recording.first, recording.last());
        let rate = u128::from(options.blocks_per_kilosecond);
        let start = options.head.unwrap_or(if rate == 0 { last } else { first }).clamp(first, last);
        let still = Self { recording, head: start, fork: None };
        if rate == 0 {
            return still;
        }
        // one microsecond grows the head by `rate` parts of 10^9
        let grown = |micros: u128| u64::try_from(micros * rate / 1_000_000_000).unwrap_or(u64::MAX);
        let micros = elapsed.as_micros();
        if options.reorg_every == 0 || options.reorg_depth == 0 {
            return Self { head: start.saturating_add(grown(micros)).min(last), ..still };
        }
        let every = options.reorg_every;
        let growing = u128::from(every) * 1_000_000_000 / rate;
        let cycle = growing + options.reorg_shows.as_micros();
        let (rounds, rest) = (u64::try_from(micros / cycle).unwrap_or(u64::MAX), micros % cycle);
        let base = start.saturating_add(rounds.saturating_mul(every));
        if rest < growing {
            return Self { head: base.saturating_add(grown(rest).min(every)).min(last), ..still };
        }
        let head = base.saturating_add(every);
        if head > last {
            return Self { head: last, ..still };
        }
        let fork = (head + 1).saturating_sub(options.reorg_depth).max(first + 1);
        Self { head, fork: Some(fork), ..still }
    }

    /// A block that shows, by number.
    pub(crate) fn block(&self, number: u64) -> Option<Cow<'a, Block>> {
        if number > self.head {
            return None;
        }
        let block = self.recording.block(number)?;
        match self.fork {
            Some(fork) if number >= fork => Some(Cow::Owned(self.replaced(block, number, fork))),
            _ => Some(Cow::Borrowed(block)),
        }
    }

    /// A block that shows, by hash.
    pub(crate) fn by_hash(&self, hash: B256) -> Option<Cow<'a, Block>> {
        let recorded = self.recording.numbers.get(&hash).and_then(|number| self.block(*number));
        if let Some(block) = recorded.filter(|block| block.hash == hash) {
            return Some(block);
        }
        (self.fork?..=self.head)
            .filter_map(|number| self.block(number))
            .find(|block| block.hash == hash)
    }

    /// The other block that stands in for a recorded one.
    fn replaced(&self, block: &Block, number: u64, fork: u64) -> Block {
        let parent =
            self.recording.block(number.saturating_sub(1)).map_or(B256::ZERO, |parent| parent.hash);
        let parent = if number > fork { other_hash(parent, self.head) } else { parent };
        let hash = other_hash(block.hash, self.head);
        let keeps_logs = number - fork < (self.head + 1 - fork).div_ceil(2);
        block.moved(hash, parent, keeps_logs)
    }
}

/// The hash that a block has in the replacement that ends at `head`.
fn other_hash(hash: B256, head: u64) -> B256 {
    keccak256([hash.as_slice(), &head.to_be_bytes()].concat())
}
