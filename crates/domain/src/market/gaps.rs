//! What is missing of a series of candles.

use crate::{candle::Resolution, market::observation::Millis};

#[cfg(test)]
mod tests;

/// Milliseconds of a second.
const SECOND: Millis = 1_000;

/// A span of time: from, and before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// It begins here.
    pub from: Millis,
    /// It ends before here.
    pub to: Millis,
}

impl Span {
    /// Whether nothing is in it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.from >= self.to
    }

    /// Whether a time is in it.
    #[must_use]
    pub const fn contains(&self, time: Millis) -> bool {
        self.from <= time && time < self.to
    }
}

/// Start of the period that holds a time.
#[must_use]
pub const fn start_of(resolution: Resolution, time: Millis) -> Millis {
    resolution.start(time / SECOND) * SECOND
}

/// Start of the period after the one that begins at `start`.
#[must_use]
pub const fn next_after(resolution: Resolution, start: Millis) -> Millis {
    resolution.next(start / SECOND).saturating_mul(SECOND)
}

/// Spans that lie apart and ascend, of any spans: those that touch or overlap become one.
#[must_use]
pub fn united(spans: &[Span]) -> Vec<Span> {
    let mut sorted: Vec<Span> = spans.iter().copied().filter(|span| !span.is_empty()).collect();
    sorted.sort_unstable();
    let mut apart: Vec<Span> = Vec::with_capacity(sorted.len());
    for span in sorted {
        match apart.last_mut() {
            Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
            _ => apart.push(span),
        }
    }
    apart
}

/// The spans of whole periods that are missing within `range`: no candle begins in them, and the source has not answered
/// for them. A period counts when it begins within `range`; it counts as answered when all of it is. `starts` are those of
/// the candles there are, in any order.
#[must_use]
pub fn gaps(
    range: Span,
    resolution: Resolution,
    starts: &[Millis],
    answered: &[Span],
) -> Vec<Span> {
    let mut starts: Vec<Millis> = starts.to_vec();
    starts.sort_unstable();
    let answered = united(answered);
    let (mut starts, mut answered) =
        (starts.into_iter().peekable(), answered.into_iter().peekable());
    let first = start_of(resolution, range.from);
    let mut start = if first < range.from { next_after(resolution, first) } else { first };
    let mut missing: Vec<Span> = Vec::new();
    while start < range.to {
        let end = next_after(resolution, start);
        if end <= start {
            break;
        }
        while starts.next_if(|found| *found < start).is_some() {}
        while answered.next_if(|span| span.to < end).is_some() {}
        let there = starts.peek() == Some(&start)
            || answered.peek().is_some_and(|span| span.from <= start && end <= span.to);
        if !there {
            match missing.last_mut() {
                Some(last) if last.to == start => last.to = end,
                _ => missing.push(Span { from: start, to: end }),
            }
        }
        start = end;
    }
    missing
}
