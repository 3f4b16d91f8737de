//! What pools hold after their events.
//!
//! The history has what a pool held after each block; from there the events of the block are taken back one by one, if they
//! add up to what it held after the block before. V2: the
//! pair's own reserves. V3: what its events add up to, flash fees and the protocol's share included, which is what its
//! contract holds of plain tokens. V4 pools have no balances, and what their fees paid out is in no event: there the drift
//! that the contracts' word showed last is taken off, grown with the volume.

use alloy_primitives::{I256, U256};
use domain::{
    decimal::Decimal, entity::Protocol, figures::PoolFigures, reconciled::Reconciled,
    version::PoolVersion,
};

use super::{numbers::units, pools::Listed};

#[cfg(test)]
mod tests;

/// Smallest units of token0 and token1 that a pool held at one of its versions.
pub(super) fn held(
    listed: &Listed,
    version: &PoolVersion,
    drifted: Option<&Reconciled>,
) -> Option<[I256; 2]> {
    let (core, figures) = (&version.first, &version.second);
    if listed.pool.protocol == Protocol::V2 {
        let [reserve0, reserve1] = [core.reserve0, core.reserve1].map(I256::try_from);
        return Some([reserve0.ok()?, reserve1.ok()?]);
    }
    let locked = [figures.total_value_locked_token0, figures.total_value_locked_token1];
    let beside = figures.beside().unwrap_or_else(|| drift(listed, figures, drifted));
    let [held0, held1] = [0, 1].map(|i| units(locked[i] + beside[i], listed.decimals[i]));
    Some([held0?, held1?])
}

/// Whether what a pool held is told by its events alone.
pub(super) fn is_exact(listed: &Listed) -> bool {
    listed.pool.protocol == Protocol::V2 || listed.pool.figures.beside().is_some()
}

/// What a pool had less than its events add up to, if that grew with its volume until it was last seen.
fn drift(listed: &Listed, then: &PoolFigures, drifted: Option<&Reconciled>) -> [Decimal; 2] {
    let Some(drifted) = drifted else { return [Decimal::ZERO; 2] };
    let now = &listed.pool.figures;
    let volumes =
        [(then.volume_token0, now.volume_token0), (then.volume_token1, now.volume_token1)];
    [0, 1].map(|i| {
        let (then, now) = volumes[i];
        let part = if now.is_zero() { Decimal::ONE } else { then.safe_div(now) };
        -(drifted.drift[i] * part)
    })
}

/// Whether the events of a block are all that changed what a pool holds. A pair that was told to take in what it was given,
/// or what it lost (`sync`), and the protocol's share that was taken out of a V3 pool are in no event.
pub(super) fn add_up(
    before: Option<[I256; 2]>,
    changes: &[Option<[I256; 2]>],
    end: Option<[I256; 2]>,
) -> bool {
    let added = changes.iter().try_fold(before, |held, change| {
        let ([held0, held1], [change0, change1]) = (held?, (*change)?);
        Some(Some([held0.checked_add(change0)?, held1.checked_add(change1)?]))
    });
    added.flatten().is_some() && added.flatten() == end
}

/// Where they are not: what the pool held after the last of so many events; the others are not known.
pub(super) fn at_the_end(end: Option<[I256; 2]>, events: usize) -> Vec<Option<[U256; 2]>> {
    let mut after = vec![None; events];
    if let Some(last) = after.last_mut() {
        *last = end.map(unsigned);
    }
    after
}

fn unsigned(held: [I256; 2]) -> [U256; 2] {
    held.map(|amount| U256::try_from(amount).unwrap_or_default())
}

/// What the pool held after each event of a block, from what it held after the last and what each changed. `None` of those
/// before an event whose change is not known. Never below 0.
pub(super) fn walk_back(
    end: Option<[I256; 2]>,
    changes: &[Option<[I256; 2]>],
) -> Vec<Option<[U256; 2]>> {
    let mut held = end;
    let mut after = vec![None; changes.len()];
    for (place, change) in changes.iter().enumerate().rev() {
        after[place] = held.map(unsigned);
        held = held.zip(*change).and_then(|([held0, held1], [change0, change1])| {
            Some([held0.checked_sub(change0)?, held1.checked_sub(change1)?])
        });
    }
    after
}

/// What the pool held before the next event that is told, or at the end of the block: what is not told (a collect, a flash
/// loan) belongs to the event before it. So the last event of a block has what the pool holds then.
pub(super) fn until_the_next(
    mut after: Vec<Option<[U256; 2]>>,
    is_told: &[bool],
) -> Vec<Option<[U256; 2]>> {
    for place in (1..after.len()).rev() {
        if !is_told.get(place).copied().unwrap_or_default() {
            after[place - 1] = after[place];
        }
    }
    after
}
