//! What the feeds said at a time in the past, by their rounds.

use std::sync::Arc;

use alloy_primitives::{Address, U256};
use domain::{block::BlockRef, market::Millis};
use futures::future::try_join_all;
use market::{MarketError, Said};

use super::{
    Chainlink, ChainlinkFeed, FeedFault,
    ask::said,
    fault::fresh,
    phases::{Phase, Time, updated},
    sequencer::started,
};

/// Feeds whose past is searched at the same time.
const TOGETHER: usize = 8;

impl Chainlink {
    /// What each feed said at a time, or why it said nothing: no answer yet, or one that was older than the feed's
    /// heartbeat even then.
    ///
    /// # Errors
    /// [`MarketError`] when the endpoints do not answer, or the chain's sequencer was not to be trusted at that time.
    pub async fn ask_at(
        &self,
        ids: &[Arc<str>],
        time: Millis,
    ) -> Result<Vec<(Arc<str>, Result<Said, FeedFault>)>, MarketError> {
        let known = self.known(ids);
        if known.is_empty() {
            return Ok(Vec::new());
        }
        let block = self.head().await?;
        let then = (time / 1_000).min(block.timestamp);
        if let Some(sequencer) = &self.sequencer {
            let found = self.standing(sequencer.feed, started, then, &block).await?;
            match found {
                // the feed is younger: nobody knows
                Err(FeedFault::NotYet) => {}
                found => sequencer.is_up(found.map(|(_, round, _)| round), then)?,
            }
        }
        let mut found = Vec::with_capacity(known.len());
        for some in known.chunks(TOGETHER) {
            let asked = some.iter().map(|(id, feed)| self.of_feed(id, feed, then, &block));
            found.extend(try_join_all(asked).await?);
        }
        Ok(found)
    }

    /// What one feed said at a time (Unix seconds).
    async fn of_feed(
        &self,
        id: &Arc<str>,
        feed: &ChainlinkFeed,
        then: u64,
        block: &BlockRef,
    ) -> Result<(Arc<str>, Result<Said, FeedFault>), MarketError> {
        let found = self.standing(feed.proxy, updated, then, block).await?;
        let judged = found.and_then(|(phase, round, raw)| {
            let updated = fresh(&round, then, self.oldest(feed))?;
            Ok(said(id, round.answer, phase.decimals, updated, &raw))
        });
        Ok((Arc::clone(id), judged))
    }

    /// The round that stood at a time (Unix seconds).
    async fn standing(
        &self,
        proxy: Address,
        time: Time,
        then: u64,
        block: &BlockRef,
    ) -> Result<Result<(Phase, abis::feeds::Round, alloy_primitives::Bytes), FeedFault>, MarketError>
    {
        let phases = match self.phases(proxy, time, block).await? {
            Ok(phases) => phases,
            Err(fault) => return Ok(Err(fault)),
        };
        let then = U256::from(then);
        for phase in phases.iter().rev().filter(|phase| phase.begins <= then) {
            if let Some((round, raw)) = self.last_until(phase, time, then, block).await? {
                return Ok(Ok((*phase, round, raw)));
            }
        }
        Ok(Err(FeedFault::NotYet))
    }
}
