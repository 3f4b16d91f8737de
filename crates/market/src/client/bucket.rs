//! How often a source may be asked: a token bucket that keeps every minute, not only the average one, below the rate.

use std::time::Duration;

#[cfg(test)]
mod tests;

/// A token in the units of the bucket: what drips in per millisecond is then the rate itself.
const TOKEN: i128 = 60_000;

/// A quarter of the rate may go at once and the rest drips in over the minute, so that no sixty seconds see more than
/// the rate, however the source lays its minutes.
#[derive(Debug)]
pub(super) struct Bucket {
    per_minute: u32,
    /// May be below zero: a call heavier than the bucket goes when it is full, and is paid for afterwards.
    level: i128,
    filled_at: Duration,
}

impl Bucket {
    pub(super) fn new(per_minute: u32, now: Duration) -> Self {
        let mut bucket = Self { per_minute: per_minute.max(1), level: 0, filled_at: now };
        bucket.level = bucket.capacity();
        bucket
    }

    fn burst(&self) -> u32 {
        (self.per_minute / 4).max(1)
    }

    fn capacity(&self) -> i128 {
        i128::from(self.burst()) * TOKEN
    }

    /// Tokens per minute, and units per millisecond.
    fn drip(&self) -> i128 {
        i128::from((self.per_minute - self.burst()).max(1))
    }

    fn fill(&mut self, now: Duration) {
        let since = now.saturating_sub(self.filled_at).as_millis();
        let drops = i128::try_from(since).unwrap_or(i128::MAX).saturating_mul(self.drip());
        self.level = self.level.saturating_add(drops).min(self.capacity());
        self.filled_at += Duration::from_millis(u64::try_from(since).unwrap_or(u64::MAX));
    }

    /// Takes what a call of this weight costs.
    ///
    /// # Errors
    /// How long to wait before asking again; nothing is taken then.
    pub(super) fn take(&mut self, weight: u32, now: Duration) -> Result<(), Duration> {
        self.fill(now);
        let price = i128::from(weight) * TOKEN;
        let missing = price.min(self.capacity()) - self.level;
        if missing > 0 {
            let drip = self.drip();
            let millis = (missing + drip - 1) / drip;
            return Err(Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX)));
        }
        self.level -= price;
        Ok(())
    }

    /// The source says how much of this minute's weight is used, by everybody at our address.
    pub(super) fn used(&mut self, weight: u32, now: Duration) {
        self.fill(now);
        let left = i128::from(self.per_minute) - i128::from(weight);
        self.level = self.level.min(left * TOKEN);
    }

    /// Another rate; what was used stays used.
    pub(super) fn set_rate(&mut self, per_minute: u32, now: Duration) {
        self.fill(now);
        let spent = self.capacity() - self.level;
        self.per_minute = per_minute.max(1);
        self.level = self.capacity() - spent;
    }
}
