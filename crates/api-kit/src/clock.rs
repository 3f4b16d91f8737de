//! The clock of the machine. What answers depend on is of a block; the clock says how old that is, and what a key is worth.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use domain::market::Millis;

/// Unix time.
#[must_use]
pub fn unix() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// The same in milliseconds.
#[must_use]
pub fn millis() -> Millis {
    Millis::try_from(unix().as_millis()).unwrap_or(Millis::MAX)
}
