//! Whether a chain's sequencer is to be trusted. While it is down nobody can update a feed, and right after it came up
//! the feeds have not caught up.

use std::time::Duration;

use abis::feeds::Round;
use alloy_primitives::{I256, U256};
use domain::market::Source;
use market::MarketError;

use super::{FeedFault, Sequencer};

impl Sequencer {
    /// Nothing, when it has been up for longer than the grace at a time (Unix seconds).
    pub(super) fn is_up(
        &self,
        found: Result<Round, FeedFault>,
        now: u64,
    ) -> Result<(), MarketError> {
        let source_name = Source::Chainlink;
        let unavailable = |why| MarketError::Unavailable { source_name, why };
        let found = found.map_err(|fault| {
            unavailable(format!("the feed of the chain's sequencer cannot be read: {fault}"))
        })?;
        let since = u64::try_from(found.started_at).ok().filter(|since| *since > 0);
        let Some(since) = since.filter(|since| *since <= now) else {
            let at = found.started_at;
            return Err(unavailable(format!(
                "the feed of the chain's sequencer says since when it is as it is: {at}"
            )));
        };
        if found.answer == I256::ONE {
            return Err(unavailable(format!("the chain's sequencer is down since {since}")));
        }
        if !found.answer.is_zero() {
            let answer = found.answer;
            return Err(unavailable(format!(
                "the feed of the chain's sequencer says {answer}: neither up (0) nor down (1)"
            )));
        }
        let up = now.saturating_sub(since);
        if up > self.grace_seconds {
            return Ok(());
        }
        let wait = Duration::from_secs((self.grace_seconds - up).saturating_add(1));
        let why = format!("the chain's sequencer came up {up} s ago and its feeds catch up");
        Err(MarketError::Wait { source_name, wait, why })
    }
}

/// What times rounds of the sequencer's feed are found by: when its state changed.
pub(super) const fn started(round: &Round) -> U256 {
    round.started_at
}
