//! Candles as sources give them.

use crate::{decimal::Decimal, market::observation::Millis};

/// What one period was like, by one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    /// When it begins.
    pub start: Millis,
    /// First price.
    pub open: Decimal,
    /// Highest.
    pub high: Decimal,
    /// Lowest.
    pub low: Decimal,
    /// Last.
    pub close: Decimal,
    /// What was traded, in whole tokens; `None` where the source does not say.
    pub volume: Option<Decimal>,
}
