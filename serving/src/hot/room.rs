//! Things that are kept while there is room: what was not asked for longest goes first.

use std::{hash::Hash, sync::Arc, time::Instant};

use domain::entity::{Pool, Token};
use lru::LruCache;

use super::LIFE;

#[cfg(test)]
mod tests;

/// What an entry takes beside what is in it, roughly, in bytes.
const OVERHEAD: usize = 128;
/// One thing takes such a part of the room at most.
const SHARE: usize = 4;

/// Something that takes memory.
pub(super) trait Weigh {
    /// Bytes, roughly.
    fn weight(&self) -> usize;
}

impl Weigh for Arc<Pool> {
    fn weight(&self) -> usize {
        size_of::<Pool>() + self.dex.len()
    }
}

impl Weigh for Arc<Token> {
    fn weight(&self) -> usize {
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        size_of::<Token>() + text(&self.symbol) + text(&self.name)
    }
}

/// Things by key.
#[derive(Debug)]
pub(super) struct Room<K: Hash + Eq, V> {
    entries: LruCache<K, Entry<V>>,
    bytes: usize,
    most: usize,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    bytes: usize,
    read: Instant,
}

impl<V> Entry<V> {
    fn is_old(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.read) >= LIFE
    }
}

impl<K: Hash + Eq, V: Weigh> Room<K, V> {
    pub(super) fn new(most: usize) -> Self {
        Self { entries: LruCache::unbounded(), bytes: 0, most }
    }

    /// Of how many bytes what it has is.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.bytes = 0;
    }

    /// What is kept, unless it is too old.
    pub(super) fn get(&mut self, key: &K, now: Instant) -> Option<&V> {
        let entry = self.entries.peek(key)?;
        if entry.is_old(now) {
            self.remove(key);
            return None;
        }
        self.entries.get(key).map(|entry| &entry.value)
    }

    /// Whether it has something that is not too old.
    pub(super) fn has(&self, key: &K, now: Instant) -> bool {
        self.entries.peek(key).is_some_and(|entry| !entry.is_old(now))
    }

    /// What nobody asked for and is too old goes.
    pub(super) fn air(&mut self, now: Instant) {
        while self.entries.peek_lru().is_some_and(|(_, entry)| entry.is_old(now)) {
            let Some((_, gone)) = self.entries.pop_lru() else { return };
            self.bytes -= gone.bytes;
        }
    }

    /// Keeps what was read at a time, in place of what was kept, if there is room for it at all.
    pub(super) fn put(&mut self, key: K, value: V, read: Instant) {
        let bytes = value.weight().saturating_add(OVERHEAD);
        if bytes > self.most / SHARE {
            return;
        }
        self.remove(&key);
        self.bytes += bytes;
        self.entries.put(key, Entry { value, bytes, read });
        self.make_room();
    }

    fn make_room(&mut self) {
        while self.bytes > self.most {
            let Some((_, gone)) = self.entries.pop_lru() else { return };
            self.bytes -= gone.bytes;
        }
    }

    /// Changes what is kept, which is as old as before; false: it goes.
    pub(super) fn change(&mut self, key: &K, change: impl FnOnce(&mut V) -> bool) {
        let Some(entry) = self.entries.peek_mut(key) else { return };
        if !change(&mut entry.value) {
            return self.remove(key);
        }
        let bytes = entry.value.weight().saturating_add(OVERHEAD);
        self.bytes = self.bytes - entry.bytes + bytes;
        entry.bytes = bytes;
        self.make_room();
    }

    pub(super) fn remove(&mut self, key: &K) {
        if let Some(gone) = self.entries.pop(key) {
            self.bytes -= gone.bytes;
        }
    }
}
