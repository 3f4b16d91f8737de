//! Market prices: what one is, where it comes from, and how far it is to be trusted.

use alloy_primitives::Address;
use async_graphql::{Enum, SimpleObject};
use domain::market::{self, Millis, Price};
use serde::Serialize;
use utoipa::ToSchema;

use super::{address, millis::UnixMillis};

/// The currency of all market prices.
pub const USD: &str = "USD";

/// How far a market price is to be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Enum, Serialize, ToSchema)]
#[graphql(remote = "domain::market::Status")]
#[serde(rename_all = "lowercase")]
pub enum PriceStatus {
    /// Made of fresh observations that agree.
    Fresh,
    /// The last good one: nothing fresh was known then.
    Stale,
    /// Two sources differed: that of the higher ranked one.
    Disputed,
    /// Of a stable coin that is far from what it should be worth.
    Depegged,
    /// There is none; the reason says why.
    None,
}

/// The price of a token on the market at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MarketPrice {
    /// Contract address of the token.
    pub token: String,
    /// What one whole token costs, exact; null with the status `none`.
    pub value: Option<String>,
    /// In what: always `USD`.
    pub currency: &'static str,
    /// How many sources it is made of.
    pub source_count: usize,
    /// Which, by rank.
    pub sources: Vec<&'static str>,
    /// When the oldest of what it is made of was so, by its source.
    pub as_of: Option<UnixMillis>,
    /// Whole seconds from then to `at`.
    pub age_seconds: Option<u64>,
    /// The least that any of its sources claims, from 0 to 1; null where none does.
    pub confidence: Option<String>,
    /// How far to trust it at `at`.
    pub status: PriceStatus,
    /// Why it is not fresh, or what was left out; null where there is nothing to say.
    pub reason: Option<String>,
    /// The time that it is the price of: that of the answer unless another was asked for.
    pub at: UnixMillis,
    /// When it became known.
    pub known_at: Option<UnixMillis>,
}

impl MarketPrice {
    /// The wire form of a price as it is at a time.
    #[must_use]
    pub fn new(token: Address, price: &Price, at: Millis, known_at: Option<Millis>) -> Self {
        Self {
            token: address(token),
            value: price.value.map(|value| value.to_string()),
            currency: USD,
            source_count: price.sources.len(),
            sources: price.sources.iter().map(|source| source.name()).collect(),
            as_of: price.as_of.map(UnixMillis),
            age_seconds: price.age_seconds(at),
            confidence: price.confidence.map(|share| share.to_string()),
            status: price.status.into(),
            reason: price.reason.clone(),
            at: UnixMillis(at),
            known_at: known_at.map(UnixMillis),
        }
    }
}

/// How far the price of a token in pools was from the market.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PriceDeviation {
    /// When.
    pub time: UnixMillis,
    /// What a whole token cost in pools, in USD.
    pub pool: String,
    /// What it cost on the market, in USD.
    pub market: String,
    /// The first over the second, less 1: 0.01 is one percent above the market.
    pub deviation: Option<String>,
}

impl From<market::Deviation> for PriceDeviation {
    fn from(point: market::Deviation) -> Self {
        Self {
            time: UnixMillis(point.time),
            pool: point.pool.to_string(),
            market: point.market.to_string(),
            deviation: point.ratio().map(|ratio| ratio.to_string()),
        }
    }
}
