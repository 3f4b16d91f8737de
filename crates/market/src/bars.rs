//! What every source's candles have to be like.

use std::cmp::Reverse;

use domain::{
    candle::Resolution,
    decimal::Decimal,
    market::{Bar, Millis},
};

mod page;
#[cfg(test)]
mod tests;

pub(crate) use page::{Asked, OddRow, Page};

/// Why a row is no candle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OddBar {
    /// A price that is no price.
    #[error("the candle of {0} ms has a price that is not above 0")]
    NotPositive(Millis),
    /// Another order of columns, perhaps.
    #[error("the candle of {0} ms has prices outside its low and high")]
    Outside(Millis),
    /// Less than nothing was traded.
    #[error("the candle of {0} ms has a volume below 0")]
    Volume(Millis),
    /// Another unit of time, perhaps.
    #[error("a candle begins at {0} ms, which is no beginning of a period")]
    Misplaced(Millis),
}

impl OddBar {
    /// When the row begins; `None` where just that cannot be believed.
    pub(crate) const fn start(self) -> Option<Millis> {
        match self {
            Self::NotPositive(start) | Self::Outside(start) | Self::Volume(start) => Some(start),
            Self::Misplaced(_) => None,
        }
    }
}

/// Refuses what cannot be a candle of a resolution.
pub(crate) fn check(bar: &Bar, resolution: Resolution) -> Result<(), OddBar> {
    let start = bar.start;
    if !start.is_multiple_of(1_000) || resolution.start(start / 1_000) != start / 1_000 {
        return Err(OddBar::Misplaced(start));
    }
    if bar.low <= Decimal::ZERO {
        return Err(OddBar::NotPositive(start));
    }
    let inside = |price: Decimal| bar.low <= price && price <= bar.high;
    if !inside(bar.open) || !inside(bar.close) {
        return Err(OddBar::Outside(start));
    }
    match bar.volume {
        Some(volume) if volume.is_negative() => Err(OddBar::Volume(start)),
        _ => Ok(()),
    }
}

/// Ascending, one per period. Of two of one period the one with more trade is the later one.
pub(crate) fn tidy(mut bars: Vec<Bar>) -> Vec<Bar> {
    bars.sort_by_key(|bar| (bar.start, Reverse(bar.volume)));
    bars.dedup_by_key(|bar| bar.start);
    bars
}

/// Up to where candles that a source gives at `now` are over: the start of the first period that is open, or so young
/// that the source may still add to it, or that our clock may be ahead.
pub(crate) fn settled(resolution: Resolution, now: Millis, margin: Millis) -> Millis {
    resolution.start(now.saturating_sub(margin) / 1_000).saturating_mul(1_000)
}
