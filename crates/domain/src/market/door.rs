//! The door: what cannot be a price does not come in.
//!
//! What adapters could not even parse (`NaN`, an exponent that does not come out exactly) never gets here.

use crate::{
    candle::Resolution,
    decimal::Decimal,
    market::{Bar, Feed, Last, Millis, Observation, Source, gaps},
};

#[cfg(test)]
mod tests;

/// The powers of ten that a price lies between.
const POWER: i32 = 30;

/// Why something is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Rejected {
    /// It is 0.
    #[error("the price is 0")]
    Zero,
    /// It is less than 0.
    #[error("the price is negative")]
    Negative,
    /// It is 10^30 or more.
    #[error("the price is 10^30 or more")]
    TooLarge,
    /// It is below 10^-30.
    #[error("the price is below 10^-30")]
    TooSmall,
    /// The source's clock is ahead of ours.
    #[error("the source's time is ahead of ours")]
    Ahead,
    /// The feed said something later before.
    #[error("the source's time is before that of what it said last")]
    Older,
    /// It is far from what the feed said last, and no other source agrees: a decimal point in the wrong place?
    #[error("the price jumps and no other source agrees")]
    Jump,
    /// The source itself is not sure.
    #[error("the source's confidence is below the floor")]
    Unsure,
    /// The source means a token with another symbol.
    #[error("the source's symbol is not that of the token")]
    Symbol,
    /// The source means a token with other decimals.
    #[error("the source's decimals are not those of the token")]
    Decimals,
    /// A candle whose lowest price is above another one, or the like.
    #[error("the candle's prices contradict each other")]
    Shape,
    /// A candle that does not begin where one can begin.
    #[error("the candle does not begin at the start of a period")]
    Start,
    /// A candle that is not over.
    #[error("the candle is not over")]
    Open,
}

impl Rejected {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Zero,
        Self::Negative,
        Self::TooLarge,
        Self::TooSmall,
        Self::Ahead,
        Self::Older,
        Self::Jump,
        Self::Unsure,
        Self::Symbol,
        Self::Decimals,
        Self::Shape,
        Self::Start,
        Self::Open,
    ];

    /// As it is written in labels of metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Zero => "zero",
            Self::Negative => "negative",
            Self::TooLarge => "too_large",
            Self::TooSmall => "too_small",
            Self::Ahead => "ahead",
            Self::Older => "older",
            Self::Jump => "jump",
            Self::Unsure => "unsure",
            Self::Symbol => "symbol",
            Self::Decimals => "decimals",
            Self::Shape => "shape",
            Self::Start => "start",
            Self::Open => "open",
        }
    }
}

/// What came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// Something new.
    New,
    /// What the feed said before, at the same source time. No news, and no offence.
    Repeat,
}

/// The rules of the door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// How far the source's clock may be ahead of ours, in milliseconds.
    pub ahead: Millis,
    /// A value so many times the last one, or that part of it, is a jump; one that is nearer by `agree` is, too: a decimal
    /// point in another place comes with the market's own small step.
    pub jump: Decimal,
    /// Another source agrees that differs by at most this part of the greater value.
    pub agree: Decimal,
    /// A last value that is older than this, in milliseconds, is not compared with: else one true jump of a token with a
    /// single source would shut its feed out for ever.
    pub forget: Millis,
    /// Least confidence.
    pub confidence: Decimal,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            ahead: 5_000,
            jump: Decimal::from(10),
            agree: Decimal::from_parts(1, -1),
            forget: 24 * 3_600_000,
            confidence: Decimal::from_parts(5, -1),
        }
    }
}

/// What another feed says of the same token, in the same currency or nearly so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// Which feed.
    pub feed: Feed,
    /// Its newest accepted value.
    pub value: Decimal,
}

/// Whether an observation comes in. `before` is the last accepted one of the same feed (none: the feed speaks for the
/// first time, or of its past), `others` what other feeds say now.
///
/// # Errors
/// The reason, to be counted.
pub fn check(
    observation: &Observation,
    before: Option<&Last>,
    others: &[Other],
    now: Millis,
    rules: &Rules,
) -> Result<Entry, Rejected> {
    let Observation { value, source_time, confidence, ref feed, .. } = *observation;
    magnitude(value)?;
    if source_time > now.saturating_add(rules.ahead) {
        return Err(Rejected::Ahead);
    }
    if let Some(before) = before {
        if source_time == before.time {
            return Ok(Entry::Repeat);
        }
        if source_time < before.time {
            return Err(Rejected::Older);
        }
    }
    if confidence.is_some_and(|confidence| confidence < rules.confidence) {
        return Err(Rejected::Unsure);
    }
    let known = before.filter(|last| source_time - last.time <= rules.forget);
    if let Some(last) = known
        && is_jump(last.value, value, rules.jump * (Decimal::ONE - rules.agree))
        && !others.iter().any(|other| agrees(other, feed.source, value, rules.agree))
    {
        return Err(Rejected::Jump);
    }
    Ok(Entry::New)
}

/// Whether a value can be a price at all.
///
/// # Errors
/// The reason.
pub fn magnitude(value: Decimal) -> Result<(), Rejected> {
    if value.is_zero() {
        return Err(Rejected::Zero);
    }
    if value.is_negative() {
        return Err(Rejected::Negative);
    }
    if value >= Decimal::ONE.scaled(POWER) {
        return Err(Rejected::TooLarge);
    }
    if value < Decimal::ONE.scaled(-POWER) { Err(Rejected::TooSmall) } else { Ok(()) }
}

/// Whether a source means the token that is meant here, as far as both know its symbol and decimals. Symbols are compared
/// without regard to case.
///
/// # Errors
/// [`Rejected::Symbol`] and [`Rejected::Decimals`].
pub fn identity(
    said: (Option<&str>, Option<u8>),
    token: (Option<&str>, Option<u8>),
) -> Result<(), Rejected> {
    if let (Some(said), Some(token)) = (said.0, token.0)
        && said.to_lowercase() != token.to_lowercase()
    {
        return Err(Rejected::Symbol);
    }
    match (said.1, token.1) {
        (Some(said), Some(token)) if said != token => Err(Rejected::Decimals),
        _ => Ok(()),
    }
}

/// Whether a candle can be one that is over.
///
/// # Errors
/// The reason, to be counted.
pub fn bar(bar: &Bar, resolution: Resolution, now: Millis, rules: &Rules) -> Result<(), Rejected> {
    let Bar { start, open, high, low, close, volume } = *bar;
    for price in [open, high, low, close] {
        magnitude(price)?;
    }
    if volume.is_some_and(Decimal::is_negative) {
        return Err(Rejected::Negative);
    }
    if low > open.min(close) || high < open.max(close) {
        return Err(Rejected::Shape);
    }
    // a start between two seconds is none, either
    if gaps::start_of(resolution, start) != start {
        return Err(Rejected::Start);
    }
    let end = gaps::next_after(resolution, start);
    if end > now.saturating_add(rules.ahead) { Err(Rejected::Open) } else { Ok(()) }
}

fn is_jump(last: Decimal, value: Decimal, factor: Decimal) -> bool {
    value >= last * factor || value * factor <= last
}

fn agrees(other: &Other, source: Source, value: Decimal, share: Decimal) -> bool {
    let (low, high) = (other.value.min(value), other.value.max(value));
    other.feed.source != source && high - low <= high * share
}
