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

/// How far back it is looked for, in seconds.
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

/// That of pools that had not moved for long, as far as it is found among the days before.
pub(super) async fn add_days(
    snapshot: &Snapshot,
    traded: &mut BTreeMap<PoolId, Traded>,
    from: u64,
) -> Result<(), Problem> {
    let quiet: Vec<PoolId> =
        traded.iter().filter(|(_, one)| one.before.is_none()).map(|(pool, _)| *pool).collect();
    if quiet.is_empty() {
        return Ok(());
    }
    let today = Resolution::D1.start(from);
    let days = (from.saturating_sub(PAST), today);
    let days = snapshot.candles_of_pools(&quiet, Resolution::D1, days).await?;
    for (pool, days) in days {
        if let Some((one, price)) = traded.get_mut(&pool).zip(last(days.iter())) {
            one.before = Some(price);
        }
    }
    Ok(())
}
