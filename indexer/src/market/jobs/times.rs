//! When a cron expression is due.

use chrono::{DateTime, Utc};
use croner::{
    Cron,
    parser::{CronParser, Seconds},
};
use domain::market::Millis;

/// A cron expression with seconds, in UTC, read as the scheduler reads it.
#[derive(Debug, Clone)]
pub(crate) struct Times(Cron);

impl Times {
    /// `None` for what is no expression.
    pub(crate) fn new(expression: &str) -> Option<Self> {
        let parser = CronParser::builder().seconds(Seconds::Required).dom_and_dow(true).build();
        parser.parse(expression).ok().map(Self)
    }

    /// The first time after this one.
    pub(crate) fn next(&self, now: Millis) -> Option<Millis> {
        // whole seconds, or the fraction would be carried into what is found
        let found = self.0.find_next_occurrence(&time(now - now % 1_000)?, false).ok()?;
        u64::try_from(found.timestamp_millis()).ok()
    }

    /// The last time until this one.
    pub(crate) fn last(&self, now: Millis) -> Option<Millis> {
        // whole seconds: within one the search would begin after it
        let second = now - now % 1_000;
        let found = self.0.find_previous_occurrence(&time(second)?, true).ok()?;
        u64::try_from(found.timestamp_millis()).ok()
    }
}

fn time(millis: Millis) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(i64::try_from(millis).ok()?)
}

#[cfg(test)]
mod tests;
