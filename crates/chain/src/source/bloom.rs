//! A header's summary of its block's logs: what it leaves out did not happen, where it can be trusted.

use std::sync::atomic::{AtomicBool, Ordering};

use alloy_primitives::{Bloom, keccak256};
use domain::ids::ChainId;

use crate::wire::WireLog;

#[cfg(test)]
mod tests;

/// Chains whose headers leave out logs that no transaction emits (Polygon's state sync): mainnet and test networks.
const INCOMPLETE: [ChainId; 3] = [137, 80_001, 80_002];

/// The three bits that stand for an address or a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bits([u16; 3]);

impl Bits {
    /// Those of these bytes.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let hash = keccak256(bytes);
        let bit = |at: usize| {
            let pair = [at, at + 1].map(|at| hash.get(at).copied().unwrap_or_default());
            u16::from_be_bytes(pair) & 2047
        };
        Self([bit(0), bit(2), bit(4)])
    }

    /// Whether it may be in there.
    pub(super) fn are_in(self, bloom: &Bloom) -> bool {
        self.0.iter().all(|bit| {
            let byte = bloom.get(255 - usize::from(bit / 8)).copied().unwrap_or_default();
            byte >> (bit % 8) & 1 == 1
        })
    }
}

/// Whether a chain's headers are believed. Some nodes leave the field at zero, perhaps one of several endpoints: that is
/// believed of a block in which nothing ran. A chain that was caught leaving out a log is never believed again.
#[derive(Debug)]
pub(super) struct Trust {
    lied: AtomicBool,
}

impl Trust {
    pub(super) fn new(chain: ChainId) -> Self {
        Self { lied: AtomicBool::new(INCOMPLETE.contains(&chain)) }
    }

    /// The summary, if it can be relied upon. `is_idle` says that nothing ran in the block.
    pub(super) fn believed<'a>(
        &self,
        bloom: Option<&'a Bloom>,
        is_idle: bool,
    ) -> Option<&'a Bloom> {
        bloom.filter(|bloom| !self.lied.load(Ordering::Relaxed) && (is_idle || !bloom.is_zero()))
    }

    /// Compares with the logs of the block.
    pub(super) fn check<'a>(
        &self,
        bloom: Option<&Bloom>,
        mut logs: impl Iterator<Item = &'a WireLog>,
    ) {
        let Some(bloom) = bloom else { return };
        let is_in = |log: &WireLog| {
            Bits::of(log.address.as_slice()).are_in(bloom)
                && log.topics.first().is_none_or(|topic| Bits::of(topic.as_slice()).are_in(bloom))
        };
        if logs.any(|log| !is_in(log)) && !self.lied.swap(true, Ordering::Relaxed) {
            tracing::info!("headers of this chain leave logs out of their bloom; it is not used");
        }
    }
}
