//! `[prices]`: tokens, sources and policy.

use std::{collections::BTreeMap, time::Duration};

use alloy_primitives::Address;
use domain::{decimal::Decimal, ids::ChainId};
use indexer::market::forget::Keep;
use market::Key;
use serde::{Deserialize, Serialize};

mod book;
mod policy;
mod sense;
#[cfg(test)]
mod tests;

pub use policy::PolicySection;

/// `[prices]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PricesConfig {
    /// Milliseconds between two sheets of what is pushed.
    pub sheet_ms: u64,
    /// When gaps of the last candles of a minute are filled: a cron expression with seconds; empty for never.
    pub repair: String,
    /// Hours that are looked at for gaps.
    pub repair_hours: u64,
    /// How long sheets of prices are kept.
    pub keep_sheets: Keep,
    /// From observations to a price.
    pub policy: PolicySection,
    /// Feeds of the chain.
    pub chainlink: ChainlinkSection,
    /// Binance spot.
    pub binance: SourceSection,
    /// Coinbase Exchange.
    pub coinbase: SourceSection,
    /// Pyth, by Hermes.
    pub pyth: SourceSection,
    /// `DefiLlama` coins.
    pub defillama: SourceSection,
    /// `CoinGecko`.
    pub coingecko: SourceSection,
    /// Own pools.
    pub pools: PoolsSection,
    /// The tokens; none: nothing is asked.
    pub tokens: Vec<TokenConfig>,
}

/// A source that is asked by HTTP.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SourceSection {
    /// Whether it is asked.
    pub enabled: bool,
    /// Base of its URLs; empty: its own.
    pub base_url: String,
    /// Its key. It is written nowhere.
    #[serde(skip_serializing)]
    pub key: Option<Key>,
    /// Whether the key is of a paid plan.
    pub paid: bool,
    /// Calls (or weight) per minute; 0: its own.
    pub per_minute: u32,
    /// When it is asked.
    pub cron: String,
    /// Milliseconds that a run may begin later, by chance.
    pub jitter_ms: u64,
    /// Seconds that a value of it is fresh.
    pub heartbeat_s: u64,
    /// Seconds that a question may take.
    pub deadline_s: u64,
    /// Whether what it pushes is followed.
    pub stream: bool,
    /// Base of what it pushes; empty: its own.
    pub stream_url: String,
    /// Seconds without a sign of life after which a connection to what it pushes is made again; 0 where nothing is pushed.
    pub stream_silence_s: u64,
    /// Symbol of the token that its pairs are counted in, or `usd`.
    pub quote: String,
}

/// `[prices.chainlink]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChainlinkSection {
    /// Whether they are asked.
    pub enabled: bool,
    /// When.
    pub cron: String,
    /// Milliseconds that a run may begin later, by chance.
    pub jitter_ms: u64,
    /// Seconds beyond a feed's heartbeat after which it is not fresh.
    pub margin_s: u64,
    /// By name of a chain: the feed that says whether its sequencer is up.
    pub sequencers: BTreeMap<String, Address>,
    /// Seconds after a sequencer came up in which no feed of its chain is believed.
    pub sequencer_grace_s: u64,
}

/// `[prices.pools]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PoolsSection {
    /// Whether they are asked.
    pub enabled: bool,
    /// When.
    pub cron: String,
    /// Milliseconds that a run may begin later, by chance.
    pub jitter_ms: u64,
    /// Seconds since the newest stored block that a price is fresh.
    pub heartbeat_s: u64,
    /// Seconds without a trade after which only deep pools have a price.
    pub quiet_s: u64,
    /// Seconds that are averaged over.
    pub window_s: u64,
    /// USD that a pool must hold of the other token.
    pub floor_usd: Decimal,
    /// Pools per token, the deepest ones.
    pub most_pools: usize,
}

/// `[[prices.tokens]]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenConfig {
    /// Name of its chain.
    pub chain: String,
    /// Its contract; the zero address is the native currency.
    pub address: Address,
    /// What people call it.
    pub symbol: String,
    /// Its decimals, if sources that say them shall be checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u8>,
    /// Whether it should be worth 1 dollar.
    #[serde(default)]
    pub stable: bool,
    /// Who speaks of it.
    #[serde(default)]
    pub feeds: FeedsConfig,
}

