//! What is remembered of the way that swaps of a pool take.
//!
//! Every swap of a pool in one direction begins with the same steps: from the pool's price to the next stop, from there to
//! the one after, and so on. What a step costs and gives when it is made in full does not depend on how much is traded, not
//! even on which side of the trade is exact; an amount only decides how many steps are full, and then one is not. So the
//! running totals at the stops, once computed, serve every later swap: it looks up the last stop that it surely passes and
//! goes on from there, to the same wei as if it had walked.
//!
//! A step is full when what is left pays for it. Exact in, `v3-core` compares `floor(left * (10^6 - fee) / 10^6)` with
//! the step's input; that is `left >= input + ceil(input * fee / (10^6 - fee))`, which is what the full step takes. So
//! `n` steps are full exactly when the amount is no less than the total at the `n`-th stop. It does not hold for a fee of
//! 100 %.

use std::sync::{Arc, PoisonError, RwLock, TryLockError};

use super::run::At;
use crate::amm::Amount;

#[cfg(test)]
mod tests;

/// So many stops are remembered each; beyond them ever fewer, so that no pool takes more than some tens of kilobytes.
const EACH: usize = 64;
/// Beyond those the distance doubles after so many.
const DOUBLED: usize = 16;

/// The stops of one state of a pool, as far as swaps went. Clones share what they learn.
#[derive(Debug, Clone, Default)]
pub struct Ladder {
    ways: Arc<[RwLock<Way>; 2]>,
}

/// One direction.
#[derive(Debug, Default)]
struct Way {
    kept: Vec<At>,
    /// The furthest stop.
    summit: Option<At>,
}

/// A ladder is no part of the state that it belongs to.
impl PartialEq for Ladder {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Ladder {}

/// Where a swap enters the ladder.
#[derive(Debug)]
pub(super) struct Entry {
    /// The last stop known that the amount surely passes.
    pub(super) at: Option<At>,
    /// Whether that is the furthest one: what the swap passes from here on is news.
    pub(super) is_summit: bool,
}

impl Ladder {
    fn way(&self, zero_for_one: bool) -> &RwLock<Way> {
        let [down, up] = &*self.ways;
        if zero_for_one { down } else { up }
    }

    pub(super) fn enter(&self, zero_for_one: bool, amount: Amount) -> Entry {
        let way = self.way(zero_for_one).read().unwrap_or_else(PoisonError::into_inner);
        // strictly below the amount: where it is used up exactly, the contract stops at the first of several stops
        let passes = |at: &At| match amount {
            Amount::ExactIn(amount) => at.amount_in < amount,
            Amount::ExactOut(amount) => at.amount_out < amount,
        };
        if way.summit.as_ref().is_none_or(passes) {
            return Entry { at: way.summit, is_summit: true };
        }
        let passed = way.kept.partition_point(passes);
        Entry {
            at: passed.checked_sub(1).and_then(|last| way.kept.get(last)).copied(),
            is_summit: false,
        }
    }

    /// Adds stops above the summit where a swap entered. Somebody else may have been faster, or be at it: then they are
    /// not needed.
    pub(super) fn extend(&self, zero_for_one: bool, entered: Option<At>, passed: &[At]) {
        let mut way = match self.way(zero_for_one).try_write() {
            Ok(way) => way,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        if way.summit != entered {
            return;
        }
        for at in passed {
            if is_kept(&way.kept, at) {
                way.kept.push(*at);
            }
        }
        way.summit = passed.last().copied().or(entered);
    }
}

/// Whether a stop is far enough from the last one.
fn is_kept(stops: &[At], at: &At) -> bool {
    let Some(last) = stops.last() else { return true };
    let doublings = stops.len().saturating_sub(EACH).div_ceil(DOUBLED);
    let distance = u32::try_from(doublings).ok().and_then(|n| 1_u32.checked_shl(n));
    at.steps - last.steps >= distance.unwrap_or(u32::MAX)
}
