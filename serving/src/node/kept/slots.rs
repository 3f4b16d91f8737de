//! The questions about one block: what is known is dropped where it becomes too much, what is under way is bounded.

use std::collections::{HashMap, VecDeque};

use super::{Arrival, Ask, Told, Way};

/// Questions about a block that are remembered at most.
pub(in crate::node) const MOST_KNOWN: usize = 20_000;
/// Questions about a block under way at most: of contracts of the clients' choice so many, of those that were not heard lately
/// as many, and of others as many again.
pub(in crate::node) const MOST_ASKED: usize = 10_000;

#[derive(Debug)]
pub(super) enum Slot {
    Known(Told),
    Asked(Arrival, Way),
}

/// Questions, each known or under way. What contracts of the clients' choice say is counted apart from the rest.
#[derive(Debug, Default)]
pub(super) struct Slots {
    slots: HashMap<Ask, Slot>,
    /// What is known, the oldest in front: of such contracts, and the rest.
    known: [VecDeque<Ask>; 2],
    /// How many are under way, by the way that they go.
    asked: [usize; 3],
}

/// Of which kind a question is.
fn kind(ask: &Ask) -> usize {
    usize::from(!ask.is_wild())
}

impl Slots {
    pub(super) fn get(&self, ask: &Ask) -> Option<&Slot> {
        self.slots.get(ask)
    }

    /// Whether one more may be asked.
    pub(super) const fn has_room(&self, way: Way) -> bool {
        self.asked[way as usize] < MOST_ASKED
    }

    /// It is under way.
    pub(super) fn ask(&mut self, ask: &Ask, way: Way, arrival: Arrival) {
        self.set(ask, Some(Slot::Asked(arrival, way)));
    }

    /// It is known. The oldest answers make room for it, those of the clients' choice first.
    pub(super) fn know(&mut self, ask: &Ask, told: Told) {
        self.set(ask, Some(Slot::Known(told)));
        while self.known.iter().map(VecDeque::len).sum::<usize>() > MOST_KNOWN {
            let [wild, rest] = &mut self.known;
            let Some(oldest) = wild.pop_front().or_else(|| rest.pop_front()) else { return };
            self.slots.remove(&oldest);
        }
    }

    /// It is not under way any more, and not known by that.
    pub(super) fn forget(&mut self, ask: &Ask) {
        if matches!(self.get(ask), Some(Slot::Asked(..))) {
            self.set(ask, None);
        }
    }

    fn set(&mut self, ask: &Ask, slot: Option<Slot>) {
        if let Some(Slot::Asked(_, way)) = slot {
            self.asked[way as usize] += 1;
        }
        let is_known = matches!(slot, Some(Slot::Known(_)));
        let before = match slot {
            Some(slot) => self.slots.insert(ask.clone(), slot),
            None => self.slots.remove(ask),
        };
        if let Some(Slot::Asked(_, way)) = before {
            self.asked[way as usize] -= 1;
        }
        // what two trips told has its place already
        if is_known && !matches!(before, Some(Slot::Known(_))) {
            self.known[kind(ask)].push_back(ask.clone());
        }
    }
}
