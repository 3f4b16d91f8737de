//! A source that wants to be left alone: for as long as it says, or longer each time where it does not say.

use std::time::Duration;

use domain::market::Millis;

#[cfg(test)]
mod tests;

/// The longest ban that is known to be given.
const LONGEST: Duration = Duration::from_secs(3 * 24 * 3600);
const SHORTEST: Duration = Duration::from_secs(1);
/// Where nothing is said the time doubles up to this.
const LONGEST_GUESS: Duration = Duration::from_secs(3600);

#[derive(Debug, Default)]
pub(super) struct Hold {
    until: Duration,
    why: String,
    /// Complaints without an answer in between.
    strikes: u32,
}

impl Hold {
    /// How long to leave the source alone, and why.
    pub(super) fn left(&self, now: Duration) -> Option<(Duration, &str)> {
        let left = self.until.saturating_sub(now);
        (!left.is_zero()).then_some((left, self.why.as_str()))
    }

    /// It complained with this status. Answers how long it is left alone.
    pub(super) fn complained(
        &mut self,
        status: u16,
        retry_after: Option<Duration>,
        why: String,
        now: Duration,
    ) -> Duration {
        let wait = retry_after.map_or_else(|| self.guess(status), |said| said.min(LONGEST));
        let wait = wait.max(SHORTEST);
        self.strikes = self.strikes.saturating_add(1);
        // answers of calls sent together come in any order: the longest word counts
        if now + wait > self.until {
            self.until = now + wait;
            self.why = why;
        }
        wait
    }

    fn guess(&self, status: u16) -> Duration {
        let first = match status {
            429 => Duration::from_secs(60),
            418 => Duration::from_secs(120),
            _ => Duration::from_secs(300),
        };
        first.saturating_mul(1 << self.strikes.min(10)).min(LONGEST_GUESS)
    }

    /// It answered.
    pub(super) fn answered(&mut self) {
        self.strikes = 0;
    }
}

/// `Retry-After`: seconds, or a date of HTTP.
pub(crate) fn retry_after(text: &str, now: Millis) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    let date = date.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(date.saturating_sub(Duration::from_millis(now)))
}
