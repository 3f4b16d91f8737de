//! `[prices.policy]`: which price is believed.

use std::collections::BTreeMap;

use domain::{
    decimal::Decimal,
    market::{Feed, Policy, Source, door::Rules, policy::FeedRules},
};
use indexer::market::{Book, chainlink::Chainlink};
use serde::{Deserialize, Serialize};

use super::PricesConfig;
use crate::config::ChainConfig;

/// `[prices.policy]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PolicySection {
    /// With fewer fresh sources the highest ranked one speaks alone.
    pub min_sources: usize,
    /// Seconds after which a price is none.
    pub max_age_s: u64,
    /// Seconds that a feed may repeat one value.
    pub stuck_after_s: u64,
    /// The same of stable coins.
    pub stuck_after_stable_s: u64,
    /// Median absolute deviations from the median that are too far.
    pub outlier: Decimal,
    /// Part by which two sources may differ.
    pub dispute: Decimal,
    /// Part by which a stable coin may be off 1 dollar.
    pub depeg: Decimal,
    /// Part within which 1 may be shown for it.
    pub peg: Decimal,
    /// Times that a value may rise or fall at once without another source that agrees.
    pub jump: Decimal,
    /// Least confidence.
    pub confidence: Decimal,
    /// Seconds that a source's clock may be ahead.
    pub ahead_s: u64,
    /// USD with which a pool speaks without a trade.
    pub liquidity_floor_usd: Decimal,
}

impl Default for PolicySection {
    fn default() -> Self {
        let (policy, rules) = (Policy::default(), Rules::default());
        Self {
            min_sources: policy.min_sources,
            max_age_s: policy.max_age / 1_000,
            stuck_after_s: policy.stuck_after / 1_000,
            stuck_after_stable_s: policy.stuck_after_stable / 1_000,
            outlier: policy.outlier,
            dispute: policy.dispute,
            depeg: policy.depeg,
            peg: policy.peg,
            jump: rules.jump,
            confidence: rules.confidence,
            ahead_s: rules.ahead / 1_000,
            liquidity_floor_usd: policy.liquidity_floor,
        }
    }
}

impl PricesConfig {
    /// What is a price at all.
    #[must_use]
    pub fn rules(&self) -> Rules {
        let PolicySection { jump, confidence, ahead_s, .. } = self.policy;
        Rules { ahead: millis(ahead_s), jump, confidence, ..Rules::default() }
    }

    /// Which price is believed.
    #[must_use]
    pub fn policy(&self, book: &Book, chains: &[ChainConfig]) -> Policy {
        let section = &self.policy;
        let mut heartbeats = BTreeMap::from([
            (Source::Binance, millis(self.binance.heartbeat_s)),
            (Source::Coinbase, millis(self.coinbase.heartbeat_s)),
            (Source::Pyth, millis(self.pyth.heartbeat_s)),
            (Source::DefiLlama, millis(self.defillama.heartbeat_s)),
            (Source::CoinGecko, millis(self.coingecko.heartbeat_s)),
        ]);
        heartbeats.insert(Source::Pools, millis(self.pools.heartbeat_s));
        let mut feeds = BTreeMap::new();
        for token in &self.tokens {
            let chain = chains.iter().find(|chain| chain.name == token.chain);
            if let (Some(chain), Some(feed)) = (chain, &token.feeds.chainlink) {
                let id = Chainlink::id(chain.id, feed.proxy);
                let beats = feed.heartbeat_s.saturating_add(self.chainlink.margin_s);
                let rules = FeedRules { heartbeat: Some(millis(beats)), stuck_after: None };
                feeds.insert(Feed { source: Source::Chainlink, id }, rules);
            }
        }
        // a slow feed says the same for as long as it does not move: that is not stuck
        for of in book.tokens().iter().flat_map(|token| &token.feeds) {
            if let Some(rules) = feeds.get_mut(&of.feed) {
                let beat = rules.heartbeat.unwrap_or_default();
                rules.stuck_after = Some(millis(section.stuck_after_s).max(beat.saturating_mul(3)));
            }
        }
        Policy {
            heartbeats,
            feeds,
            stuck_after: millis(section.stuck_after_s),
            stuck_after_stable: millis(section.stuck_after_stable_s),
            min_sources: section.min_sources,
            max_age: millis(section.max_age_s),
            outlier: section.outlier,
            dispute: section.dispute,
            depeg: section.depeg,
            peg: section.peg,
            ahead: millis(section.ahead_s),
            liquidity_floor: section.liquidity_floor_usd,
        }
    }
}

const fn millis(seconds: u64) -> u64 {
    seconds.saturating_mul(1_000)
}
