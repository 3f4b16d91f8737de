//! Hours and days: of pools, of tokens, and days of the DEX.

use domain::figures::Interval;
use store::PeriodQuery;
use subgraph::value::Value;

use crate::subgraph::asked::Asked;

mod dex;
mod pools;
mod tokens;

pub(in crate::subgraph) use self::{dex::ProtocolDays, pools::PoolPeriods, tokens::TokenPeriods};

/// Which length.
pub(in crate::subgraph) trait Length: Send + Sync + 'static {
    const INTERVAL: Interval;
}

/// A day.
pub(in crate::subgraph) struct Day;
/// An hour.
pub(in crate::subgraph) struct Hour;

impl Length for Day {
    const INTERVAL: Interval = Interval::Day;
}

impl Length for Hour {
    const INTERVAL: Interval = Interval::Hour;
}

/// The column of a period's beginning, in Unix seconds.
const START: &str = "start";

/// The periods that the conditions of their beginnings and the block leave; how many are read at once is said later.
fn span(asked: &Asked, length: Interval) -> PeriodQuery {
    let period = |bound: Option<&Value>| {
        let seconds: i128 = bound.and_then(seconds)?;
        let number = seconds.div_euclid(i128::from(length.seconds()));
        Some(u32::try_from(number).unwrap_or(if number < 0 { 0 } else { u32::MAX }))
    };
    let from = period(asked.least(START)).unwrap_or(0);
    let to = period(asked.most(START)).unwrap_or(u32::MAX);
    // at an older block there were none of later times
    let to = asked.until().map_or(to, |time| to.min(length.period(time)));
    PeriodQuery { from, to, limit: 0 }
}

fn seconds(value: &Value) -> Option<i128> {
    match value {
        Value::Int(seconds) => Some(i128::from(*seconds)),
        Value::Integer(number) => number.to_string().parse().ok(),
        _ => None,
    }
}

/// What is left of a span behind the periods that came, newest first, if these were as many as were wanted.
fn older<R>(found: &[(u32, R)], span: &PeriodQuery, limit: u32) -> Option<PeriodQuery> {
    let last = found.last().filter(|_| found.len() >= limit as usize);
    let to = last.and_then(|(last, _)| last.checked_sub(1)).filter(|older| *older >= span.from)?;
    Some(PeriodQuery { to, ..*span })
}

/// The subject and the number of the period that an id names: `<subject>-<number>`.
fn parts_of(id: &Value) -> Option<(Value, u32)> {
    let Value::Text(id) = id else { return None };
    let (subject, number) = id.rsplit_once('-')?;
    // there is one spelling of a number
    let period: u32 = number.parse().ok().filter(|period: &u32| period.to_string() == number)?;
    Some((Value::text(subject), period))
}
