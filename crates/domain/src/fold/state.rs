//! The entities in memory: changed in place, with a journal of what each was before the block.

use alloy_primitives::Address;

use super::{BlockChanges, Change, Entity, FoldError, Key, apply::Step};
use crate::{
    block::Block,
    config::Watch,
    entity::{Counters, TokenMetadata},
    map::Map,
};

/// An entity, or the knowledge that there is none.
#[derive(Debug, Clone, Default)]
pub(super) struct Slot {
    image: Option<Entity>,
    /// Number of the step that touched it last: the journal takes an entity once per block.
    touched: u64,
    /// Number of the step that asked for it last.
    used: u64,
}

/// Entities in memory, and the counters of the chain.
#[derive(Debug, Clone, Default)]
pub struct State {
    slots: Map<Key, Slot>,
    counters: Counters,
    /// Steps so far; the first is 1.
    step: u64,
    /// Images from before the block under way.
    journal: Vec<(Key, Option<Entity>)>,
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.counters == other.counters
            && self.slots.len() == other.slots.len()
            && self.slots.iter().all(|(key, slot)| {
                other.slots.get(key).is_some_and(|there| there.image == slot.image)
            })
    }
}

impl Eq for State {}

impl State {
    /// An empty state that continues from these counters.
    #[must_use]
    pub fn new(counters: Counters) -> Self {
        Self { counters, ..Self::default() }
    }

    /// Puts a stored entity in place, or the fact that there is none. What is loaded already stays.
    pub fn load(&mut self, key: Key, entity: Option<Entity>) {
        let used = self.step;
        self.slots.entry(key).or_insert(Slot { image: entity, touched: 0, used });
    }

    /// Whether the entity, or its absence, is known.
    #[must_use]
    pub fn knows(&self, key: &Key) -> bool {
        self.slots.contains_key(key)
    }

    /// Whether the entity, or its absence, is known; if so it is not forgotten before the next step.
    pub(super) fn keep(&mut self, key: &Key) -> bool {
        let next = self.step + 1;
        self.slots.get_mut(key).is_some_and(|slot| {
            slot.used = next;
            true
        })
    }

    /// The entity's image, if it exists and is loaded.
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<&Entity> {
        self.slots.get(key).and_then(|slot| slot.image.as_ref())
    }

    /// How many entities, and absences, are in memory.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether nothing is in memory.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Steps so far.
    #[must_use]
    pub const fn steps(&self) -> u64 {
        self.step
    }

    /// Forgets what no step above `step` has asked for. It can be loaded again.
    pub fn forget_unused_since(&mut self, step: u64) {
        self.slots.retain(|_, slot| slot.used > step);
    }

    /// The counters as of the last block.
    #[must_use]
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    /// Folds one block. On an error the state is unchanged.
    ///
    /// # Errors
    /// [`FoldError`] when an entity was not loaded or stored state contradicts the chain.
    pub fn apply(
        &mut self,
        block: &Block,
        watch: &Watch,
        metadata: &std::collections::HashMap<Address, TokenMetadata>,
    ) -> Result<BlockChanges, FoldError> {
        self.step += 1;
        let counters_before = self.counters;
        let mut step = Step::new(self, block, watch, metadata);
        let folded = step.run();
        let (mut rows, counters_after) = (step.rows, step.counters);
        let mut journal = std::mem::take(&mut self.journal);
        if let Err(error) = folded {
            for (key, before) in journal {
                self.put_back(key, before);
            }
            return Err(error);
        }
        self.counters = counters_after;
        journal.sort_unstable_by_key(|(key, _)| *key);
        let mut changes = Vec::with_capacity(journal.len());
        for (key, before) in journal.drain(..) {
            let after = self.get(&key);
            // saved as it was: nothing to write
            if after != before.as_ref() {
                changes.push(Change { key, before, after: after.cloned() });
            }
        }
        // its room is used again
        self.journal = journal;
        rows.sort();
        Ok(BlockChanges { block: block.header, rows, changes, counters_before, counters_after })
    }

    /// Takes a block back: the inverse of [`State::apply`] for the newest block.
    pub fn revert(&mut self, changes: &BlockChanges) {
        for change in &changes.changes {
            self.put_back(change.key, change.before.clone());
        }
        self.counters = changes.counters_before;
    }

    fn put_back(&mut self, key: Key, image: Option<Entity>) {
        self.slots.entry(key).or_default().image = image;
    }

    /// The slot's image; an error when nothing is known of the entity.
    pub(super) fn image(&self, key: &Key) -> Result<Option<&Entity>, FoldError> {
        self.slots.get(key).map(|slot| slot.image.as_ref()).ok_or(FoldError::NotLoaded(*key))
    }

    /// The image to be changed, journalled; an error when nothing is known of the entity.
    pub(super) fn image_mut(&mut self, key: &Key) -> Result<&mut Option<Entity>, FoldError> {
        let slot = self.slots.get_mut(key).ok_or(FoldError::NotLoaded(*key))?;
        slot.used = self.step;
        if slot.touched != self.step {
            slot.touched = self.step;
            self.journal.push((*key, slot.image.clone()));
        }
        Ok(&mut slot.image)
    }

    /// Puts a new image in place, journalled.
    pub(super) fn replace(&mut self, key: Key, image: Option<Entity>) {
        let slot = self.slots.entry(key).or_default();
        slot.used = self.step;
        let before = std::mem::replace(&mut slot.image, image);
        if slot.touched != self.step {
            slot.touched = self.step;
            self.journal.push((key, before));
        }
    }
}
