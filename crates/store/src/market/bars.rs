//! Collection `price_bars`: candles of outside sources, packed.
//!
//! One document holds what one feed gave of one token and resolution within a bucket of fixed length (a day of minutes,
//! fifty days of hours), ascending:
//!
//! ```text
//! bars = version bar*
//! bar  = varint(minutes since the start of the one before) close marks [open] [high] [low] [volume]
//! ```
//! The first counts from the start of the bucket. A mark says that a value stands there: an open that is the close, and a
//! highest or lowest price that is the open or the close, do not.

use domain::{
    candle::Resolution,
    market::{Asset, Bar, Feed, Millis, Quote},
};

mod pack;
mod read;
mod write;

#[cfg(test)]
mod tests;

pub use self::write::PutBars;

pub(super) const COLLECTION: &str = "price_bars";

const MINUTE: Millis = 60_000;
const DAY: Millis = 24 * 60 * MINUTE;

/// Candles of a token by one feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BarSeries {
    /// The token.
    pub asset: Asset,
    /// The feed.
    pub feed: Feed,
    /// Their length.
    pub resolution: Resolution,
}

/// A candle with where it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBar {
    /// The feed.
    pub feed: Feed,
    /// What its prices are counted in.
    pub quote: Quote,
    /// The candle.
    pub bar: Bar,
}

/// Which candles are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BarQuery {
    /// Of this token.
    pub asset: Asset,
    /// Of this length.
    pub resolution: Resolution,
    /// They begin at or after this time.
    pub from: Millis,
    /// They begin before this time.
    pub to: Millis,
    /// Of this feed only; `None`: of all.
    pub feed: Option<Feed>,
    /// At most so many.
    pub limit: u32,
}

/// Length of a bucket.
const fn bucket_length(resolution: Resolution) -> Millis {
    match resolution {
        Resolution::M1 => DAY,
        Resolution::M5 => 5 * DAY,
        Resolution::M15 | Resolution::M30 => 15 * DAY,
        Resolution::H1 => 50 * DAY,
        Resolution::H4 => 200 * DAY,
        Resolution::D1 | Resolution::W1 => 1_000 * DAY,
    }
}

/// Start of the bucket that holds a time.
const fn bucket_start(resolution: Resolution, time: Millis) -> Millis {
    time - time % bucket_length(resolution)
}
