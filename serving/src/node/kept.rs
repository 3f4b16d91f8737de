//! What is known and what is being asked of the newest few blocks.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use alloy_primitives::B256;
use api_kit::problem::Problem;
use tokio::{sync::watch, time::Instant};

use super::{
    Ask, Told,
    flights::busy,
    silent::{Silent, Way},
    trip::{Outcome, Trip},
};

mod slots;

#[cfg(test)]
pub(super) use self::slots::{MOST_ASKED, MOST_KNOWN};
use self::slots::{Slot, Slots};

/// Blocks that are remembered: the newest, and the one that is indexed, in a race.
const BLOCKS: usize = 4;
/// Questions that one trip takes.
const MOST_OF_TRIP: usize = 2_000;
/// The same where contracts may hold each other up.
const MOST_OF_WILD_TRIP: usize = 10;

type Arrival = watch::Receiver<Option<Outcome>>;

/// What is known of blocks, by hash.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    /// The one that was asked for first in front.
    kept: VecDeque<(B256, Slots)>,
    /// The trip that is boarded now, by block; what may hold others up apart from them.
    boarding: HashMap<(B256, Way), u64>,
    /// What each trip that did not leave yet will ask, and where its answers arrive.
    waiting: HashMap<u64, (BTreeSet<Ask>, Arrival)>,
    /// Counts the trips.
    trips: u64,
    /// Who was not heard lately.
    pub(super) silent: Silent,
}

/// What is known, and where the rest arrives.
type Looked = (BTreeMap<Ask, Told>, Vec<Arrival>);

impl Blocks {
    /// Looks for answers. What nobody asked yet boards a trip; `depart` sends a new one off.
    pub(super) fn look(
        &mut self,
        block: B256,
        asks: &[Ask],
        depart: impl Fn(Trip),
    ) -> Result<Looked, Problem> {
        let (mut known, mut arrivals) = (BTreeMap::new(), Vec::<Arrival>::new());
        for ask in asks {
            let arrival = match self.of(block).get(ask) {
                Some(Slot::Known(told)) => {
                    known.insert(ask.clone(), told.clone());
                    continue;
                }
                Some(Slot::Asked(arrival, _)) if arrival.has_changed().is_ok() => arrival.clone(),
                // nobody asked, or whoever did is gone
                _ => self.board(block, ask, &depart)?,
            };
            if !arrivals.iter().any(|other| other.same_channel(&arrival)) {
                arrivals.push(arrival);
            }
        }
        Ok((known, arrivals))
    }

    /// What a trip asks. No more boards it.
    pub(super) fn leave(&mut self, trip: &Trip) -> BTreeSet<Ask> {
        let place = (trip.block, trip.way);
        if self.boarding.get(&place) == Some(&trip.id) {
            self.boarding.remove(&place);
        }
        self.waiting.remove(&trip.id).map(|(asks, _)| asks).unwrap_or_default()
    }

    /// Remembers what a trip brought; what failed is forgotten.
    pub(super) fn arrive(&mut self, block: B256, asks: &BTreeSet<Ask>, outcome: &Outcome) {
        let Some((_, slots)) = self.kept.iter_mut().find(|(hash, _)| *hash == block) else {
            return;
        };
        for ask in asks {
            let told = match outcome {
                Outcome::Answers(answers) => answers.get(ask).and_then(|told| told.as_ref().ok()),
                Outcome::Failed(_) => None,
            };
            match told {
                Some(told) => slots.know(ask, told.clone()),
                None => slots.forget(ask),
            }
        }
    }

    fn of(&mut self, block: B256) -> &mut Slots {
        let place = self.kept.iter().position(|(hash, _)| *hash == block);
        let place = place.unwrap_or_else(|| {
            self.kept.push_back((block, Slots::default()));
            // what is under way for the oldest arrives all the same
            while self.kept.len() > BLOCKS {
                self.kept.pop_front();
            }
            self.kept.len() - 1
        });
        &mut self.kept[place].1
    }

    fn board(
        &mut self,
        block: B256,
        ask: &Ask,
        depart: &impl Fn(Trip),
    ) -> Result<Arrival, Problem> {
        let way = self.silent.way(ask, Instant::now());
        if !self.of(block).has_room(way) {
            return Err(busy());
        }
        let room = if way == Way::Tame { MOST_OF_TRIP } else { MOST_OF_WILD_TRIP };
        let boarding = self.boarding.get(&(block, way)).and_then(|id| self.waiting.get_mut(id));
        let arrival = match boarding {
            Some((asks, arrival)) if asks.len() < room && arrival.has_changed().is_ok() => {
                asks.insert(ask.clone());
                arrival.clone()
            }
            // the first, or the one before is full: that leaves when its time comes
            _ => {
                self.trips += 1;
                let (id, (sender, arrival)) = (self.trips, watch::channel(None));
                self.boarding.insert((block, way), id);
                self.waiting.insert(id, (BTreeSet::from([ask.clone()]), arrival.clone()));
                depart(Trip { id, block, way, arrival: sender });
                arrival
            }
        };
        self.of(block).ask(ask, way, arrival.clone());
        Ok(arrival)
    }
}
