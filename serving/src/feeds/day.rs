//! What pairs did in the last 24 hours, up to the time of the answer's block, to the second.
//!
//! The window is put together of candles of an hour and, where it begins, of a minute; of the minute that it cuts, the swaps
//! before it are taken off again. So it costs a handful of reads for all pairs together, however many swaps there were. What
//! the candles of that hour and those swaps tell of the time before the window is the price that it began with.

use std::collections::BTreeMap;

use alloy_primitives::U256;
use api_kit::problem::Problem;
use domain::{
    candle::{Candle, Resolution, cut_usd},
    decimal::Decimal,
    ids::PoolId,
    row::Swap,
};
use store::Snapshot;

use super::pairs::{Pair, moved};

mod before;
mod edge;
mod marginal;
#[cfg(test)]
mod tests;

use edge::around;
pub(super) use edge::first_from;

/// Length of the window in seconds.
pub(crate) const LENGTH: u64 = 86_400;
/// With more pools those that stood still are not asked for.
const MANY: usize = 500;

/// What a pair did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Day {
    /// Price now: what one base costs in quote tokens.
    pub(crate) last: Decimal,
    /// Price when the window began; of a pair whose price was not known then, the first in it.
    pub(crate) open: Decimal,
    /// Highest price of the window; the last one if nothing happened.
    pub(crate) high: Decimal,
    /// Lowest, likewise.
    pub(crate) low: Decimal,
    /// Smallest units of the base that moved.
    pub(crate) base_volume: U256,
    /// Smallest units of the quote token that moved.
    pub(crate) quote_volume: U256,
    /// Tracked, in USD.
    pub(crate) usd_volume: Decimal,
    /// Swaps.
    pub(crate) swap_count: u64,
    /// What a seller gets for the first unit of the base, and what a buyer pays for it, fees included; `None` where that is
    /// not known.
    pub(crate) marginal: Option<[Decimal; 2]>,
}

/// What happened in a pool, told as token0 in token1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Traded {
    /// All of the window as one candle.
    candle: Candle,
    /// The last price before it.
    before: Option<Decimal>,
}

impl Day {
    /// `None` of a pair without a price.
    pub(crate) fn new(pair: &Pair, traded: Option<&Traded>) -> Option<Self> {
        let last = pair.price()?;
        let marginal = marginal::prices(pair, last);
        let Some(Traded { candle, before }) = traded else {
            let none = U256::ZERO;
            let (base_volume, quote_volume) = (none, none);
            return Some(Self {
                last,
                open: last,
                high: last,
                low: last,
                base_volume,
                quote_volume,
                usd_volume: Decimal::ZERO,
                swap_count: 0,
                marginal,
            });
        };
        let [base_volume, quote_volume] = pair.sides([candle.volume0, candle.volume1]);
        let told = if pair.inverted { candle.inverse() } else { candle.clone() };
        let (high, low, first) =
            if candle.is_priced() { (told.high, told.low, told.open) } else { (last, last, last) };
        let open = before.map_or(first, |before| pair.told(before));
        let (usd_volume, swap_count) = (candle.volume_usd, candle.swap_count);
        Some(Self {
            last,
            open,
            high,
            low,
            base_volume,
            quote_volume,
            usd_volume,
            swap_count,
            marginal,
        })
    }

    /// How much the price changed, in percent.
    pub(crate) fn change_percent(&self) -> Decimal {
        ((self.last - self.open) * Decimal::from(100_i64)).safe_div(self.open)
    }
}

/// The second that the window begins with, of a block's time.
pub(crate) const fn begin(now: u64) -> u64 {
    (now + 1).saturating_sub(LENGTH)
}

/// What happened in the pools of these pairs; nothing is said of those that stood still.
pub(crate) async fn of_pairs(
    snapshot: &Snapshot,
    pairs: &[Pair],
) -> Result<BTreeMap<PoolId, Traded>, Problem> {
    of_many(snapshot, pairs, MANY).await
}

