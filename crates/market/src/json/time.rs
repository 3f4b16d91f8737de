//! Times, in the unit that the source's documentation names and no other.

use domain::market::Millis;

/// 2001-09-09 and 2128-06-11, in seconds: no source speaks of times outside, and a time in another unit is outside.
const PLAUSIBLE: std::ops::Range<u64> = 1_000_000_000..5_000_000_000;

/// A time that is far from now, because it is in another unit or wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no time in {1}")]
pub struct OddTime(u64, &'static str);

/// Of a time in seconds.
///
/// # Errors
/// For milliseconds or microseconds in the place of seconds, and for times far away.
pub fn millis_of_seconds(seconds: u64) -> Result<Millis, OddTime> {
    if PLAUSIBLE.contains(&seconds) {
        Ok(seconds * 1_000)
    } else {
        Err(OddTime(seconds, "seconds"))
    }
}

/// Of a time in milliseconds.
///
/// # Errors
/// For seconds or microseconds in the place of milliseconds, and for times far away.
pub const fn millis_of_millis(millis: u64) -> Result<Millis, OddTime> {
    let seconds = millis / 1_000;
    if seconds >= PLAUSIBLE.start && seconds < PLAUSIBLE.end {
        Ok(millis)
    } else {
        Err(OddTime(millis, "milliseconds"))
    }
}
