//! What the price is.

use crate::{
    decimal::Decimal,
    market::observation::{Millis, Source},
};

/// How far a price is to be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Made of fresh observations that agree.
    Fresh,
    /// The last good one: nothing fresh is known.
    Stale,
    /// Two sources that differ: the higher ranked one.
    Disputed,
    /// Of a stable coin that is far from what it should be worth.
    Depegged,
    /// There is none; the reason says why.
    None,
}

impl Status {
    /// As it is written in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Stale => "stale",
            Self::Disputed => "disputed",
            Self::Depegged => "depegged",
            Self::None => "none",
        }
    }
}

/// The price of a token in US dollars at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// Dollars for one whole token; `None` with [`Status::None`].
    pub value: Option<Decimal>,
    /// How far to trust it.
    pub status: Status,
    /// Whose observations it is made of, by rank.
    pub sources: Vec<Source>,
    /// Source time of the oldest of them.
    pub as_of: Option<Millis>,
    /// The least that any of them claims.
    pub confidence: Option<Decimal>,
    /// Why it is not fresh, or what was left out.
    pub reason: Option<String>,
}

impl Price {
    /// Age in whole seconds at a time; `None` where there is no price.
    #[must_use]
    pub fn age_seconds(&self, now: Millis) -> Option<u64> {
        self.as_of.map(|as_of| now.saturating_sub(as_of) / 1_000)
    }
}
