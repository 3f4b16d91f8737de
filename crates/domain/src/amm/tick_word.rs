//! Words of 256 usable ticks, a bit for each that is initialised (`TickBitmap`).

use alloy_primitives::U256;

use super::tick_math::{MAX_TICK, MIN_TICK};

#[cfg(test)]
mod tests;

/// Usable ticks in a word.
const BITS: i32 = 256;

/// Where a usable tick stands: its word, and its bit in that word. A spacing below 1 counts as 1.
#[must_use]
pub fn place(tick: i32, spacing: i32) -> (i32, usize) {
    let compressed = compressed(tick, spacing);
    // of 0..256
    let bit = usize::try_from(compressed.rem_euclid(BITS)).unwrap_or_default();
    (compressed.div_euclid(BITS), bit)
}

/// The number of the last usable tick at or below `tick`.
#[must_use]
pub fn compressed(tick: i32, spacing: i32) -> i32 {
    tick.div_euclid(spacing.max(1))
}

/// The next stop of a swap at `tick` within a word of usable ticks, and whether it is initialised: below or at the tick
/// (`zero_for_one`) or above it (`TickBitmap.nextInitializedTickWithinOneWord`). `word` gives the bits of a word by its
/// number.
///
/// # Errors
/// Those of `word`.
pub fn next_stop<E>(
    tick: i32,
    spacing: i32,
    zero_for_one: bool,
    word: impl FnOnce(i32) -> Result<U256, E>,
) -> Result<(i32, bool), E> {
    let first = compressed(tick, spacing) + i32::from(!zero_for_one);
    let number = first.div_euclid(BITS);
    let bit = usize::try_from(first.rem_euclid(BITS)).unwrap_or_default();
    let bits = word(number)?;
    let (found, end) = if zero_for_one {
        (highest(bits << (255 - bit) >> (255 - bit)), 0)
    } else {
        (lowest(bits >> bit << bit), BITS - 1)
    };
    let index = (number * BITS + found.unwrap_or(end)).saturating_mul(spacing.max(1));
    Ok((index.clamp(MIN_TICK, MAX_TICK), found.is_some()))
}

/// The words that hold usable ticks above `low` and at or below `high`.
#[must_use]
pub fn words_between(low: i32, high: i32, spacing: i32) -> std::ops::RangeInclusive<i32> {
    let first = compressed(low.max(MIN_TICK), spacing) + 1;
    let last = compressed(high.min(MAX_TICK), spacing);
    if first > last {
        #[expect(clippy::reversed_empty_ranges, reason = "there is none")]
        return 1..=0;
    }
    first.div_euclid(BITS)..=last.div_euclid(BITS)
}

/// The initialised ticks of a word, ascending.
pub fn initialised(word: i32, bits: U256, spacing: i32) -> impl Iterator<Item = i32> {
    let mut rest = bits;
    std::iter::from_fn(move || {
        let bit = lowest(rest)?;
        rest &= rest - U256::ONE;
        Some((word * BITS + bit).saturating_mul(spacing.max(1)))
    })
}

fn lowest(bits: U256) -> Option<i32> {
    (!bits.is_zero()).then(|| i32::try_from(bits.trailing_zeros()).unwrap_or_default())
}

fn highest(bits: U256) -> Option<i32> {
    i32::try_from(bits.bit_len()).ok()?.checked_sub(1).filter(|bit| *bit >= 0)
}
