//! A candle without what is told by the rest of it.
//!
//! Most candles of quiet pools are one swap: then all four prices are one. So only the last price always stands there; the
//! first if it is another, the highest and lowest if they are neither the first nor the last.

use alloy_primitives::U256;

use super::Candle;
use crate::{decimal::Decimal, record::record};

record! {
    /// A candle as it is kept; the start is told by its place.
    pub struct CompactCandle {
        /// Last price.
        pub close: Decimal => "close",
        /// First price, if another.
        pub open: Option<Decimal> => "open",
        /// Highest price, if neither the first nor the last.
        pub high: Option<Decimal> => "high",
        /// Lowest price, if neither the first nor the last.
        pub low: Option<Decimal> => "low",
        /// See [`Candle::volume0`].
        pub volume0: U256 => "volume0",
        /// See [`Candle::volume1`].
        pub volume1: U256 => "volume1",
        /// See [`Candle::volume_usd`].
        pub volume_usd: Decimal => "volumeUSD",
        /// See [`Candle::fees_usd`].
        pub fees_usd: Decimal => "feesUSD",
        /// See [`Candle::tvl_usd`].
        pub tvl_usd: Decimal => "tvlUSD",
        /// See [`Candle::liquidity`].
        pub liquidity: u128 => "liquidity",
        /// See [`Candle::swap_count`].
        pub swap_count: u64 => "swapCount",
    }
}

impl From<&Candle> for CompactCandle {
    fn from(candle: &Candle) -> Self {
        let Candle { open, high, low, close, volume0, volume1, .. } = *candle;
        let Candle { volume_usd, fees_usd, tvl_usd, liquidity, swap_count, .. } = *candle;
        Self {
            close,
            open: (open != close).then_some(open),
            high: (high != open.max(close)).then_some(high),
            low: (low != open.min(close)).then_some(low),
            volume0,
            volume1,
            volume_usd,
            fees_usd,
            tvl_usd,
            liquidity,
            swap_count,
        }
    }
}

impl CompactCandle {
    /// The candle that begins at a Unix time.
    #[must_use]
    pub fn restore(&self, start: u64) -> Candle {
        let Self { close, volume0, volume1, volume_usd, fees_usd, tvl_usd, .. } = *self;
        let open = self.open.unwrap_or(close);
        Candle {
            start,
            open,
            high: self.high.unwrap_or(open.max(close)),
            low: self.low.unwrap_or(open.min(close)),
            close,
            volume0,
            volume1,
            volume_usd,
            fees_usd,
            tvl_usd,
            liquidity: self.liquidity,
            swap_count: self.swap_count,
        }
    }
}
