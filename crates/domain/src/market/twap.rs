//! The time-weighted average of a price that moves in steps: what a pool was like over a window, instead of what it was
//! like at one block.
//!
//! Each price counts for as long as it stood. So whoever moves a price for one block moves the average by that block's
//! share of the window and no more.

use crate::{decimal::Decimal, market::observation::Millis};

#[cfg(test)]
mod tests;

/// An average over a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Twap {
    /// The average, in what the steps are in.
    pub value: Decimal,
    /// For how much of the window a price was known, in milliseconds.
    pub covered: Millis,
    /// When the price was moved last, at or before the end of the window; `None`: not since before the first step.
    pub moved: Option<Millis>,
}

/// The average from `from` to before `to`. `before` is the price that stood when the window began; steps say from when on
/// which price stood, and ascend. Of several at one time the last counts. Steps before the window say what stood when it
/// began, later ones than its end say nothing. `None` where no price is known at any time of the window.
#[must_use]
pub fn twap(
    before: Option<Decimal>,
    steps: &[(Millis, Decimal)],
    from: Millis,
    to: Millis,
) -> Option<Twap> {
    let (mut standing, mut since, mut moved) = (before, from, None);
    let (mut sum, mut covered) = (Decimal::ZERO, 0);
    let mut bounds: Option<(Decimal, Decimal)> = None;
    let mut count = |price: Decimal, span: Millis| {
        if span > 0 {
            sum += price * Decimal::from(span);
            covered += span;
            let (low, high) = bounds.unwrap_or((price, price));
            bounds = Some((low.min(price), high.max(price)));
        }
    };
    for &(time, price) in steps.iter().take_while(|(time, _)| *time < to) {
        let begin = time.max(from);
        if let Some(standing) = standing {
            count(standing, begin.saturating_sub(since));
        }
        (standing, since, moved) = (Some(price), begin, Some(time));
    }
    if let Some(standing) = standing {
        count(standing, to.saturating_sub(since));
    }
    let (low, high) = bounds?;
    // sums are cut to 34 digits: the average of what is all the same is that
    let value = sum.safe_div(Decimal::from(covered)).clamp(low, high);
    Some(Twap { value, covered, moved })
}
