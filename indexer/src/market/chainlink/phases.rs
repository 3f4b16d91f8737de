//! The aggregators that ever stood behind a proxy.

use abis::feeds::{self, Round, RoundId};
use alloy_primitives::{Address, U256};
use domain::block::BlockRef;
use market::MarketError;

use super::{Chainlink, FeedFault, ask::round};

/// Rounds that are looked through for the first one that was answered.
const FIRST: u64 = 64;

/// By which of its times a round is found.
pub(super) type Time = fn(&Round) -> U256;

/// The time of an answer.
pub(super) const fn updated(round: &Round) -> U256 {
    round.updated_at
}

/// One aggregator's time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Phase {
    /// What is asked for its rounds: the proxy.
    pub(super) proxy: Address,
    /// Its place; 0 for a feed without a proxy.
    pub(super) number: u16,
    /// Itself.
    pub(super) aggregator: Address,
    /// Decimals of its answers.
    pub(super) decimals: u8,
    /// Its newest round.
    pub(super) last: u64,
    /// Time of its first answered round (Unix seconds).
    pub(super) begins: U256,
}

impl Phase {
    pub(super) const fn id(&self, round: u64) -> RoundId {
        RoundId { phase: self.number, round }
    }
}

impl Chainlink {
    /// The phases of a proxy with answered rounds, oldest first. Aggregators that cannot be read any more are left out.
    pub(super) async fn phases(
        &self,
        proxy: Address,
        time: Time,
        block: &BlockRef,
    ) -> Result<Result<Vec<Phase>, FeedFault>, MarketError> {
        let latest = self.calls(&[feeds::latest_call(proxy)], block).await?;
        let latest = match latest.first().map(round) {
            Some(Ok(latest)) => latest,
            Some(Err(fault)) => return Ok(Err(fault)),
            None => return Ok(Err(FeedFault::Unreadable)),
        };
        let aggregators: Vec<(u16, Address)> = if latest.id.phase == 0 {
            vec![(0, proxy)]
        } else {
            let calls: Vec<_> =
                (1..=latest.id.phase).map(|phase| feeds::phase_call(proxy, phase)).collect();
            let answers = self.calls(&calls, block).await?;
            let found = (1..)
                .zip(answers)
                .filter_map(|(phase, answer)| Some((phase, feeds::address(&answer.ok()?)?)));
            found.collect()
        };
        let calls = aggregators.iter().flat_map(|(_, aggregator)| {
            [feeds::latest_call(*aggregator), feeds::decimals_call(*aggregator)]
        });
        let answers = self.calls(&calls.collect::<Vec<_>>(), block).await?;
        let mut phases = Vec::with_capacity(aggregators.len());
        for ((number, aggregator), answers) in aggregators.into_iter().zip(answers.chunks(2)) {
            let [last, decimals] = answers else { continue };
            let decimals = decimals.as_ref().ok().and_then(|answer| feeds::decimals(answer));
            let (Ok(last), Some(decimals)) = (round(last), decimals) else { continue };
            let last = last.id.round;
            let begins = U256::ZERO;
            let mut phase = Phase { proxy, number, aggregator, decimals, last, begins };
            if let Some(first) = self.first(&phase, time, block).await? {
                phase.begins = time(&first);
                phases.push(phase);
            }
        }
        Ok(Ok(phases))
    }

    /// The first answered round of a phase: the very first, or soon behind it.
    async fn first(
        &self,
        phase: &Phase,
        time: Time,
        block: &BlockRef,
    ) -> Result<Option<Round>, MarketError> {
        let mut next = 1;
        for most in [1, FIRST] {
            let rounds: Vec<u64> = (next..=phase.last.min(most)).collect();
            let found = self.rounds(phase, &rounds, block).await?;
            let answered = found.into_iter().flatten().map(|(round, _)| round);
            if let Some(first) = answered.into_iter().find(|round| !time(round).is_zero()) {
                return Ok(Some(first));
            }
            next = most + 1;
        }
        Ok(None)
    }
}
