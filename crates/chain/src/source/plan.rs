//! How the logs of announced contracts are asked for: by their addresses, a number of them in a query, or by topics from
//! everybody, of which strangers' logs are thrown away. What is cheaper depends on the chain and the time, so it is
//! measured: how many logs a block has that are ours, how many that are not, and how many queries the addresses fill.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::source::steer::{GOOD_LOGS, Steer};

#[cfg(test)]
mod tests;

/// Addresses in one query to begin with; providers refuse many more.
pub(super) const MOST_ADDRESSES: usize = 1_000;
/// After so many answers a number of addresses that was refused is tried again.
const TRIED_AGAIN_AFTER: u32 = 500;
/// A request costs as much as so many logs in an answer do.
const REQUEST: f64 = 300.0;
/// Strangers are counted anew after so many ranges by address.
const PROBE_EVERY: u32 = 100;
/// Blocks of the first range by topics: it may bring anything.
const FIRST_PROBE: u64 = 16;
/// Weight of the newest measurement.
const WEIGHT: f64 = 0.25;

/// How to ask for the logs of announced contracts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Asking {
    /// Whatever is cheaper by what was measured.
    #[default]
    Cheapest,
    /// By their addresses.
    ByAddress,
    /// By topics, from everybody.
    ByTopic,
}

/// One of the two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plan {
    ByAddress,
    ByTopic,
}

/// What a range brought.
#[derive(Debug, Clone, Copy)]
pub(super) struct Brought {
    pub(super) plan: Plan,
    pub(super) blocks: u64,
    pub(super) kept: usize,
    /// Thrown away, or for now put aside.
    pub(super) strangers: usize,
    /// The slowest answer.
    pub(super) time: Duration,
    /// Whether an answer was refused for its size.
    pub(super) refused: bool,
}

/// What was learned, shared by all who fetch.
#[derive(Debug)]
pub(super) struct Planner {
    asking: Asking,
    by_address: Steer,
    by_topic: Steer,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Our logs per block.
    kept: Option<f64>,
    /// Strangers' logs per block.
    strangers: Option<f64>,
    /// Requests per range for contracts that became known while it was under way.
    late: f64,
    /// Ranges by address since strangers were counted.
    since_probe: u32,
    last: Plan,
    /// Addresses in one query.
    addresses: usize,
    /// Answers since a number of addresses was refused.
    since_refusal: u32,
}

impl Planner {
    pub(super) fn new(blocks: u64) -> Self {
        Self {
            asking: Asking::Cheapest,
            by_address: Steer::new(blocks),
            by_topic: Steer::new(blocks.min(FIRST_PROBE)),
            state: Mutex::new(State {
                kept: None,
                strangers: None,
                late: 0.0,
                since_probe: 0,
                last: Plan::ByAddress,
                addresses: MOST_ADDRESSES,
                since_refusal: 0,
            }),
        }
    }

