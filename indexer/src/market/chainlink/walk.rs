//! What a feed said over a part of the past, round by round.

use std::sync::Arc;

use alloy_primitives::U256;
use domain::{
    block::BlockRef,
    market::{Millis, Source},
};
use market::{MarketError, Points, Said};

use super::{
    Chainlink,
    ask::{millis, said},
    fault::answered,
    phases::{Phase, updated},
};

/// Rounds asked for together.
const PAGE: u64 = 100;

/// What was found so far.
struct Found {
    said: Vec<Said>,
    most: usize,
}

impl Found {
    /// Takes an answer in; `false` when there are enough without it. Of two answers of one second the later one counts.
    fn take(&mut self, said: Said) -> bool {
        let enough = self.said.len() >= self.most;
        match self.said.last_mut() {
            Some(last) if last.time == said.time => *last = said,
            _ if enough => return false,
            _ => self.said.push(said),
        }
        true
    }
}

impl Chainlink {
    /// The answers of one feed from `from` to before `to`, over all phases, `most` of them at most. Answers that are no
    /// prices are left out.
    ///
    /// # Errors
    /// [`MarketError::NotServed`] for a name that is no feed here; any other [`MarketError`].
    pub async fn walk(
        &self,
        id: &str,
        from: Millis,
        to: Millis,
        most: usize,
    ) -> Result<Points, MarketError> {
        let source_name = Source::Chainlink;
        let Some((id, feed)) = self.feeds.get_key_value(id) else {
            let what = format!("{id}: no feed of this name is configured");
            return Err(MarketError::NotServed { source_name, what });
        };
        let block = self.head().await?;
        let phases = self.phases(feed.proxy, updated, &block).await?;
        let phases = phases.map_err(|fault| MarketError::Unavailable {
            source_name,
            why: format!("{id}: {fault}"),
        })?;
        // times of answers are whole seconds
        let [begin, end] = [from, to].map(|time| U256::from(time.div_ceil(1_000)));
        let mut found = Found { said: Vec::new(), most: most.max(1) };
        for (at, phase) in phases.iter().enumerate() {
            let next = phases.get(at + 1).map_or(end, |next| next.begins.min(end));
            if begin.max(phase.begins) < next
                && !self.walk_phase(id, phase, (begin, next), &block, &mut found).await?
            {
                let until = found.said.last().map_or(from, |last| last.time + 1);
                return Ok(Points { said: found.said, until });
            }
        }
        // what has not happened yet is not answered
        let until = to.min(millis(block.timestamp) + 1).max(from);
        Ok(Points { said: found.said, until })
    }

    /// The same within one phase and a span of seconds; `false` when there are enough.
    async fn walk_phase(
        &self,
        id: &Arc<str>,
        phase: &Phase,
        (begin, end): (U256, U256),
        block: &BlockRef,
        found: &mut Found,
    ) -> Result<bool, MarketError> {
        let before = match begin.checked_sub(U256::ONE) {
            Some(before) => self.last_until(phase, updated, before, block).await?,
            None => None,
        };
        let mut next = before.map_or(1, |(round, _)| round.id.round + 1);
        while next <= phase.last {
            let last = phase.last.min(next.saturating_add(PAGE - 1));
            let numbers: Vec<u64> = (next..=last).collect();
            next = last + 1;
            for (round, raw) in self.rounds(phase, &numbers, block).await?.into_iter().flatten() {
                if round.updated_at >= end {
                    return Ok(true);
                }
                let Ok(time) = answered(&round, block.timestamp) else { continue };
                if !found.take(said(id, round.answer, phase.decimals, time, &raw)) {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }
}
