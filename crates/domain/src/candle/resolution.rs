//! Lengths of candles.

use std::{fmt, str::FromStr};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const WEEK: u64 = 7 * DAY;

/// Length of a candle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resolution {
    /// 1 minute.
    M1,
    /// 5 minutes.
    M5,
    /// 15 minutes.
    M15,
    /// 30 minutes.
    M30,
    /// 1 hour.
    H1,
    /// 4 hours.
    H4,
    /// 1 day (UTC).
    D1,
    /// 1 week, from Monday (UTC).
    W1,
}

/// A text that names no resolution.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no resolution: give one of 1m, 5m, 15m, 30m, 1h, 4h, 1d, 1w")]
pub struct UnknownResolution(pub String);

impl Resolution {
    /// All, ascending.
    pub const ALL: [Self; 8] =
        [Self::M1, Self::M5, Self::M15, Self::M30, Self::H1, Self::H4, Self::D1, Self::W1];
    /// Those that are stored; the others are merged of them.
    pub const STORED: [Self; 4] = [Self::M1, Self::M5, Self::H1, Self::D1];

    /// Length in seconds.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        match self {
            Self::M1 => MINUTE,
            Self::M5 => 5 * MINUTE,
            Self::M15 => 15 * MINUTE,
            Self::M30 => 30 * MINUTE,
            Self::H1 => HOUR,
            Self::H4 => 4 * HOUR,
            Self::D1 => DAY,
            Self::W1 => WEEK,
        }
    }

    /// The stored resolution that it is read from.
    #[must_use]
    pub const fn base(self) -> Self {
        match self {
            Self::M1 => Self::M1,
            Self::M5 | Self::M15 | Self::M30 => Self::M5,
            Self::H1 | Self::H4 => Self::H1,
            Self::D1 | Self::W1 => Self::D1,
        }
    }

    /// Start of the period that holds a Unix time.
    #[must_use]
    pub const fn start(self, timestamp: u64) -> u64 {
        // the first day of Unix time was a Thursday; the days before its first Monday belong to a week cut short
        let shift = if matches!(self, Self::W1) { 3 * DAY } else { 0 };
        let length = self.seconds();
        timestamp.saturating_sub(timestamp.saturating_add(shift) % length)
    }

    /// Start of the first period that begins at or after a Unix time.
    #[must_use]
    pub const fn start_from(self, timestamp: u64) -> u64 {
        let start = self.start(timestamp);
        if start == timestamp { start } else { self.next(start) }
    }

    /// Start of the period after the one that begins at `start`.
    #[must_use]
    pub const fn next(self, start: u64) -> u64 {
        self.start(start.saturating_add(self.seconds()))
    }

    /// Name, such as `15m`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::M1 => "1m",
            Self::M5 => "5m",
            Self::M15 => "15m",
            Self::M30 => "30m",
            Self::H1 => "1h",
            Self::H4 => "4h",
            Self::D1 => "1d",
            Self::W1 => "1w",
        }
    }
}

impl fmt::Display for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Resolution {
    type Err = UnknownResolution;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|resolution| resolution.name() == text);
        found.ok_or_else(|| UnknownResolution(text.chars().take(20).collect()))
    }
}
