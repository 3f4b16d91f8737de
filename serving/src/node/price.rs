//! A token's price by a pool: as the chain has that pool now, and as it is stored, beside the market.

use alloy_primitives::Address;
use api_kit::answer::Block;
use async_graphql::SimpleObject;
use domain::{decimal::Decimal, entity::Pool};
use serde::Serialize;

use super::view::{LivePool, LiveProblem};
use crate::{
    price,
    view::price::{MarketPrice, PriceStatus},
};

/// What a whole token costs in USD: in its largest pool whose other side has a market price, and on the market.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject)]
#[serde(rename_all = "camelCase")]
pub struct LivePrice {
    /// By the pool as the chain has it now; null where it cannot be asked, or no pool has a price.
    pub live: Option<String>,
    /// The block of that.
    pub block: Option<Block>,
    /// By the pool as it is stored.
    pub pool: Option<String>,
    /// Which pool.
    pub pool_id: Option<String>,
    /// On the market, whatever its status.
    pub market: Option<String>,
    /// How far that is to be trusted.
    pub market_status: PriceStatus,
    /// Whole seconds since the market price was so.
    pub market_age_seconds: Option<u64>,
    /// The live price over that of the market, less 1; by the stored price where there is no live one.
    pub deviation: Option<String>,
    /// Why the chain could not be asked.
    pub problem: Option<LiveProblem>,
}

impl LivePrice {
    /// Where no pool has a price.
    pub(crate) fn of_market(market: Option<MarketPrice>) -> Self {
        Self {
            live: None,
            block: None,
            pool: None,
            pool_id: None,
            market_status: market.as_ref().map_or(PriceStatus::None, |market| market.status),
            market_age_seconds: market.as_ref().and_then(|market| market.age_seconds),
            market: market.and_then(|market| market.value),
            deviation: None,
            problem: None,
        }
    }

    /// By a pool with this token, whose other side costs so much on the market.
    pub(crate) fn new(
        pool: &Pool,
        decimals: [Option<u8>; 2],
        token: Address,
        live: LivePool,
        other: &MarketPrice,
        market: Option<MarketPrice>,
    ) -> Self {
        let is_first = pool.token0 == token;
        let stored = price::of(&pool.state, decimals[0], decimals[1]);
        let stored =
            stored.map(
                |prices| {
                    if is_first { prices.token1_per_token0 } else { prices.token0_per_token1 }
                },
            );
        let now = if is_first { live.token1_per_token0 } else { live.token0_per_token1 };
        let usd = |rate: Option<String>| {
            let rate: Decimal = rate?.parse().ok()?;
            let other: Decimal = other.value.as_ref()?.parse().ok()?;
            Some(rate * other)
        };
        let (now, stored) = (usd(now), usd(stored));
        let answer = Self::of_market(market);
        let on_market: Option<Decimal> = answer.market.as_ref().and_then(|text| text.parse().ok());
        let deviation = now.or(stored).zip(on_market.filter(|price| !price.is_zero()));
        let deviation = deviation.map(|(pool, market)| pool.safe_div(market) - Decimal::from(1));
        Self {
            live: now.map(|price| price.to_string()),
            block: live.block,
            pool: stored.map(|price| price.to_string()),
            pool_id: Some(pool.id.to_string()),
            deviation: deviation.map(|deviation| deviation.to_string()),
            problem: live.problem,
            ..answer
        }
    }
}
