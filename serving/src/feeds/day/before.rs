//! The last price before the window.

use std::collections::BTreeMap;

use api_kit::problem::Problem;
use domain::{
    candle::{Candle, Resolution},
    decimal::Decimal,
    ids::PoolId,
    row::Swap,
};
use store::Snapshot;

use super::{LENGTH, Traded};
use crate::feeds::pairs::Pair;

#[cfg(test)]
mod tests;

/// How far back it is looked for first, in seconds.
const PAST: u64 = 32 * LENGTH;

/// By the hour that the window begins in: its minutes before the one that the window cuts, that one, and what was swapped
/// in it before the window.
///
/// A swap of a V2 pair does not tell its price: of such a minute there is the first one, which is older than the window.
pub(super) fn in_minutes(
    pair: &Pair,
    past: &[Candle],
    cut: Option<&Candle>,
    early: &[&Swap],
) -> Option<Decimal> {
    let told = early.iter().rev().find_map(|swap| pair.price_after(swap));
    let first = cut.filter(|cut| !early.is_empty() && cut.is_priced()).map(|cut| cut.open);
    told.or(first).or_else(|| last(past.iter()))
}

/// What the last candle with a price closed with.
pub(super) fn last<'a>(candles: impl DoubleEndedIterator<Item = &'a Candle>) -> Option<Decimal> {
    candles.rev().find(|candle| candle.is_priced()).map(|candle| candle.close)
}

/// That of pools that had not moved for long: looked for among the days before, each time twice as far back, until it is found
/// or nothing is older. So it is some commands for all pools together, and what is read of one grows with how long it was quiet.
pub(super) async fn add_days(
    snapshot: &Snapshot,
    pairs: &[&Pair],
    traded: &mut BTreeMap<PoolId, Traded>,
    from: u64,
) -> Result<(), Problem> {
    let mut quiet: Vec<(PoolId, u64)> = Vec::new();
    for pool in pairs.iter().map(|pair| &pair.pool) {
        if traded.get(&pool.id).is_some_and(|one| one.before.is_none()) {
            quiet.push((pool.id, Resolution::D1.start(pool.created.timestamp)));
        }
    }
    for (begin, end) in spans(from) {
        // before its first day there is nothing of a pool
        quiet.retain(|(_, first)| *first < end);
        let pools: Vec<PoolId> = quiet.iter().map(|(pool, _)| *pool).collect();
        if pools.is_empty() {
            return Ok(());
        }
        for (pool, days) in snapshot.candles_of_pools(&pools, Resolution::D1, (begin, end)).await? {
            if let Some((one, price)) = traded.get_mut(&pool).zip(last(days.iter())) {
                one.before = Some(price);
                quiet.retain(|(other, _)| *other != pool);
            }
        }
    }
    Ok(())
}

/// Spans of time before the day of the window's beginning, each as long as all before it, down to the beginning of time.
fn spans(from: u64) -> impl Iterator<Item = (u64, u64)> {
    let longer = |past: &u64| past.checked_mul(2);
    let begins =
        std::iter::successors(Some(PAST), longer).map(move |past| from.saturating_sub(past));
    let mut end = Resolution::D1.start(from);
    let span = move |begin| {
        let span = (begin, end);
        end = begin;
        (span.0 < span.1).then_some(span)
    };
    begins.map_while(span)
}
