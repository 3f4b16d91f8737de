//! Ticks of a pool, and their days.

use async_graphql::SimpleObject;
use domain::{
    entity::Tick as Stored,
    figures::{Interval, TickDay as Day},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Liquidity of a pool that begins or ends at a tick. It stays when all of its liquidity is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tick {
    /// Index of the tick: the price is 1.0001 to the power of it, in smallest units of token1 per token0.
    pub index: i32,
    /// All liquidity that references the tick.
    pub liquidity_gross: String,
    /// Liquidity that is added when the price goes up across the tick; may be negative.
    pub liquidity_net: String,
    /// Block of the first position that used it.
    pub created_block: u64,
    /// Its time in Unix seconds.
    pub created_timestamp: u64,
    /// Growth of token0's fees on the other side of the tick as Q128, modulo 2^256; null where it is not known.
    pub fee_growth_outside0_x128: Option<String>,
    /// The same of token1.
    pub fee_growth_outside1_x128: Option<String>,
}

impl From<&Stored> for Tick {
    fn from(tick: &Stored) -> Self {
        let [growth0, growth1] =
            tick.fee_growth_outside.map_or([None, None], |both| both.map(Some));
        Self {
            index: tick.index,
            liquidity_gross: tick.liquidity_gross.to_string(),
            liquidity_net: tick.liquidity_net.to_string(),
            created_block: tick.created_block,
            created_timestamp: tick.created_timestamp,
            fee_growth_outside0_x128: growth0.map(|growth| growth.to_string()),
            fee_growth_outside1_x128: growth1.map(|growth| growth.to_string()),
        }
    }
}

/// A tick of a V3 pool after the last event of a day (UTC) that touched it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TickDay {
    /// Index of the tick.
    pub index: i32,
    /// Unix time at which the day begins.
    pub start: u64,
    /// All liquidity that references the tick.
    pub liquidity_gross: String,
    /// Liquidity that is added when the price goes up across the tick; may be negative.
    pub liquidity_net: String,
    /// Growth of token0's fees on the other side of the tick as Q128, modulo 2^256; null where it is not known.
    pub fee_growth_outside0_x128: Option<String>,
    /// The same of token1.
    pub fee_growth_outside1_x128: Option<String>,
}

impl TickDay {
    /// The wire form of a stored row.
    #[must_use]
    pub fn new((index, number, day): &(i32, u32, Day)) -> Self {
        Self {
            index: *index,
            start: Interval::Day.start(*number),
            liquidity_gross: day.liquidity_gross.to_string(),
            liquidity_net: day.liquidity_net.to_string(),
            fee_growth_outside0_x128: day.fee_growth_outside0.map(|growth| growth.to_string()),
            fee_growth_outside1_x128: day.fee_growth_outside1.map(|growth| growth.to_string()),
        }
    }
}
