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

    /// The status of one that nothing fresh stands behind. What was disputed or depegged is that still: waiting settles nothing.
    #[must_use]
    pub(super) const fn aged(self) -> Self {
        match self {
            Self::Fresh | Self::Stale => Self::Stale,
            Self::Disputed | Self::Depegged | Self::None => self,
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
    /// Until when this stands if nothing new is heard: then the first of its observations is past its heartbeat; the
    /// greatest time where none ever is. `None` where it is not made of fresh ones.
    pub fresh_until: Option<Millis>,
    /// Why it is not fresh, or what was left out.
    pub reason: Option<String>,
}

impl Price {
    /// None, and why.
    #[must_use]
    pub const fn none(reason: String) -> Self {
        Self {
            value: None,
            status: Status::None,
            sources: Vec::new(),
            as_of: None,
            confidence: None,
            fresh_until: None,
            reason: Some(reason),
        }
    }

    /// What it is at a later time than it was made for, when nothing newer is known: fresh ones become stale, and what is
    /// older than `max_age` is no price any more. So a collector that has stopped is never mistaken for a quiet market.
    #[must_use]
    pub fn seen_at(self, now: Millis, max_age: Millis) -> Self {
        let Some(as_of) = self.as_of else { return self };
        if self.fresh_until.is_some_and(|until| now <= until) {
            return self;
        }
        let age = now.saturating_sub(as_of);
        if age > max_age {
            return Self::none(too_old(age, max_age));
        }
        if self.fresh_until.is_none() {
            return self;
        }
        let why = "nothing newer is known".to_owned();
        let reason =
            Some(self.reason.map_or_else(|| why.clone(), |first| format!("{first}; {why}")));
        Self { status: self.status.aged(), fresh_until: None, reason, ..self }
    }

    /// Age in whole seconds at a time; `None` where there is no price.
    #[must_use]
    pub fn age_seconds(&self, now: Millis) -> Option<u64> {
        self.as_of.map(|as_of| now.saturating_sub(as_of) / 1_000)
    }
}

/// Why an old price is none.
pub(super) fn too_old(age: Millis, max_age: Millis) -> String {
    format!("the last price is {} s old, more than {} s", age / 1_000, max_age / 1_000)
}
