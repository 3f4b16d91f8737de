//! How much may be computed for one question, so that its time is bounded whatever the pools are made like.
//!
//! A swap is cheap or dear by its steps: through a thin range with narrow ticks it takes thousands. What a swap is charged
//! depends on the question alone, never on what pools remember of earlier ones: the same question has the same answer.

use std::collections::HashMap;

use alloy_primitives::U256;

use super::{
    graph::Aim,
    leg::{Answer, Refusal},
    market::{Market, PoolIx},
};
use crate::amm::Amount;

/// Steps for each swap that may be computed, on average.
const STEPS: u64 = 8;
/// Edges that may be looked at for each swap that may be computed, on average.
const LOOKS: u64 = 64;
/// Steps of a swap in the first round of a search: few trades take more, and pools that are made to take long cost little.
const NEAR: u32 = 64;
/// Steps of a swap in the second: a contract needs millions of gas for them.
const FAR: u32 = 512;
/// Steps of a swap where nothing shorter was found, and where a pool is named: more than fit into a block.
const DEEP: u32 = 16_384;

/// What is left of it.
#[derive(Debug)]
pub(super) struct Work {
    swaps: u32,
    steps: u64,
    looks: u64,
    /// Steps of a swap at most.
    each: u32,
    /// How far pools were walked already: what they remember is not walked again.
    walked: HashMap<(PoolIx, bool), u32>,
    /// Swaps so far.
    pub(super) computed: u32,
    /// Steps so far, but those that a pool remembered.
    pub(super) taken: u64,
    /// Whether a swap was not computed to its end.
    capped: bool,
    /// Whether there was not enough for everything.
    spent: bool,
}

impl Work {
    /// For a search of so many swaps.
    pub(super) fn new(swaps: u32) -> Self {
        Self {
            swaps,
            steps: u64::from(swaps) * STEPS,
            looks: u64::from(swaps) * LOOKS,
            each: NEAR,
            walked: HashMap::new(),
            computed: 0,
            taken: 0,
            capped: false,
            spent: false,
        }
    }

    /// The same amount of work once more.
    pub(super) fn again(self, swaps: u32) -> Self {
        let Self { each, walked, computed, taken, capped, spent, .. } = self;
        Self { each, walked, computed, taken, capped, spent, ..Self::new(swaps) }
    }

    /// Whether something was left out.
    pub(super) const fn is_cut(&self) -> bool {
        self.capped || self.spent
    }

    /// Whether a second round could find more, with longer swaps; it begins.
    pub(super) const fn goes_further(&mut self) -> bool {
        let further = self.capped && !self.spent && self.each < FAR;
        if further {
            self.each = FAR;
            self.capped = false;
        }
        further
    }

    /// For swaps of as many steps as a block could hold.
    pub(super) fn deep(self, swaps: u32) -> Self {
        Self { each: DEEP, capped: false, spent: false, ..self.again(swaps) }
    }

    /// A part of it, so that something is left for later. What the part did not use comes back by [`Work::join`].
    pub(super) fn split(&mut self, part: u32) -> Self {
        let parts = u64::from(part.max(1));
        let (swaps, steps) = (self.swaps / part.max(1), self.steps / parts);
        let looks = self.looks / parts;
        self.swaps -= swaps;
        self.steps -= steps;
        self.looks -= looks;
        let walked = std::mem::take(&mut self.walked);
        Self { swaps, steps, looks, walked, each: self.each, ..Self::new(0) }
    }

    /// Takes back what a part left; whether it left out something is not our matter.
    pub(super) fn join(&mut self, part: Self) {
        self.swaps += part.swaps;
        self.steps += part.steps;
        self.looks += part.looks;
        self.computed += part.computed;
        self.taken += part.taken;
        self.walked = part.walked;
    }

    /// Whether nothing more may be computed.
    pub(super) fn is_spent(&mut self) -> bool {
        let spent = self.swaps == 0 || self.steps == 0 || self.looks == 0;
        self.spent |= spent;
        spent
    }

    /// An edge was looked at.
    pub(super) const fn look(&mut self) {
        self.looks = self.looks.saturating_sub(1);
    }

    /// What a pool answers, if that is not too much work.
    pub(super) fn answer(
        &mut self,
        market: &Market,
        (pool, zero_for_one): (PoolIx, bool),
        amount: Amount,
    ) -> Result<Answer, Refusal> {
        if self.is_spent() {
            return Err(Refusal::Effort);
        }
        self.swaps -= 1;
        self.computed += 1;
        let walked = self.walked.entry((pool, zero_for_one)).or_default();
        let left = u32::try_from(self.steps).unwrap_or(u32::MAX);
        let most = self.each.min(walked.saturating_add(left));
        let answer = market.venue(pool).answer_within(zero_for_one, amount, most);
        let length = match &answer {
            Ok(answer) => answer.steps,
            Err(refused) => {
                self.capped |= refused.why == Refusal::Effort;
                refused.steps
            }
        };
        let new = u64::from(length.saturating_sub(*walked)).max(1);
        *walked = length.max(*walked);
        self.steps = self.steps.saturating_sub(new);
        self.taken += new;
        answer.map_err(|refused| refused.why)
    }

    /// What a pool answers that is a part of the way that will be told.
    pub(super) fn surely(
        &mut self,
        market: &Market,
        (pool, zero_for_one): (PoolIx, bool),
        amount: Amount,
    ) -> Result<Answer, Refusal> {
        self.computed += 1;
        let answer = market.venue(pool).answer_within(zero_for_one, amount, DEEP);
        answer.map_err(|refused| refused.why)
    }
}

/// An amount as the walk goes: what goes in is fixed, or what comes out.
pub(super) const fn fixed(aim: Aim, amount: U256) -> Amount {
    match aim {
        Aim::Most => Amount::ExactIn(amount),
        Aim::Least => Amount::ExactOut(amount),
    }
}

/// The amount that an answer leads on with.
pub(super) const fn other(aim: Aim, answer: &Answer) -> U256 {
    match aim {
        Aim::Most => answer.amount_out,
        Aim::Least => answer.amount_in,
    }
}