/// Feeds of a token, by the names that their sources have for them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FeedsConfig {
    /// A pair.
    pub binance: String,
    /// Symbol of the token that the pair is counted in, or `usd`; empty: `prices.binance.quote`.
    pub binance_quote: String,
    /// A product.
    pub coinbase: String,
    /// A feed's 32 bytes in hex.
    pub pyth: String,
    /// `chain:address`, or `coingecko:id`; left out: by the chain and the address, where the chain is a known one;
    /// empty: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub defillama: Option<String>,
    /// A coin's id, or `platform:address`.
    pub coingecko: String,
    /// A proxy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chainlink: Option<ChainlinkFeedConfig>,
    /// Whether own pools speak of it.
    pub pools: bool,
}

/// A Chainlink feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainlinkFeedConfig {
    /// The proxy, on the token's chain.
    pub proxy: Address,
    /// Seconds after which it answers at the latest.
    pub heartbeat_s: u64,
}

impl SourceSection {
    fn new(cron: &str, jitter_ms: u64, heartbeat_s: u64) -> Self {
        let cron = cron.to_owned();
        Self { enabled: true, cron, jitter_ms, heartbeat_s, deadline_s: 15, ..Self::default() }
    }

    /// The same of a source that pushes, once that is switched on.
    fn pushing(self) -> Self {
        let silence = market::StreamRules::default().silence;
        Self { stream_silence_s: silence.as_secs(), ..self }
    }

    /// How connections to what it pushes are kept.
    #[must_use]
    pub fn stream_rules(&self) -> market::StreamRules {
        let silence = Duration::from_secs(self.stream_silence_s);
        market::StreamRules { silence, ..market::StreamRules::default() }
    }

    /// As the source's adapter wants it.
    #[must_use]
    pub fn settings(&self) -> market::SourceConfig {
        market::SourceConfig {
            base_url: Some(self.base_url.clone()).filter(|url| !url.is_empty()),
            key: self.key.clone(),
            paid: self.paid,
            per_minute: Some(self.per_minute).filter(|rate| *rate > 0),
            deadline_seconds: Some(self.deadline_s),
            ..market::SourceConfig::default()
        }
    }
}

impl Default for PricesConfig {
    fn default() -> Self {
        let binance = SourceSection::new("5,25,45 * * * * *", 2_000, 60).pushing();
        Self {
            sheet_ms: 1_000,
            repair: "0 13 * * * *".into(),
            repair_hours: 48,
            keep_sheets: Keep::All,
            policy: PolicySection::default(),
            chainlink: ChainlinkSection::default(),
            binance: SourceSection { quote: "USDT".into(), ..binance },
            coinbase: SourceSection::new("10,30,50 * * * * *", 2_000, 60),
            pyth: SourceSection::new("*/20 * * * * *", 2_000, 60).pushing(),
            defillama: SourceSection::new("20 */5 * * * *", 10_000, 900),
            coingecko: SourceSection::new("40 */2 * * * *", 10_000, 300),
            pools: PoolsSection::default(),
            tokens: Vec::new(),
        }
    }
}

impl Default for ChainlinkSection {
    fn default() -> Self {
        Self {
            enabled: true,
            cron: "15 * * * * *".into(),
            jitter_ms: 2_000,
            margin_s: indexer::market::chainlink::MARGIN_SECONDS,
            sequencers: BTreeMap::new(),
            sequencer_grace_s: indexer::market::chainlink::GRACE_SECONDS,
        }
    }
}

impl Default for PoolsSection {
    fn default() -> Self {
        use indexer::market::pools::{FLOOR_USD, MOST_POOLS, QUIET_SECONDS, WINDOW_SECONDS};
        Self {
            enabled: true,
            cron: "35 * * * * *".into(),
            jitter_ms: 2_000,
            heartbeat_s: 300,
            quiet_s: QUIET_SECONDS,
            window_s: WINDOW_SECONDS,
            floor_usd: Decimal::from(FLOOR_USD),
            most_pools: MOST_POOLS,
        }
    }
}

/// The names that `DefiLlama` has for chains.
fn defillama_chain(chain: ChainId) -> Option<&'static str> {
    Some(match chain {
        1 => "ethereum",
        10 => "optimism",
        56 => "bsc",
        130 => "unichain",
        137 => "polygon",
        8_453 => "base",
        42_161 => "arbitrum",
        42_220 => "celo",
        43_114 => "avax",
        _ => return None,
    })
}
