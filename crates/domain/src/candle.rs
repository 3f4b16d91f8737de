//! Candles: what the price of a pool, or of a token in USD, did during a period, and what was traded in it.
//!
//! A fold gives one [`CandleStep`] per block and subject. Steps merge into candles, and candles into those of a longer
//! [`Resolution`], by the same [`Candle::merge`]. It is associative to the last digit: raw volumes are integers, and
//! USD sums are kept in whole [`USD_PLACES`] so that no addition below 10^16 USD rounds. So only some resolutions are stored.
//!
//! - A pool's price is what one token0 costs in token1, in whole tokens (the reference's `token1Price`). The reverse is
//!   `1 / price`, which for V3 and V4 is the reference's `token0Price` to the digit: see [`Candle::inverse`].
//! - A pool's first price is that of its `Initialize` (V3, V4) or first `Sync` (V2); then swaps (V3, V4) and syncs (V2)
//!   make prices. A token's is its price in USD on one DEX, after each of these events.
//! - A price of zero stands for "none known": such a step adds volume and leaves the prices alone.
//! - A period in which nothing happened has no candle: see [`fill`].

use alloy_primitives::{Address, U256};

use crate::{decimal::Decimal, ids::PoolId, record::record};

mod compact;
mod fill;
mod resolution;
#[cfg(test)]
mod tests;

pub use self::{
    compact::CompactCandle,
    fill::{fill, roll_up},
    resolution::{Resolution, UnknownResolution},
};

/// Decimal places of a dollar that sums in candles keep.
pub const USD_PLACES: i32 = 18;

/// What a candle is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A pool.
    Pool(PoolId),
    /// A token on the DEX of this factory (V4: manager).
    Token {
        /// Factory or manager.
        factory: Address,
        /// The token.
        token: Address,
    },
}

record! {
    /// A candle, or what one block adds to it.
    pub struct Candle {
        /// Unix time at which the period begins; of a block's step the block's time.
        pub start: u64 => "start",
        /// First price; 0 where none is known.
        pub open: Decimal => "open",
        /// Highest price.
        pub high: Decimal => "high",
        /// Lowest price.
        pub low: Decimal => "low",
        /// Last price; 0 where none is known.
        pub close: Decimal => "close",
        /// Token0 that moved in swaps, in smallest units; of a token's candle the token.
        pub volume0: U256 => "volume0",
        /// Token1 that moved in swaps, in smallest units; of a token's candle 0.
        pub volume1: U256 => "volume1",
        /// Tracked volume in USD.
        pub volume_usd: Decimal => "volumeUSD",
        /// Fees in USD.
        pub fees_usd: Decimal => "feesUSD",
        /// Locked value in USD after the last event.
        pub tvl_usd: Decimal => "tvlUSD",
        /// Liquidity in range after the last event (V3 and V4 pools).
        pub liquidity: u128 => "liquidity",
        /// Swaps.
        pub swap_count: u64 => "swapCount",
    }
}

/// What one block did to one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CandleStep {
    /// Whose candles it belongs to.
    pub subject: Subject,
    /// All events of the block as one.
    pub candle: Candle,
}

impl Candle {
    /// A step at a price, without volume.
    #[must_use]
    pub fn at(start: u64, price: Decimal) -> Self {
        Self { start, open: price, high: price, low: price, close: price, ..Self::default() }
    }

    /// Whether a price is known.
    #[must_use]
    pub const fn is_priced(&self) -> bool {
        !self.close.is_zero()
    }

    /// Takes in what happened later.
    pub fn merge(&mut self, later: &Self) {
        if !self.is_priced() {
            (self.open, self.high, self.low) = (later.open, later.high, later.low);
            self.close = later.close;
        } else if later.is_priced() {
            self.high = self.high.max(later.high);
            self.low = self.low.min(later.low);
            self.close = later.close;
        }
        self.volume0 = self.volume0.saturating_add(later.volume0);
        self.volume1 = self.volume1.saturating_add(later.volume1);
        self.volume_usd += later.volume_usd;
        self.fees_usd += later.fees_usd;
        self.tvl_usd = later.tvl_usd;
        self.liquidity = later.liquidity;
        self.swap_count += later.swap_count;
    }

    /// The candle of a pool with its price told the other way: what one token1 costs in token0.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let over = |price: Decimal| Decimal::ONE.safe_div(price);
        Self {
            open: over(self.open),
            high: over(self.low),
            low: over(self.high),
            close: over(self.close),
            ..self.clone()
        }
    }
}

/// An amount of USD as candles sum it: cut after [`USD_PLACES`].
#[must_use]
pub fn cut_usd(value: Decimal) -> Decimal {
    let dropped = i64::from(-USD_PLACES) - i64::from(value.exponent());
    if dropped <= 0 {
        return value;
    }
    let power = u32::try_from(dropped).ok().and_then(|digits| 10i128.checked_pow(digits));
    power.map_or(Decimal::ZERO, |power| Decimal::from_parts(value.mantissa() / power, -USD_PLACES))
}
