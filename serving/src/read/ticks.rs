//! Pages of ticks, by index, and of their days.

use api_kit::{
    cursor::List,
    page::{Rows, Slice},
    problem::Problem,
};
use domain::{entity::Tick, figures::TickDay, ids::PoolId};
use store::{TickDayQuery, TickQuery};

use super::as_of::At;

/// Ticks of a pool between two, both included.
pub(crate) async fn page(
    at: &At,
    pool: PoolId,
    (from, to): (Option<i32>, Option<i32>),
    slice: Slice<'_>,
) -> Result<Rows<Tick>, Problem> {
    let list = List::new("ticks", at.snapshot().chain(), format!("{pool} {from:?} {to:?}"));
    let after =
        list.after(slice.after, |bytes| Some(i32::from_be_bytes(bytes.try_into().ok()?)))?;
    let from = match after {
        Some(after) => after.saturating_add(1),
        None => from.unwrap_or(i32::MIN),
    };
    let query = TickQuery { pool, from, to: to.unwrap_or(i32::MAX), limit: slice.size.limit() };
    let found = at.snapshot().ticks_between(&query).await?;
    Ok(Rows::new(found, slice.size, &list, |tick| tick.index.to_be_bytes().to_vec()))
}

/// A tick, the number of a day, and what the tick was after it.
pub(crate) type Day = (i32, u32, TickDay);

/// Days of a V3 pool's ticks, by tick and day.
pub(crate) async fn days(
    at: &At,
    pool: PoolId,
    tick: Option<i32>,
    slice: Slice<'_>,
) -> Result<Rows<Day>, Problem> {
    let list = List::new("days of ticks", at.snapshot().chain(), format!("{pool} {tick:?}"));
    let after = list.after(slice.after, |bytes| {
        let (tick, day) = bytes.split_first_chunk::<4>()?;
        Some((i32::from_be_bytes(*tick), u32::from_be_bytes(day.try_into().ok()?)))
    })?;
    let query = TickDayQuery { pool, tick, after, limit: slice.size.limit() };
    let found = at.snapshot().tick_days(&query).await?;
    Ok(Rows::new(found, slice.size, &list, |(tick, day, _)| {
        [tick.to_be_bytes(), day.to_be_bytes()].concat()
    }))
}
