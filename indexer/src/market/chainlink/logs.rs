//! What the feeds said in the past, by the logs of their aggregators. A log is never the proxy's: after a change of phase
//! the old aggregator falls silent and another one speaks.

use std::{collections::BTreeMap, sync::Arc};

use abis::feeds;
use alloy_primitives::{Address, I256, U256};
use chain::source::{LogFilter, Source as Blocks};
use futures::TryStreamExt as _;
use market::{MarketError, Said};

use super::{
    Chainlink,
    ask::{fault, said},
    phases::{Phase, updated},
};

/// Blocks per question to begin with; it grows and shrinks with what the endpoint bears.
const RANGE: u64 = 2_000;
/// Questions under way at once.
const TOGETHER: usize = 2;

/// A phase of a feed that an aggregator spoke for.
struct Voice {
    id: Arc<str>,
    phase: Phase,
    /// When the next phase begins (Unix seconds).
    ends: U256,
}

impl Chainlink {
    /// The answers of these feeds in blocks `from..=to`, which must be final, in the order of the chain. Answers that are
    /// no prices are left out, and so are feeds that cannot be read.
    ///
    /// # Errors
    /// [`MarketError`] when the endpoints do not answer.
    pub async fn logs(
        &self,
        ids: &[Arc<str>],
        from: u64,
        to: u64,
    ) -> Result<Vec<Said>, MarketError> {
        let voices = self.voices(ids).await?;
        if voices.is_empty() || from > to {
            return Ok(Vec::new());
        }
        let addresses = voices.keys().copied().collect();
        let topics = vec![feeds::ANSWER_UPDATED];
        let filter = LogFilter { addresses, topics, ..LogFilter::default() };
        let blocks = Blocks::new(self.client.clone(), filter, RANGE, TOGETHER);
        let mut ranges = std::pin::pin!(blocks.backfill(from, to));
        let mut found = Vec::new();
        while let Some(range) = ranges.try_next().await.map_err(fault)? {
            for block in &range.blocks {
                for log in &block.logs {
                    let Some(answer) = feeds::answer_updated(&log.data) else { continue };
                    let time = u64::try_from(answer.updated_at).ok();
                    let time = time.filter(|time| (1..=block.header.timestamp).contains(time));
                    let (Some(time), true) = (time, answer.answer > I256::ZERO) else { continue };
                    let voices = voices.get(&log.address).into_iter().flatten();
                    let raw = feeds::log_bytes(&log.data);
                    found.extend(voices.filter(|voice| answer.updated_at < voice.ends).map(
                        |voice| said(&voice.id, answer.answer, voice.phase.decimals, time, &raw),
                    ));
                }
            }
        }
        Ok(found)
    }

    /// Which aggregators speak for which feeds: one may stand behind several proxies.
    async fn voices(&self, ids: &[Arc<str>]) -> Result<BTreeMap<Address, Vec<Voice>>, MarketError> {
        let mut voices = BTreeMap::<Address, Vec<Voice>>::new();
        let known = self.known(ids);
        if known.is_empty() {
            return Ok(voices);
        }
        let block = self.head().await?;
        for (id, feed) in known {
            let phases = match self.phases(feed.proxy, updated, &block).await? {
                Ok(phases) => phases,
                Err(fault) => {
                    tracing::warn!(feed = &*id, reason = fault.name(), %fault, "the past of a price feed cannot be read");
                    continue;
                }
            };
            for (at, phase) in phases.iter().enumerate() {
                let ends = phases.get(at + 1).map_or(U256::MAX, |next| next.begins);
                let voice = Voice { id: Arc::clone(&id), phase: *phase, ends };
                voices.entry(phase.aggregator).or_default().push(voice);
            }
        }
        Ok(voices)
    }
}
