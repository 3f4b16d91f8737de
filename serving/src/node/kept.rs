//! What is known and what is being asked of the newest few blocks.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use alloy_primitives::B256;
use api_kit::problem::Problem;
use tokio::sync::watch;

use super::{
    Ask, Told,
    flights::busy,
    trip::{Outcome, Trip},
};

/// Blocks that are remembered: the newest, and the one that is indexed, in a race.
const BLOCKS: usize = 4;
/// Questions about a block that are remembered or under way at most.
const MOST: usize = 20_000;
/// Questions that one trip takes.
const MOST_OF_TRIP: usize = 2_000;

type Arrival = watch::Receiver<Option<Outcome>>;

/// What is known of blocks, by hash.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    /// The one that was asked for first in front.
    kept: VecDeque<(B256, HashMap<Ask, Slot>)>,
    /// What leaves next, and where its answers arrive; what may hold others up apart from them.
    boarding: HashMap<(B256, bool), (BTreeSet<Ask>, Arrival)>,
}

#[derive(Debug)]
enum Slot {
    Known(Told),
    Asked(Arrival),
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
                Some(Slot::Asked(arrival)) if arrival.has_changed().is_ok() => arrival.clone(),
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
    pub(super) fn leave(&mut self, block: B256, is_wild: bool) -> BTreeSet<Ask> {
        self.boarding.remove(&(block, is_wild)).map(|(asks, _)| asks).unwrap_or_default()
    }

    /// Remembers what a trip brought; what failed is forgotten.
    pub(super) fn arrive(&mut self, block: B256, asks: &BTreeSet<Ask>, outcome: &Outcome) {
        let Some((_, kept)) = self.kept.iter_mut().find(|(hash, _)| *hash == block) else { return };
        for ask in asks {
            let told = match outcome {
                Outcome::Answers(answers) => answers.get(ask).and_then(|told| told.as_ref().ok()),
                Outcome::Failed(_) => None,
            };
            match told {
                Some(told) => drop(kept.insert(ask.clone(), Slot::Known(told.clone()))),
                None => drop(kept.remove(ask)),
            }
        }
    }

    fn of(&mut self, block: B256) -> &mut HashMap<Ask, Slot> {
        let place = self.kept.iter().position(|(hash, _)| *hash == block);
        let place = place.unwrap_or_else(|| {
            self.kept.push_back((block, HashMap::new()));
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
        if self.of(block).len() >= MOST {
            return Err(busy());
        }
        let is_wild = ask.is_wild();
        let arrival = match self.boarding.get_mut(&(block, is_wild)) {
            Some((asks, _)) if asks.len() >= MOST_OF_TRIP => return Err(busy()),
            Some((asks, arrival)) => {
                asks.insert(ask.clone());
                arrival.clone()
            }
            None => {
                let (sender, arrival) = watch::channel(None);
                let asks = BTreeSet::from([ask.clone()]);
                self.boarding.insert((block, is_wild), (asks, arrival.clone()));
                depart(Trip { block, is_wild, arrival: sender });
                arrival
            }
        };
        self.of(block).insert(ask.clone(), Slot::Asked(arrival.clone()));
        Ok(arrival)
    }
}
