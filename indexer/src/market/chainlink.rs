//! Chainlink: feeds of the chain itself, asked of the contracts at one block.
//!
//! A reader keeps a proxy's address. Behind it stand aggregators, one after another: each is a phase, and rounds count
//! from 1 in each. What a feed says now is one batch of calls at one block, whatever the number of feeds; a feed that
//! reverts or fails a check loses only itself. History comes by walking rounds, and by the logs of the aggregators of
//! all phases. How old an answer may be is each feed's own heartbeat; ages are counted by the block's time, as a contract
//! would. On a chain with a sequencer nothing is said while that is down, and for a while after it came up.
//!
//! An aggregator may answer before it is confirmed behind the proxy, and after it was replaced. Here a phase counts from
//! its first answer until the next phase's first one: the two are fed by the same nodes, and the moment of the change
//! stands in no round.

mod ask;
mod fault;
mod history;
mod logs;
mod now;
mod phases;
mod search;
mod sequencer;
mod walk;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use alloy_primitives::Address;
use chain::Client;
use domain::{
    candle::Resolution,
    ids::ChainId,
    market::{Asset, Millis, Source},
};
use futures::{FutureExt as _, future::BoxFuture};
use market::{MarketError, Points, PriceSource, Said, Series};

pub use self::fault::FeedFault;
use super::PriceMetrics;

/// By how much an answer may come later than its feed's heartbeat: a transaction takes its time (seconds).
pub const MARGIN_SECONDS: u64 = 300;
/// For so long after a sequencer came up nothing is believed (seconds).
pub const GRACE_SECONDS: u64 = 3_600;

/// Rounds that one question for a part of the past gives.
const POINTS: usize = 1_000;

/// A feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainlinkFeed {
    /// The token that it prices.
    pub asset: Asset,
    /// The proxy.
    pub proxy: Address,
    /// It answers at least so often (seconds). Feeds differ: 1,200 here, 86,400 there.
    pub heartbeat_seconds: u64,
}

/// The feed that says whether a chain's sequencer is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sequencer {
    /// Its proxy.
    pub feed: Address,
    /// See [`GRACE_SECONDS`].
    pub grace_seconds: u64,
}

/// What is asked on one chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainlinkConfig {
    /// The feeds.
    pub feeds: Vec<ChainlinkFeed>,
    /// Seconds beyond its heartbeat after which an answer is stale.
    pub margin_seconds: u64,
    /// On chains that have one.
    pub sequencer: Option<Sequencer>,
}

/// The feeds of one chain.
#[derive(Debug)]
pub struct Chainlink {
    client: Client,
    feeds: BTreeMap<Arc<str>, ChainlinkFeed>,
    margin_seconds: u64,
    sequencer: Option<Sequencer>,
    /// By proxy: the aggregator behind it, and that one's decimals.
    decimals: Mutex<BTreeMap<Address, (Address, u8)>>,
    /// Feeds that are left out now, and the name of the reason: that is said once.
    silent: Mutex<BTreeMap<Arc<str>, &'static str>>,
    /// Where answers that are refused are counted.
    metrics: Option<PriceMetrics>,
}

impl Chainlink {
    /// The name of a feed among the feeds of all chains: `1:0x…`, the chain and the proxy.
    #[must_use]
    pub fn id(chain: ChainId, proxy: Address) -> Arc<str> {
        format!("{chain}:{proxy:#x}").into()
    }

    /// Asks by this client, whose chain all feeds stand on. Nothing is asked yet.
    #[must_use]
    pub fn new(client: Client, config: ChainlinkConfig) -> Self {
        let chain = client.chain_id();
        let named = |feed: ChainlinkFeed| (Self::id(chain, feed.proxy), feed);
        Self {
            feeds: config.feeds.into_iter().map(named).collect(),
            margin_seconds: config.margin_seconds,
            sequencer: config.sequencer,
            decimals: Mutex::default(),
            silent: Mutex::default(),
            metrics: None,
            client,
        }
    }

