//! Lengths of bars: those that are stored or merged of stored ones, and the calendar month.

use domain::candle::{Candle, Resolution};

const DAY: u64 = 86_400;

/// Length of a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// One that the store answers.
    Stored(Resolution),
    /// A calendar month (UTC), merged of days.
    Month,
}

impl Length {
    /// All, as UDF names them.
    pub(crate) const NAMES: [(&'static str, Self); 9] = [
        ("1", Self::Stored(Resolution::M1)),
        ("5", Self::Stored(Resolution::M5)),
        ("15", Self::Stored(Resolution::M15)),
        ("30", Self::Stored(Resolution::M30)),
        ("60", Self::Stored(Resolution::H1)),
        ("240", Self::Stored(Resolution::H4)),
        ("1D", Self::Stored(Resolution::D1)),
        ("1W", Self::Stored(Resolution::W1)),
        ("1M", Self::Month),
    ];

    /// The length of a name; `D` is `1D`. Case matters for `m` alone, which is no month.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let whole = match text {
            "d" | "D" | "1d" => "1D",
            "w" | "W" | "1w" => "1W",
            "M" => "1M",
            other => other,
        };
        Self::NAMES.into_iter().find(|(name, _)| *name == whole).map(|(_, length)| length)
    }

    /// Start of the bar that holds a Unix time.
    pub(crate) fn start(self, timestamp: u64) -> u64 {
        match self {
            Self::Stored(resolution) => resolution.start(timestamp),
            Self::Month => {
                let (year, month) = month(timestamp / DAY);
                first_day(year, month) * DAY
            }
        }
    }

    /// Start of the bar after the one that begins at `start`.
    pub(crate) fn next(self, start: u64) -> u64 {
        match self {
            Self::Stored(resolution) => resolution.next(start),
            Self::Month => self.start(self.start(start).saturating_add(32 * DAY)),
        }
    }

    /// Start of the first bar that begins at or after a Unix time.
    pub(crate) fn start_from(self, timestamp: u64) -> u64 {
        let start = self.start(timestamp);
        if start == timestamp { start } else { self.next(start) }
    }

    /// Start of the bar so many before the one that begins at `start`; not before Unix time begins.
    pub(crate) fn back(self, start: u64, count: u64) -> u64 {
        match self {
            Self::Stored(resolution) => {
                self.start(start.saturating_sub(resolution.seconds().saturating_mul(count)))
            }
            Self::Month => {
                let (year, month) = month(start / DAY);
                let months = (year * 12 + month - 1).saturating_sub(count).max(1970 * 12);
                first_day(months / 12, months % 12 + 1) * DAY
            }
        }
    }

    /// Days that ascend, merged.
    pub(super) fn roll_up(self, days: Vec<Candle>) -> Vec<Candle> {
        let mut merged: Vec<Candle> = Vec::new();
        for mut day in days {
            day.start = self.start(day.start);
            match merged.last_mut() {
                Some(last) if last.start == day.start => last.merge(&day),
                _ => merged.push(day),
            }
        }
        merged
    }
}

/// Year and month (1 to 12) of a day since 1970, by the Gregorian calendar. Years are counted from March, so that the day
/// that is there now and then is the last one.
const fn month(day: u64) -> (u64, u64) {
    // days since 0000-03-01, in eras of 400 years
    let day = day.saturating_add(719_468);
    let (era, of_era) = (day / 146_097, day % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let (year, month) = (era * 400 + year, from_march + 3);
    if month > 12 { (year + 1, month - 12) } else { (year, month) }
}

/// The first day of a month from 1970 on, in days since then.
const fn first_day(year: u64, month: u64) -> u64 {
    let (year, from_march) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year / 400, year % 400);
    let of_year = (153 * from_march + 2) / 5;
    (era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year).saturating_sub(719_468)
}
