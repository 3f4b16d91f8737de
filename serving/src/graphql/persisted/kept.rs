//! Documents that clients sent, by their hash: those used last, as many as there is room for.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use super::id::Hash;

/// What a document takes beside its text, roughly.
const OVERHEAD: usize = 256;

/// Documents by hash.
#[derive(Debug)]
pub(super) struct Kept {
    room: usize,
    all: Mutex<All>,
}

#[derive(Debug, Default)]
struct All {
    turn: u64,
    /// With the turn of their last use.
    documents: HashMap<Hash, (u64, Arc<str>)>,
    by_use: BTreeMap<u64, Hash>,
    bytes: usize,
}

impl Kept {
    /// In so many bytes.
    pub(super) fn new(room: usize) -> Self {
        Self { room, all: Mutex::default() }
    }

    pub(super) fn get(&self, hash: Hash) -> Option<Arc<str>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).used(hash)
    }

    /// Keeps a document; the least used go where there is no room.
    pub(super) fn put(&self, hash: Hash, document: &str) {
        let size = document.len() + OVERHEAD;
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if size > self.room || all.used(hash).is_some() {
            return;
        }
        while all.bytes + size > self.room {
            let Some((_, oldest)) = all.by_use.pop_first() else { break };
            if let Some((_, gone)) = all.documents.remove(&oldest) {
                all.bytes -= gone.len() + OVERHEAD;
            }
        }
        let turn = all.next();
        all.bytes += size;
        all.by_use.insert(turn, hash);
        all.documents.insert(hash, (turn, document.into()));
    }

    /// Bytes taken.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.all.lock().unwrap().bytes
    }
}

impl All {
    const fn next(&mut self) -> u64 {
        self.turn += 1;
        self.turn
    }

    fn used(&mut self, hash: Hash) -> Option<Arc<str>> {
        let turn = self.next();
        let (last, document) = self.documents.get_mut(&hash)?;
        self.by_use.remove(last);
        self.by_use.insert(turn, hash);
        *last = turn;
        Some(Arc::clone(document))
    }
}
