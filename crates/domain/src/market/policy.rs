//! From observations to a price.
//!
//! The price at a time is the median of what sources say that are fresh then, one word each, after those went that are far
//! from the others. Two that differ too much cannot be decided between: the higher ranked is taken, and the price says
//! that it is disputed. When too few are fresh the highest ranked of them speaks alone. When none is, the last good price
//! is what they said together when the newest of them spoke, and it says how old it is. Nothing is made up: beyond a
//! limit of age there is no price, and a reason.

use std::collections::BTreeMap;

use crate::{
    decimal::Decimal,
    market::{Feed, InUsd, Millis, Price, Source, Status, price::too_old},
};

mod consensus;
mod voice;

#[cfg(test)]
mod tests;

use self::{consensus::Consensus, voice::Voice};

const SECOND: Millis = 1_000;
const MINUTE: Millis = 60 * SECOND;
const HOUR: Millis = 60 * MINUTE;

/// What holds for one feed instead of what holds for its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FeedRules {
    /// How long a value of it is fresh, in milliseconds.
    pub heartbeat: Option<Millis>,
    /// For how long it may repeat one value at later and later times, in milliseconds.
    pub stuck_after: Option<Millis>,
}

/// The rules by which a price is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// How long a value of a source is fresh, in milliseconds, where that differs from [`default_heartbeat`].
    pub heartbeats: BTreeMap<Source, Millis>,
    /// What differs for single feeds.
    pub feeds: BTreeMap<Feed, FeedRules>,
    /// A feed that has repeated one value for so long is stuck and not fresh, in milliseconds.
    pub stuck_after: Millis,
    /// The same for feeds of stable coins, which may well be worth 1.000 for hours.
    pub stuck_after_stable: Millis,
    /// With fewer fresh sources than these the highest ranked speaks alone.
    pub min_sources: usize,
    /// An older price than this is none, in milliseconds.
    pub max_age: Millis,
    /// So many median absolute deviations from the median is too far.
    pub outlier: Decimal,
    /// Two sources that differ by more than this part of the lower are disputed.
    pub dispute: Decimal,
    /// A stable coin that is farther from 1 than this is depegged.
    pub depeg: Decimal,
    /// Within this of 1 the peg may be shown in place of the price; see [`Policy::display`].
    pub peg: Decimal,
    /// How far ahead of the asked time a source's clock may be, in milliseconds.
    pub ahead: Millis,
    /// Own pools with so many dollars behind them speak without a trade, too: to repeat one value is no sign that they are
    /// stuck.
    pub liquidity_floor: Decimal,
}

/// How long a value of a source is fresh unless the configuration says otherwise, in milliseconds. Of Chainlink every
/// feed has its own, which the configuration names; without that its most usual one.
#[must_use]
pub const fn default_heartbeat(source: Source) -> Millis {
    match source {
        Source::Chainlink => HOUR,
        Source::Binance | Source::Coinbase | Source::Pyth => MINUTE,
        Source::DefiLlama => 15 * MINUTE,
        // of pools since the end of their window, which is the newest stored block
        Source::CoinGecko | Source::Pools => 5 * MINUTE,
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            heartbeats: BTreeMap::new(),
            feeds: BTreeMap::new(),
            stuck_after: HOUR,
            stuck_after_stable: 24 * HOUR,
            min_sources: 2,
            max_age: 24 * HOUR,
            outlier: Decimal::from(5),
            dispute: Decimal::from_parts(2, -2),
            depeg: Decimal::from_parts(2, -2),
            peg: Decimal::from_parts(5, -3),
            ahead: 5 * SECOND,
            liquidity_floor: Decimal::from(100_000),
        }
    }
}

impl Policy {
    /// How long a value of a feed is fresh, in milliseconds.
    #[must_use]
    pub fn heartbeat(&self, feed: &Feed) -> Millis {
        let own = self.feeds.get(feed).and_then(|rules| rules.heartbeat);
        let of_source = || self.heartbeats.get(&feed.source).copied();
        own.or_else(of_source).unwrap_or_else(|| default_heartbeat(feed.source))
    }

