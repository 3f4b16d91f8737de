//! Contracts that factories announce: which are known, since which block, and how an announcement is read.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
};

use alloy_primitives::{Address, B256, Bytes};

use crate::{source::bloom::Bits, wire::WireLog};

#[cfg(test)]
mod tests;

/// Reads what contracts a log announces: its emitter, topics and data.
pub type Announces = dyn Fn(Address, &[B256], &Bytes) -> Vec<Address> + Send + Sync;

/// The contracts known so far. Clones share them; they only ever grow.
#[derive(Clone)]
pub struct Emitters {
    announces: Arc<Announces>,
    known: Arc<RwLock<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    /// First block of which logs matter.
    since: HashMap<Address, u64>,
    /// In the order in which they became known, so that a length says what was known at a time. One that turns out to be
    /// older stands here again.
    order: Vec<Emitter>,
}

/// One contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Emitter {
    pub(super) address: Address,
    /// First block of which logs matter.
    pub(super) since: u64,
    pub(super) bits: Bits,
}

impl fmt::Debug for Emitters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emitters").field("known", &self.read().since.len()).finish_non_exhaustive()
    }
}

impl Emitters {
    /// Nobody yet. `announces` reads the addresses of new contracts out of a log of one of the filter's fixed addresses.
    /// A contract's logs matter from the block of its announcement on.
    pub fn new(
        announces: impl Fn(Address, &[B256], &Bytes) -> Vec<Address> + Send + Sync + 'static,
    ) -> Self {
        Self { announces: Arc::new(announces), known: Arc::default() }
    }

    /// Takes these as known for ever.
    pub fn know(&self, addresses: impl IntoIterator<Item = Address>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for address in addresses {
            known.add(address, 0);
        }
    }

    /// How many are known.
    #[must_use]
    pub fn count(&self) -> usize {
        self.read().since.len()
    }

    fn read(&self) -> RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those that became known from a mark on and matter up to this block; and the mark after them.
    pub(super) fn from(&self, mark: usize, to: u64) -> (Vec<Emitter>, usize) {
        let known = self.read();
        let new = known.order.get(mark..).unwrap_or_default();
        (new.iter().filter(|emitter| emitter.since <= to).copied().collect(), known.order.len())
    }

    /// Learns from logs of the filter's fixed addresses.
    pub(super) fn learn(&self, logs: &[WireLog]) {
        for log in logs {
            for address in (self.announces)(log.address, &log.topics, log.data()) {
                let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
                known.add(address, log.place().0);
            }
        }
    }

    /// Sorts logs: those of known emitters first, then strangers'.
    pub(super) fn split(&self, logs: Vec<WireLog>) -> (Vec<WireLog>, Vec<WireLog>) {
        let known = self.read();
        logs.into_iter().partition(|log| {
            known.since.get(&log.address).is_some_and(|since| *since <= log.place().0)
        })
    }
}

impl Known {
    fn add(&mut self, address: Address, since: u64) {
        let before = self.since.get(&address).copied();
        if before.is_none_or(|before| since < before) {
            self.since.insert(address, since);
            self.order.push(Emitter { address, since, bits: Bits::of(address.as_slice()) });
        }
    }
}
