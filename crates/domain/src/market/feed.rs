//! What is remembered of a feed, so that a restart goes on where the last run ended.

use std::collections::BTreeMap;

use crate::{
    decimal::Decimal,
    market::observation::{Asset, Feed, Millis},
};

/// The newest value that was let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Last {
    /// As the feed gave it, in its own quote currency.
    pub value: Decimal,
    /// Source time.
    pub time: Millis,
    /// Source time of the first of the run of equal values that ends with this one: a feed that is stuck repeats itself.
    pub unchanged_since: Millis,
}

impl Last {
    /// The first value of a feed.
    #[must_use]
    pub const fn first(value: Decimal, time: Millis) -> Self {
        Self { value, time, unchanged_since: time }
    }

    /// What follows when a later value was let in.
    #[must_use]
    pub fn then(self, value: Decimal, time: Millis) -> Self {
        let unchanged_since = if value == self.value { self.unchanged_since } else { time };
        Self { value, time, unchanged_since }
    }
}

/// The state of a feed of one token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedState {
    /// The token.
    pub asset: Asset,
    /// The feed.
    pub feed: Feed,
    /// The newest value that was let in.
    pub last: Option<Last>,
    /// What was refused, by the name of the reason, since the feed was first asked.
    pub rejected: BTreeMap<String, u64>,
    /// What the source offered for `If-None-Match`.
    pub etag: Option<String>,
    /// The last value that was refused as a jump, and its source time, until one is let in: another feed may come to agree.
    pub jumped: Option<(Decimal, Millis)>,
    /// Since when the configuration names it no more.
    pub retired: Option<Millis>,
}

impl FeedState {
    /// Of a feed that was never asked.
    #[must_use]
    pub const fn new(asset: Asset, feed: Feed) -> Self {
        let rejected = BTreeMap::new();
        Self { asset, feed, last: None, rejected, etag: None, jumped: None, retired: None }
    }

    /// Takes in a value that was let in. An older one than the last changes nothing.
    pub fn accept(&mut self, value: Decimal, time: Millis) {
        self.jumped = None;
        match self.last {
            Some(last) if last.time >= time => {}
            Some(last) => self.last = Some(last.then(value, time)),
            None => self.last = Some(Last::first(value, time)),
        }
    }

    /// Counts one that was refused.
    pub fn reject(&mut self, reason: &str) {
        let count = self.rejected.entry(reason.to_owned()).or_default();
        *count = count.saturating_add(1);
    }
}