    /// The same with the choice made.
    pub(super) fn only(mut self, asking: Asking, blocks: u64) -> Self {
        self.asking = asking;
        if asking == Asking::ByTopic {
            self.by_topic = Steer::new(blocks);
        }
        self
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What steers the size of ranges.
    pub(super) const fn steer(&self, plan: Plan) -> &Steer {
        match plan {
            Plan::ByAddress => &self.by_address,
            Plan::ByTopic => &self.by_topic,
        }
    }

    /// How the next range is asked for, and how many blocks it has, while so many contracts are known.
    pub(super) fn next(&self, emitters: usize) -> (Plan, u64) {
        let plan = match self.asking {
            Asking::ByAddress => Plan::ByAddress,
            Asking::ByTopic => Plan::ByTopic,
            Asking::Cheapest => self.cheapest(emitters),
        };
        (plan, self.steer(plan).blocks())
    }

    fn cheapest(&self, emitters: usize) -> Plan {
        let limit = self.by_address.limit().min(self.by_topic.limit());
        let mut state = self.lock();
        let queries = emitters.div_ceil(state.addresses);
        // one query either way, and nobody else's logs
        if queries <= 1 {
            return Plan::ByAddress;
        }
        state.since_probe += 1;
        let Some(strangers) = state.strangers.filter(|_| state.since_probe < PROBE_EVERY) else {
            if state.since_probe >= PROBE_EVERY || state.since_probe == 1 {
                state.since_probe = 1;
                return Plan::ByTopic;
            }
            return Plan::ByAddress;
        };
        let kept = state.kept.unwrap_or_default();
        let [by_address, by_topic] =
            [cost(count(queries) + state.late, kept, limit), cost(1.0, kept + strangers, limit)];
        let plan = if by_topic < by_address { Plan::ByTopic } else { Plan::ByAddress };
        if plan == Plan::ByTopic {
            state.since_probe = 1;
        }
        if plan != state.last {
            tracing::info!(
                ?plan,
                queries,
                kept_per_block = kept,
                strangers_per_block = strangers,
                "asking for logs another way"
            );
            state.last = plan;
        }
        plan
    }

    /// How one block is asked for.
    pub(super) fn at_head(&self, emitters: usize) -> Plan {
        match self.asking {
            Asking::ByAddress => return Plan::ByAddress,
            Asking::ByTopic => return Plan::ByTopic,
            Asking::Cheapest => {}
        }
        let state = self.lock();
        let queries = count(emitters.div_ceil(state.addresses));
        let strangers = state.strangers.unwrap_or_default();
        if queries <= 1.0 || queries * REQUEST < REQUEST + strangers {
            Plan::ByAddress
        } else {
            Plan::ByTopic
        }
    }

    /// A range was answered.
    pub(super) fn brought(&self, brought: Brought) {
        let Brought { plan, blocks, kept, strangers, time, refused } = brought;
        if !refused {
            self.steer(plan).answered(blocks, kept + strangers, time);
        }
        self.measured(plan, blocks, kept, strangers);
    }

    /// So many logs were in so many blocks.
    pub(super) fn measured(&self, plan: Plan, blocks: u64, kept: usize, strangers: usize) {
        let per_block =
            |logs: usize| count(logs) / count(usize::try_from(blocks).unwrap_or(1).max(1));
        let mut state = self.lock();
        state.kept = Some(mixed(state.kept, per_block(kept)));
        if plan == Plan::ByTopic {
            state.strangers = Some(mixed(state.strangers, per_block(strangers)));
        }
    }

    /// So many requests were made for contracts that became known late.
    pub(super) fn late(&self, requests: usize) {
        let mut state = self.lock();
        state.late = mixed(Some(state.late), count(requests));
    }

    /// Addresses for one query.
    pub(super) fn addresses(&self) -> usize {
        self.lock().addresses
    }

    /// So many addresses were too many.
    pub(super) fn addresses_refused(&self, addresses: usize) {
        let mut state = self.lock();
        state.addresses = state.addresses.min((addresses / 2).max(1));
        state.since_refusal = 0;
    }

    /// So many addresses were taken.
    pub(super) fn addresses_taken(&self, addresses: usize) {
        let mut state = self.lock();
        if addresses < state.addresses || state.addresses >= MOST_ADDRESSES {
            return;
        }
        state.since_refusal += 1;
        if state.since_refusal >= TRIED_AGAIN_AFTER {
            state.addresses = (state.addresses * 2).min(MOST_ADDRESSES);
            state.since_refusal = 0;
        }
    }
}

/// What a block costs, in logs: what it brings, and its part of the requests of a range of a good size.
fn cost(requests: f64, logs: f64, limit: u64) -> f64 {
    let most = count(usize::try_from(limit).unwrap_or(usize::MAX));
    let blocks = (count(GOOD_LOGS) / logs.max(1e-9)).clamp(1.0, most);
    logs + requests * REQUEST / blocks
}

fn mixed(old: Option<f64>, new: f64) -> f64 {
    old.map_or(new, |old| old + (new - old) * WEIGHT)
}

/// Close enough for a cost.
fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}
