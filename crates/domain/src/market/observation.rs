//! What a source said.

use std::{fmt, str::FromStr, sync::Arc};

use alloy_primitives::{Address, B256};

use crate::{decimal::Decimal, ids::ChainId};

/// Unix time in milliseconds.
pub type Millis = u64;

/// A token of a chain; the native currency at the zero address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Asset {
    /// Its chain.
    pub chain: ChainId,
    /// Its contract.
    pub address: Address,
}

/// Where a price comes from. The order is the rank: where they disagree, the lower one is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// Feeds of the chain itself.
    Chainlink,
    /// Binance spot.
    Binance,
    /// Coinbase Exchange.
    Coinbase,
    /// Pyth, by Hermes.
    Pyth,
    /// `DefiLlama` coins.
    DefiLlama,
    /// `CoinGecko`.
    CoinGecko,
    /// Our own pools: a price over a window of time.
    Pools,
}

impl Source {
    /// All of them, by rank.
    pub const ALL: [Self; 7] = [
        Self::Chainlink,
        Self::Binance,
        Self::Coinbase,
        Self::Pyth,
        Self::DefiLlama,
        Self::CoinGecko,
        Self::Pools,
    ];

    /// As it is written in configurations, answers and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chainlink => "chainlink",
            Self::Binance => "binance",
            Self::Coinbase => "coinbase",
            Self::Pyth => "pyth",
            Self::DefiLlama => "defillama",
            Self::CoinGecko => "coingecko",
            Self::Pools => "pools",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that no source has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no price source: chainlink, binance, coinbase, pyth, defillama, coingecko and pools are"
)]
pub struct UnknownSource(pub String);

impl FromStr for Source {
    type Err = UnknownSource;

    fn from_str(text: &str) -> Result<Self, UnknownSource> {
        let found = Self::ALL.into_iter().find(|source| source.name() == text);
        found.ok_or_else(|| UnknownSource(text.chars().take(40).collect()))
    }
}

/// One series of values of one source: a pair, a feed, a coin.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Feed {
    /// Source.
    pub source: Source,
    /// The source's own name for it: `ETHUSDT`, `ETH-USD`, a feed's id or address, `ethereum:0x…`, a coin's id.
    pub id: Arc<str>,
}

/// What a value is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quote {
    /// US dollars.
    Usd,
    /// Another token, which has a price of its own: Tether at an exchange is not a dollar.
    Asset(Asset),
}

/// What one feed said of one token. Stored as it was said, and never changed; one per feed and source time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// The token.
    pub asset: Asset,
    /// What the value is counted in.
    pub quote: Quote,
    /// What one whole token costs.
    pub value: Decimal,
    /// Who said so.
    pub feed: Feed,
    /// When it was so, by the source's clock.
    pub source_time: Millis,
    /// When we were told, by ours.
    pub fetched_at: Millis,
    /// How sure the source is, from 0 to 1, where it says.
    pub confidence: Option<Decimal>,
    /// Liquidity or volume behind it in dollars, where it is known.
    pub liquidity: Option<Decimal>,
    /// Keccak-256 of the bytes that were read; zero where there were none (own pools).
    pub raw: B256,
}