    /// The same, which counts the answers that it refuses, by reason.
    #[must_use]
    pub fn counting(self, metrics: PriceMetrics) -> Self {
        for reason in FeedFault::NAMES {
            // an alert needs a zero to rise from
            metrics.rejected.with_label_values(&[Source::Chainlink.name(), reason]).inc_by(0);
        }
        Self { metrics: Some(metrics), ..self }
    }

    /// The feeds by their names.
    pub fn feeds(&self) -> impl Iterator<Item = (&Arc<str>, &ChainlinkFeed)> {
        self.feeds.iter()
    }

    /// Those of these names that are feeds here, in the order of the names.
    fn known(&self, ids: &[Arc<str>]) -> Vec<(Arc<str>, &ChainlinkFeed)> {
        let found = ids.iter().filter_map(|id| self.feeds.get_key_value(id));
        found.map(|(id, feed)| (Arc::clone(id), feed)).collect()
    }

    /// The age in seconds at which an answer of this feed is stale.
    const fn oldest(&self, feed: &ChainlinkFeed) -> u64 {
        feed.heartbeat_seconds.saturating_add(self.margin_seconds)
    }

    /// What was found, without those that failed; an error when that leaves nothing.
    fn said(found: Vec<(Arc<str>, Result<Said, FeedFault>)>) -> Result<Vec<Said>, MarketError> {
        let (asked, mut said, mut first) = (found.len(), Vec::new(), None);
        for (id, answer) in found {
            match answer {
                Ok(answer) => said.push(answer),
                Err(fault) => {
                    first.get_or_insert_with(|| format!("{id}: {fault}"));
                }
            }
        }
        match first {
            Some(first) if said.is_empty() => Err(MarketError::Unavailable {
                source_name: Source::Chainlink,
                why: format!("none of {asked} feeds says anything, the first because of {first}"),
            }),
            _ => Ok(said),
        }
    }
}

impl Chainlink {
    /// Counts, and tells of feeds that fall silent, for another reason, or speak again.
    fn tell(&self, found: &[(Arc<str>, Result<Said, FeedFault>)]) {
        let Ok(mut silent) = self.silent.lock() else { return };
        for (id, answer) in found {
            let feed = &**id;
            match answer {
                Ok(_) if silent.remove(id).is_some() => {
                    tracing::info!(feed, "a price feed speaks again");
                }
                Ok(_) => {}
                Err(fault) => {
                    let reason = fault.name();
                    if let Some(metrics) = &self.metrics {
                        metrics.refused(Source::Chainlink, reason);
                    }
                    if silent.insert(Arc::clone(id), reason) != Some(reason) {
                        tracing::warn!(feed, reason, %fault, "a price feed is left out");
                    }
                }
            }
        }
    }
}

impl PriceSource for Chainlink {
    fn source(&self) -> Source {
        Source::Chainlink
    }

    fn now<'a>(&'a self, ids: &'a [Arc<str>]) -> BoxFuture<'a, Result<Vec<Said>, MarketError>> {
        async move {
            let found = self.ask_now(ids).await?;
            self.tell(&found);
            Self::said(found)
        }
        .boxed()
    }

    /// None: an answer is an observation. A candle of the one or two answers of a minute would outrank an exchange's.
    fn resolutions(&self) -> &'static [Resolution] {
        &[]
    }

    fn bars<'a>(
        &'a self,
        _: &'a str,
        resolution: Resolution,
        _: Millis,
        _: Millis,
    ) -> BoxFuture<'a, Result<Series, MarketError>> {
        let what = format!("candles of {resolution}; its rounds are read one by one");
        async { Err(MarketError::NotServed { source_name: Source::Chainlink, what }) }.boxed()
    }

    fn points<'a>(
        &'a self,
        id: &'a str,
        from: Millis,
        to: Millis,
    ) -> Option<BoxFuture<'a, Result<Points, MarketError>>> {
        Some(self.walk(id, from, to, POINTS).boxed())
    }

    fn at<'a>(
        &'a self,
        ids: &'a [Arc<str>],
        time: Millis,
    ) -> Option<BoxFuture<'a, Result<Vec<Said>, MarketError>>> {
        Some(async move { Self::said(self.ask_at(ids, time).await?) }.boxed())
    }
}
