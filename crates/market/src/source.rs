//! What every source can be asked.

use std::sync::Arc;

use alloy_primitives::B256;
use domain::{
    candle::Resolution,
    decimal::Decimal,
    market::{Bar, Millis, Source},
};
use futures::future::BoxFuture;

use crate::error::MarketError;

/// A value that a feed gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Which feed.
    pub id: Arc<str>,
    /// The value, exactly as it was written.
    pub value: Decimal,
    /// When it was so, by the source. Where it does not say: when it was asked.
    pub time: Millis,
    /// From 0 to 1, where the source says.
    pub confidence: Option<Decimal>,
    /// Volume or liquidity behind it, in dollars, where it is known.
    pub liquidity: Option<Decimal>,
    /// The token's symbol and decimals as the source has them, where it says: they must agree with the token.
    pub symbol: Option<String>,
    /// See `symbol`.
    pub decimals: Option<u8>,
    /// Keccak-256 of the answer's bytes.
    pub raw: B256,
}

/// A part of the past of one feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// Ascending, one per period at most, none that is still open. Empty: there was no trade.
    pub bars: Vec<Bar>,
    /// Everything before this time was answered; the next question starts here.
    pub until: Millis,
}

/// Values of one feed over a part of the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Points {
    /// Ascending, one per time.
    pub said: Vec<Said>,
    /// Everything before this time was answered; the next question starts here.
    pub until: Millis,
}

/// A source of prices. Ids are the source's own, as the configuration names them.
pub trait PriceSource: Send + Sync + std::fmt::Debug {
    /// Which one.
    fn source(&self) -> Source;

    /// What the feeds say now, in as few calls as the source allows. An id that the source does not know is not in the
    /// answer; the rest is. One error for the whole only when nothing came.
    ///
    /// # Errors
    /// [`MarketError`].
    fn now<'a>(&'a self, ids: &'a [Arc<str>]) -> BoxFuture<'a, Result<Vec<Said>, MarketError>>;

    /// Resolutions of which it serves candles, short to long; empty: it serves none.
    fn resolutions(&self) -> &'static [Resolution];

    /// Candles of one feed from `from` on, as many as one call gives, none that begins at or after `to`.
    ///
    /// # Errors
    /// [`MarketError::NotServed`] for a resolution that is not in [`PriceSource::resolutions`].
    fn bars<'a>(
        &'a self,
        id: &'a str,
        resolution: Resolution,
        from: Millis,
        to: Millis,
    ) -> BoxFuture<'a, Result<Series, MarketError>>;

    /// What the feeds said at one time in the past, for sources that keep it (`None`: this one does not).
    fn at<'a>(
        &'a self,
        ids: &'a [Arc<str>],
        time: Millis,
    ) -> Option<BoxFuture<'a, Result<Vec<Said>, MarketError>>> {
        let _ = (ids, time);
        None
    }

    /// What one feed said from `from` on and before `to`, as much as one call gives, for sources that keep points rather
    /// than candles (`None`: this one does not).
    fn points<'a>(
        &'a self,
        id: &'a str,
        from: Millis,
        to: Millis,
    ) -> Option<BoxFuture<'a, Result<Points, MarketError>>> {
        let _ = (id, from, to);
        None
    }
}
