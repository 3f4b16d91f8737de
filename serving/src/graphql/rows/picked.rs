//! Members of a row that are wanted, as JSON, one behind the other; the others are not even printed.

use std::ops::Range;

use serde::Serialize;
use serde_json::Error;

use super::members::{Leaves, Members};

/// Reads rows, each with the same members.
#[derive(Debug)]
pub(super) struct Picked {
    /// By the place of a member: where it goes.
    wanted: Vec<Option<usize>>,
    text: Vec<u8>,
    found: Vec<Range<usize>>,
    place: usize,
}

impl Picked {
    /// The members at these places.
    pub(super) fn new(places: &[usize]) -> Self {
        let mut wanted = vec![None; places.iter().max().map_or(0, |last| last + 1)];
        for (slot, place) in places.iter().enumerate() {
            if let Some(wanted) = wanted.get_mut(*place) {
                *wanted = Some(slot);
            }
        }
        let found = vec![0..0; places.len()];
        Self { wanted, text: Vec::new(), found, place: 0 }
    }

    pub(super) fn read(&mut self, row: &impl Leaves) -> Result<(), Error> {
        self.text.clear();
        self.found.fill(0..0);
        self.place = 0;
        row.members(self)
    }

    /// What stands in a slot.
    pub(super) fn get(&self, slot: usize) -> &[u8] {
        let range = self.found.get(slot).cloned().unwrap_or_default();
        self.text.get(range).filter(|text| !text.is_empty()).unwrap_or(b"null")
    }
}

impl Members for Picked {
    fn take<T: Serialize + ?Sized>(&mut self, _: &str, value: &T) -> Result<(), Error> {
        let slot = self.wanted.get(self.place).copied().flatten();
        self.place += 1;
        if let Some(found) = slot.and_then(|slot| self.found.get_mut(slot)) {
            let begin = self.text.len();
            serde_json::to_writer(&mut self.text, value)?;
            *found = begin..self.text.len();
        }
        Ok(())
    }

    const NAMED: bool = false;

    fn skip(&mut self, _: &str) {
        self.place += 1;
    }

    fn takes_more(&self) -> bool {
        self.place < self.wanted.len()
    }
}
