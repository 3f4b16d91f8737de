//! What a pool did in the last 24 hours.

use async_graphql::SimpleObject;

use crate::{
    feeds::{day::Day, pairs::Pair},
    price,
};

/// A pool in the 24 hours up to the block of the answer, to the second.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
pub struct LastDay {
    /// What moved of token0, in its smallest unit.
    pub volume0: String,
    /// The same in whole tokens.
    pub volume0_decimal: String,
    /// What moved of token1, in its smallest unit.
    pub volume1: String,
    /// The same in whole tokens.
    pub volume1_decimal: String,
    /// Tracked volume in USD.
    #[graphql(name = "volumeUSD")]
    pub volume_usd: String,
    /// Swaps.
    pub swap_count: u64,
    /// Price of token0 in token1 when the time began; of a pool that had none then, the first in it.
    pub open: String,
    /// Highest.
    pub high: String,
    /// Lowest.
    pub low: String,
    /// Now.
    pub last: String,
    /// From the first to the last, in percent.
    pub change_percent: String,
}

impl LastDay {
    /// As a pool's own sides see it: `pair` is told as token0 in token1.
    pub(crate) fn new(pair: &Pair, day: &Day) -> Self {
        Self {
            volume0: day.base_volume.to_string(),
            volume0_decimal: price::whole(day.base_volume, pair.base.decimals),
            volume1: day.quote_volume.to_string(),
            volume1_decimal: price::whole(day.quote_volume, pair.quote.decimals),
            volume_usd: day.usd_volume.to_string(),
            swap_count: day.swap_count,
            open: day.open.to_string(),
            high: day.high.to_string(),
            low: day.low.to_string(),
            last: day.last.to_string(),
            change_percent: day.change_percent().to_string(),
        }
    }
}
