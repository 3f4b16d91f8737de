//! Candles.

use alloy_primitives::{Address, U256};
use async_graphql::SimpleObject;
use domain::{block::BlockRef, candle::Candle, ids::PoolId};
use serde::Serialize;
use utoipa::ToSchema;

/// What a price did during a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CandleBar)]
pub struct Bar {
    /// Unix time at which the period begins.
    pub start: u64,
    /// First price; null where none is known.
    pub open: Option<String>,
    /// Highest price.
    pub high: Option<String>,
    /// Lowest price.
    pub low: Option<String>,
    /// Last price.
    pub close: Option<String>,
    /// Tracked volume in USD.
    #[serde(rename = "volumeUSD")]
    #[graphql(name = "volumeUSD")]
    pub volume_usd: String,
    /// Fees in USD.
    #[serde(rename = "feesUSD")]
    #[graphql(name = "feesUSD")]
    pub fees_usd: String,
    /// Locked value in USD after the last event.
    #[serde(rename = "tvlUSD")]
    #[graphql(name = "tvlUSD")]
    pub tvl_usd: String,
    /// Swaps.
    pub swap_count: u64,
}

/// A candle of a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[graphql(complex)]
#[serde(rename_all = "camelCase")]
pub struct PoolCandle {
    /// Prices and sums.
    #[serde(flatten)]
    #[graphql(flatten)]
    pub bar: Bar,
    /// Token0 that moved in swaps, in smallest units.
    pub volume0: String,
    /// Token1 that moved in swaps, in smallest units.
    pub volume1: String,
    /// Liquidity in range after the last event (V3, V4).
    pub liquidity: String,
    /// What moved of token0 and token1, in smallest units.
    #[graphql(skip)]
    #[serde(skip)]
    pub moved: [U256; 2],
    /// Where it stands, for what hangs on it.
    #[graphql(skip)]
    #[serde(skip)]
    pub of: Option<Of<PoolId>>,
}

/// Whose candle it is: on which chain, and the block it is as of, if that is not the newest.
pub type Of<T> = (u64, T, Option<BlockRef>);

/// A candle of a token, in USD.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[graphql(complex)]
#[serde(rename_all = "camelCase")]
pub struct TokenCandle {
    /// Prices and sums.
    #[serde(flatten)]
    #[graphql(flatten)]
    pub bar: Bar,
    /// What moved in swaps, in smallest units.
    pub volume: String,
    /// The same as a number.
    #[graphql(skip)]
    #[serde(skip)]
    pub moved: U256,
    /// Where it stands, for what hangs on it.
    #[graphql(skip)]
    #[serde(skip)]
    pub of: Option<Of<Address>>,
}

impl PoolCandle {
    /// The same with what it is of.
    #[must_use]
    pub fn of(self, of: Of<PoolId>) -> Self {
        Self { of: Some(of), ..self }
    }
}

impl TokenCandle {
    /// The same with what it is of.
    #[must_use]
    pub fn of(self, of: Of<Address>) -> Self {
        Self { of: Some(of), ..self }
    }
}

impl From<&Candle> for Bar {
    fn from(candle: &Candle) -> Self {
        let price = |price: domain::decimal::Decimal| candle.is_priced().then(|| price.to_string());
        Self {
            start: candle.start,
            open: price(candle.open),
            high: price(candle.high),
            low: price(candle.low),
            close: price(candle.close),
            volume_usd: candle.volume_usd.to_string(),
            fees_usd: candle.fees_usd.to_string(),
            tvl_usd: candle.tvl_usd.to_string(),
            swap_count: candle.swap_count,
        }
    }
}

impl From<&Candle> for PoolCandle {
    fn from(candle: &Candle) -> Self {
        Self {
            bar: candle.into(),
            volume0: candle.volume0.to_string(),
            volume1: candle.volume1.to_string(),
            liquidity: candle.liquidity.to_string(),
            moved: [candle.volume0, candle.volume1],
            of: None,
        }
    }
}

impl From<&Candle> for TokenCandle {
    fn from(candle: &Candle) -> Self {
        let volume = candle.volume0.to_string();
        Self { bar: candle.into(), volume, moved: candle.volume0, of: None }
    }
}