/// The same; with more pairs than `many` those that stood still are not asked for.
pub(super) async fn of_many(
    snapshot: &Snapshot,
    pairs: &[Pair],
    many: usize,
) -> Result<BTreeMap<PoolId, Traded>, Problem> {
    let now = snapshot.block().timestamp;
    let from = begin(now);
    let pairs: Vec<&Pair> = moving(snapshot, pairs, from, many).await?;
    let pools: Vec<PoolId> = pairs.iter().map(|pair| pair.pool.id).collect();
    if pools.is_empty() {
        return Ok(BTreeMap::new());
    }
    let (minute, hour) = (Resolution::M1.start(from), Resolution::H1.start_from(from));
    let whole_hour = (Resolution::H1.start(from), hour);
    // as far back again: the price before the window costs no further read as a rule
    let hours = (from.saturating_sub(LENGTH), now.saturating_add(1));
    let hours = snapshot.candles_of_pools(&pools, Resolution::H1, hours).await?;
    let minutes = snapshot.candles_of_pools(&pools, Resolution::M1, whole_hour).await?;
    let is_cut = |candle: &Candle| (minute..from).contains(&candle.start);
    let early = if minutes.values().flatten().any(is_cut) {
        swaps_between(snapshot, &pairs, (minute, from)).await?
    } else {
        Vec::new()
    };
    let mut traded = BTreeMap::new();
    for pair in pairs.iter().copied() {
        let pool = pair.pool.id;
        let of_minutes = minutes.get(&pool).map_or(&[][..], Vec::as_slice);
        let (past, of_window) =
            of_minutes.split_at(of_minutes.partition_point(|candle| candle.start < minute));
        let in_hours = hours.get(&pool).into_iter().flatten();
        let whole = in_hours.clone().filter(|candle| candle.start >= hour).cloned();
        let early: Vec<&Swap> = early.iter().filter(|swap| swap.pool == pool).collect();
        let cut = window(of_window.iter().cloned(), &early, from);
        let Some(candle) = cut.into_iter().chain(whole).reduce(merged) else { continue };
        let cut = of_window.first().filter(|candle| is_cut(candle));
        let before = before::in_minutes(pair, past, cut, &early).or_else(|| {
            let over = |candle: &&Candle| candle.start + 3_600 <= from;
            before::last(in_hours.filter(over))
        });
        traded.insert(pool, Traded { candle, before });
    }
    before::add_days(snapshot, &pairs, &mut traded, from).await?;
    Ok(traded)
}

fn merged(mut one: Candle, later: Candle) -> Candle {
    one.merge(&later);
    one
}

/// The candles of the minutes that the window begins with, without what was swapped before it.
fn window(minutes: impl Iterator<Item = Candle>, early: &[&Swap], from: u64) -> Vec<Candle> {
    let mut minutes: Vec<Candle> = minutes.collect();
    let Some(first) = minutes.first_mut().filter(|first| first.start < from) else {
        return minutes;
    };
    for swap in early {
        let [moved0, moved1] = moved(swap);
        first.volume0 = first.volume0.saturating_sub(moved0);
        first.volume1 = first.volume1.saturating_sub(moved1);
        first.volume_usd -= cut_usd(swap.amount_usd);
        first.swap_count = first.swap_count.saturating_sub(1);
    }
    if first.swap_count == 0 {
        minutes.remove(0);
    }
    minutes
}

/// Those of the pairs that something may have happened to since a time.
async fn moving<'a>(
    snapshot: &Snapshot,
    pairs: &'a [Pair],
    from: u64,
    many: usize,
) -> Result<Vec<&'a Pair>, Problem> {
    if pairs.len() <= many {
        return Ok(pairs.iter().collect());
    }
    let older = around(snapshot, from, oldest(pairs)).await?.older;
    Ok(pairs.iter().filter(|pair| pair.pool.updated_block > older).collect())
}

/// The swaps of all pools from a time to before another one, ascending.
async fn swaps_between(
    snapshot: &Snapshot,
    pairs: &[&Pair],
    (from, to): (u64, u64),
) -> Result<Vec<Swap>, Problem> {
    let oldest = oldest(pairs.iter().copied());
    let first = around(snapshot, from, oldest).await?.older + 1;
    let last = around(snapshot, to, oldest).await?.younger;
    if first >= last {
        return Ok(Vec::new());
    }
    let mut swaps = snapshot.swaps_in(first..=last - 1, u32::MAX).await?;
    swaps.retain(|swap| (from..to).contains(&swap.meta.timestamp));
    Ok(swaps)
}

/// Block and time of the oldest of the pools.
pub(super) fn oldest<'a>(pairs: impl IntoIterator<Item = &'a Pair>) -> (u64, u64) {
    let created = |pair: &Pair| (pair.pool.created.block, pair.pool.created.timestamp);
    pairs.into_iter().map(created).min().unwrap_or_default()
}
