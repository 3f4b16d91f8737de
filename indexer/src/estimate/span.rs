//! Spans of a chain, and what they let one say of all of it.

/// A figure with its range.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Figure {
    /// It is hardly less.
    pub low: f64,
    /// The best guess.
    pub likely: f64,
    /// It is hardly more.
    pub high: f64,
}

/// Standard errors on either side.
const ERRORS: f64 = 3.0;

impl Figure {
    /// From blocks looked at and what was found in them to all blocks. Where all were looked at, it is exact.
    #[must_use]
    pub fn extrapolate(spans: &[(u64, f64)], blocks: u64) -> Self {
        let looked_at: u64 = spans.iter().map(|(blocks, _)| blocks).sum();
        if looked_at == 0 {
            return Self::default();
        }
        let (all, some) = (float(blocks), float(looked_at));
        let found: f64 = spans.iter().map(|(_, found)| found).sum();
        let rate = found / some;
        let left = (1.0 - some / all).max(0.0);
        let n = float(spans.len() as u64);
        // of the ratio, by the residuals of the spans
        let squares: f64 =
            spans.iter().map(|(blocks, found)| (found - rate * float(*blocks)).powi(2)).sum();
        let error = match spans.len() {
            1 => rate,
            _ => (squares / (n * (n - 1.0))).sqrt() / (some / n),
        };
        let likely = rate * all;
        let aside = ERRORS * error * all * left.sqrt();
        // what no span showed may still be elsewhere, once in as many blocks as were looked at
        let unseen = if found > 0.0 { 0.0 } else { ERRORS * all / some * left };
        Self { low: (likely - aside).max(found), likely, high: likely + aside + unseen }
    }

    /// Bytes of an event where so many bytes hold so many events; a database that is growing has room between.
    #[must_use]
    pub fn measured(bytes: u64, events: u64) -> Self {
        let likely = float(bytes) / float(events.max(1));
        Self { low: likely * 0.7, likely, high: likely * 1.4 }
    }

    /// So many times as much.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self { low: self.low * factor, likely: self.likely * factor, high: self.high * factor }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            low: self.low + other.low,
            likely: self.likely + other.likely,
            high: self.high + other.high,
        }
    }

    /// So many of what has a range itself.
    #[must_use]
    pub fn by(self, each: Self) -> Self {
        Self {
            low: self.low * each.low,
            likely: self.likely * each.likely,
            high: self.high * each.high,
        }
    }

    /// Not less than another one.
    #[must_use]
    pub fn at_least(self, other: Self) -> Self {
        Self {
            low: self.low.max(other.low),
            likely: self.likely.max(other.likely),
            high: self.high.max(other.high),
        }
    }
}

/// A count as a float: whoever extrapolates does not need its last digits.
#[expect(clippy::cast_precision_loss, reason = "an estimate")]
pub(super) const fn float(count: u64) -> f64 {
    count as f64
}

/// Up to `count` spans of up to `most` blocks, evenly spread over `from..=to`, which do not overlap. The first begins at
/// `from`, the last ends at `to`.
#[must_use]
pub fn spans(from: u64, to: u64, count: u64, most: u64) -> Vec<(u64, u64)> {
    let Some(blocks) = to.checked_sub(from).map(|blocks| blocks + 1) else { return Vec::new() };
    let count = count.clamp(1, blocks);
    let length = most.max(1).min(blocks / count).max(1);
    let room = blocks - length;
    let steps = (count - 1).max(1);
    let begin = |index: u64| {
        let offset = u128::from(room) * u128::from(index) / u128::from(steps);
        from + u64::try_from(offset).unwrap_or(room)
    };
    (0..count).map(|index| (begin(index), begin(index) + length - 1)).collect()
}
