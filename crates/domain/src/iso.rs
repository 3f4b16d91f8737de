//! Times as ISO 8601 writes them, from 1970 on: read with a fraction and an offset, written in UTC. Unix milliseconds.

use crate::market::Millis;

#[cfg(test)]
mod tests;

const DAY: i64 = 86_400;

/// Reads `2020-03-20T00:22:57.833Z` or `…+01:00`, or a day alone, which is its beginning in UTC; what is shorter than a
/// millisecond is cut. `None`: it is no such time.
#[must_use]
pub fn parse(text: &str) -> Option<Millis> {
    let (date, rest) = text.split_once(['T', 't', ' ']).unwrap_or((text, "00:00:00Z"));
    let mut date = date.splitn(3, '-');
    let [year, month, day] = [4, 2, 2].map(|digits| number(date.next(), digits));
    let (year, month, day) = (year?, month?, day?);
    let (clock, offset) = match rest.find(['Z', 'z', '+', '-']) {
        Some(at) => rest.split_at_checked(at)?,
        None => return None,
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let mut clock = clock.splitn(3, ':');
    let [hour, minute, second] = [2, 2, 2].map(|digits| number(clock.next(), digits));
    let (hour, minute, second) = (hour?, minute?, second?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    // a leap second counts as the second after it, as Unix time has it
    if day < 1 || day > last || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let seconds = days(year, month, day) * DAY + hour * 3_600 + minute * 60 + second;
    let seconds = seconds - zone(offset)?;
    let millis = seconds.checked_mul(1_000)?.checked_add(thousandths(fraction)?)?;
    u64::try_from(millis).ok()
}

/// Writes the whole seconds of a time as `2020-03-20T00:22:57Z`.
#[must_use]
pub fn format(time: Millis) -> String {
    let seconds = time / 1_000;
    let (year, month, day) = date(i64::try_from(seconds / 86_400).unwrap_or(i64::MAX / 2));
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Exactly so many digits.
fn number(text: Option<&str>, digits: usize) -> Option<i64> {
    let text = text?;
    let plain = text.len() == digits && text.bytes().all(|digit| digit.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// The first three digits after the point.
fn thousandths(fraction: &str) -> Option<i64> {
    if fraction.is_empty() || !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let mut digits = fraction.bytes().chain(std::iter::repeat(b'0'));
    Some((0..3).fold(0, |sum, _| sum * 10 + i64::from(digits.next().unwrap_or(b'0') - b'0')))
}

/// Seconds that a zone is ahead of UTC.
fn zone(offset: &str) -> Option<i64> {
    if offset.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, rest) = match offset.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, offset.strip_prefix('+')?),
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes) = (number(Some(hours), 2)?, number(Some(minutes), 2)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

/// Days since 1970 of a date of the Gregorian calendar. Years are counted from March, so that the leap day is the last,
/// in eras of 400 years.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The reverse of [`days`].
fn date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = (from_march + 2) % 12 + 1;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    (era * 400 + year + i64::from(month <= 2), month, day)
}
