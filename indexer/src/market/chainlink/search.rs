//! Finding a round by its time.
//!
//! Within a phase rounds follow each other without a gap and their times do not fall, but some were never answered: those
//! have no time, or revert.

use abis::feeds::{self, Round};
use alloy_primitives::{Bytes, U256};
use domain::block::BlockRef;
use market::MarketError;

use super::{
    Chainlink, FeedFault,
    ask::round,
    phases::{Phase, Time},
};

/// Rounds asked for together when one has no answer: first a few, then many.
const BELOW: [u64; 3] = [1, 16, 100];

impl Chainlink {
    /// The rounds with these numbers, with the bytes that say so; `None` for those that revert.
    pub(super) async fn rounds(
        &self,
        phase: &Phase,
        numbers: &[u64],
        block: &BlockRef,
    ) -> Result<Vec<Option<(Round, Bytes)>>, MarketError> {
        let calls: Vec<_> = numbers
            .iter()
            .map(|number| feeds::round_call(phase.proxy, phase.id(*number)))
            .collect();
        let answers = self.calls(&calls, block).await?;
        let read = |answer: Result<Bytes, FeedFault>| {
            let found = round(&answer).ok()?;
            Some((found, answer.ok()?))
        };
        Ok(answers.into_iter().map(read).collect())
    }

    /// The last answered round of a phase whose time is at or before `until` (Unix seconds).
    pub(super) async fn last_until(
        &self,
        phase: &Phase,
        time: Time,
        until: U256,
        block: &BlockRef,
    ) -> Result<Option<(Round, Bytes)>, MarketError> {
        // rounds up to `low` are not later, those above `high` are
        let (mut low, mut high) = (0, phase.last);
        let mut best = None;
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            match self.answered_at_or_below(phase, time, middle, low, block).await? {
                Some((round, raw)) if time(&round) <= until => {
                    best = Some((round, raw));
                    low = middle;
                }
                Some((round, _)) => high = round.id.round.saturating_sub(1),
                None => low = middle,
            }
        }
        Ok(best)
    }

    /// The highest answered round from `round` down to above `floor`.
    async fn answered_at_or_below(
        &self,
        phase: &Phase,
        time: Time,
        round: u64,
        floor: u64,
        block: &BlockRef,
    ) -> Result<Option<(Round, Bytes)>, MarketError> {
        let mut next = round;
        let mut sizes = BELOW.into_iter();
        let mut size = 0;
        while next > floor {
            size = sizes.next().unwrap_or(size);
            let lowest = next.saturating_sub(size).max(floor) + 1;
            let numbers: Vec<u64> = (lowest..=next).rev().collect();
            let found = self.rounds(phase, &numbers, block).await?;
            let answered = found.into_iter().flatten().find(|(round, _)| !time(round).is_zero());
            if answered.is_some() {
                return Ok(answered);
            }
            next = lowest - 1;
        }
        Ok(None)
    }
}
