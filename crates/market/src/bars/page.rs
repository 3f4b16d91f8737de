//! One answer with candles, and the part of the past that it settles.

use domain::{
    candle::Resolution,
    market::{Bar, Millis},
};

use super::tidy;
use crate::{error::MarketError, source::Series};

/// A row that is no candle, and when it begins, if that can be told.
pub(crate) type OddRow = (Option<Millis>, MarketError);

/// The rows of one answer, in whatever order they came.
#[derive(Debug)]
pub(crate) struct Page {
    rows: usize,
    bars: Vec<Bar>,
    odd: Vec<OddRow>,
}

/// What was asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) resolution: Resolution,
    /// Start of the first candle.
    pub(crate) first: Millis,
    /// No candle begins at or after this.
    pub(crate) end: Millis,
    /// An answer of so many rows may be cut short.
    pub(crate) most: usize,
}

impl Page {
    /// Reads each row.
    pub(crate) fn new<T>(rows: Vec<T>, read: impl Fn(T) -> Result<Bar, OddRow>) -> Self {
        let mut page =
            Self { rows: rows.len(), bars: Vec::with_capacity(rows.len()), odd: Vec::new() };
        for row in rows {
            match read(row) {
                Ok(bar) => page.bars.push(bar),
                Err(odd) => page.odd.push(odd),
            }
        }
        page
    }

    /// What it settles: up to the first row that cannot be read, so that no hole is taken for silence.
    ///
    /// # Errors
    /// What is wrong with that row, when nothing lies before it; or `stuck`, when the answer is full and of another time.
    pub(crate) fn settle(
        self,
        asked: Asked,
        stuck: impl FnOnce() -> MarketError,
    ) -> Result<Series, MarketError> {
        let Asked { resolution, first, end, most } = asked;
        let mut bars = tidy(self.bars);
        let mut until = end;
        if let Some(last) = bars.last().filter(|_| self.rows >= most) {
            until = until.min(resolution.next(last.start / 1_000).saturating_mul(1_000));
            if until <= first {
                return Err(stuck());
            }
        }
        for (start, odd) in self.odd {
            match start {
                // sources give more than was asked for
                Some(start) if start < first || start >= end => {}
                Some(start) if start > first => until = until.min(start),
                _ => return Err(odd),
            }
        }
        bars.retain(|bar| first <= bar.start && bar.start < until);
        Ok(Series { bars, until })
    }
}