    /// For how long a feed may repeat one value, in milliseconds.
    #[must_use]
    pub fn stuck_after(&self, feed: &Feed, stable: bool) -> Millis {
        let general = if stable { self.stuck_after_stable } else { self.stuck_after };
        self.feeds.get(feed).and_then(|rules| rules.stuck_after).unwrap_or(general)
    }

    /// What may be shown for a stable coin, and is never calculated with: 1 where its price is near enough to it.
    #[must_use]
    pub fn display(&self, price: &Price, stable: bool) -> Option<Decimal> {
        let value = price.value?;
        Some(if stable && off_peg(value) <= self.peg { Decimal::ONE } else { value })
    }

    /// The feeds that are stuck at a time, and since when: for metrics and alerts.
    #[must_use]
    pub fn stuck(&self, at: Millis, said: &[InUsd], stable: bool) -> Vec<(Feed, Millis)> {
        let voices = voice::all(at, said, stable, self).into_iter();
        voices.filter_map(|voice| Some((voice.of.feed.clone(), voice.stuck_since?))).collect()
    }
}

/// How far a value is from 1.
fn off_peg(value: Decimal) -> Decimal {
    (value - Decimal::ONE).abs()
}

/// The price of a token at a time, of what was said of it until then (later words are not heard: at that time they were
/// not known). `stable`: it should be worth 1 dollar.
#[must_use]
pub fn price(at: Millis, said: &[InUsd], stable: bool, policy: &Policy) -> Price {
    let voices = voice::all(at, said, stable, policy);
    let Some(newest) = voices.iter().map(|voice| voice.good).max() else {
        return Price::none("no source has said anything of it".to_owned());
    };
    let fresh: Vec<&Voice<'_>> = voices.iter().filter(|voice| voice.is_fresh()).collect();
    let mut notes = stuck_notes(&voices);
    let mut status = Status::Fresh;
    let (together, fresh_until) = if fresh.is_empty() {
        let age = at.saturating_sub(newest);
        if age > policy.max_age {
            notes.insert(0, too_old(age, policy.max_age));
            return Price::none(notes.join("; "));
        }
        // what was fresh when the newest of them was good
        let stands = |voice: &&Voice<'_>| {
            voice.good.saturating_add(voice.heartbeat) >= newest
                && voice.good.saturating_add(policy.max_age) >= at
        };
        let then: Vec<&Voice<'_>> = voices.iter().filter(stands).collect();
        notes.insert(0, "no source is fresh".to_owned());
        (Consensus::of(&then, policy), None)
    } else {
        let together = Consensus::of(&fresh, policy);
        let until = together.used.iter().filter_map(|voice| voice.fresh_until).min();
        (together, until)
    };
    let Consensus { value, used, disputed, notes: more } = together;
    notes.extend(more);
    if disputed {
        status = status.max(Status::Disputed);
    }
    for rate in used.iter().filter_map(|voice| voice.of.rate.as_ref()) {
        if rate.status > Status::Fresh {
            status = status.max(rate.status);
            let why = rate.reason.as_deref().unwrap_or_default();
            notes.push(format!("the quote currency is {} ({why})", rate.status.name()));
        }
    }
    if stable && off_peg(value) > policy.depeg {
        status = status.max(Status::Depegged);
        notes.push("it is far from 1 dollar".to_owned());
    }
    if fresh.is_empty() {
        status = status.aged();
    }
    notes.dedup();
    Price {
        value: Some(value),
        status,
        sources: used.iter().map(|voice| voice.of.feed.source).collect(),
        as_of: used.iter().map(|voice| voice.good).min(),
        confidence: used.iter().filter_map(|voice| voice.of.confidence).min(),
        fresh_until,
        reason: (!notes.is_empty()).then(|| notes.join("; ")),
    }
}

fn stuck_notes(voices: &[Voice<'_>]) -> Vec<String> {
    let stuck = voices.iter().filter(|voice| voice.stuck_since.is_some());
    stuck.map(|voice| format!("{} is stuck", voice.of.feed.source)).collect()
}
