//! Growth of fees inside the ranges of V3 positions.
//!
//! A manager copies what the pool notes of its range whenever the pool changes it, before a tick without liquidity is
//! cleared. So the pool's events say how much it was, and the manager's that come after them which position took it over.
//! In the block that creates a pool, the pool's events are folded after the manager's: positions get theirs at the end of
//! the block.

use alloy_primitives::{Address, U256};

use crate::{
    entity::Tick,
    event::EventMeta,
    figures::NftPosition,
    fold::{FoldError, Key, apply::Step},
    ids::PoolId,
    map::Map,
};

/// A range of a pool.
type Range = (PoolId, i32, i32);

/// What was noted of a range, and at which log; none where it is not known.
type Noted = (u32, Option<[U256; 2]>);

/// What a block's events say of growth inside ranges.
#[derive(Debug, Default)]
pub(in crate::fold) struct Insides {
    /// By range, by log.
    noted: Map<Range, Vec<Noted>>,
    /// Positions that take over what their range's pool noted last.
    takers: Vec<Taker>,
}

/// An event of a manager.
#[derive(Debug, Clone, Copy)]
struct Taker {
    position: Key,
    log_index: u32,
    /// Whether it looks at the pool.
    looks: bool,
    /// Its row.
    snapshot: Option<usize>,
}

impl Insides {
    /// An event of a manager that has left its position at `position`; `looks` if the manager looked at the pool.
    pub(in crate::fold) fn take(
        &mut self,
        position: Key,
        log_index: u32,
        looks: bool,
        snapshot: Option<usize>,
    ) {
        self.takers.push(Taker { position, log_index, looks, snapshot });
    }

    /// What was noted last before a log.
    fn before(&self, range: Range, log_index: u32) -> Option<Option<[U256; 2]>> {
        let noted = self.noted.get(&range)?.iter().rev();
        noted.into_iter().find(|(at, _)| *at < log_index).map(|(_, growth)| *growth)
    }
}

impl Step<'_> {
    /// A pool changes a position of its DEX's manager: notes the growth inside its range.
    pub(in crate::fold) fn note_inside(
        &mut self,
        meta: &EventMeta,
        id: PoolId,
        owner: Address,
        (lower, upper): (i32, i32),
    ) -> Result<(), FoldError> {
        let Some(pool) = self.find(&Key::Pool(id))? else { return Ok(()) };
        let manager = self.dex_of(pool).and_then(|dex| dex.position_manager);
        if manager != Some(owner) || !matches!(id, PoolId::Contract(_)) {
            return Ok(());
        }
        let growth = self.inside(id, lower, upper)?;
        self.insides.noted.entry((id, lower, upper)).or_default().push((meta.log_index, growth));
        Ok(())
    }

    /// Growth inside a range now (`Tick.getFeeGrowthInside`).
    fn inside(&self, id: PoolId, lower: i32, upper: i32) -> Result<Option<[U256; 2]>, FoldError> {
        let Some(pool) = self.growing(id)? else { return Ok(None) };
        let outside = |index| {
            let tick = self.find::<Tick>(&Key::Tick(id, index))?;
            Ok(tick.and_then(|tick| tick.fee_growth_outside))
        };
        let (Some(below), Some(above)) = (outside(lower)?, outside(upper)?) else {
            return Ok(None);
        };
        let (global, tick) = (pool.global, pool.standing.tick);
        let beyond = |outside: U256, global: U256, is_outside: bool| {
            if is_outside { outside } else { global.wrapping_sub(outside) }
        };
        Ok(Some([0, 1].map(|i| {
            global[i].wrapping_sub(beyond(below[i], global[i], tick >= lower)).wrapping_sub(beyond(
                above[i],
                global[i],
                tick < upper,
            ))
        })))
    }

    /// Gives the positions what was noted for them, in the order of the managers' events.
    pub(in crate::fold) fn take_insides(&mut self) -> Result<(), FoldError> {
        let insides = std::mem::take(&mut self.insides);
        for taker in &insides.takers {
            let Some(position) = self.find::<NftPosition>(&taker.position)? else { continue };
            let mut growth = position.fee_growth_inside();
            let place = position.pool.zip(position.tick_lower).zip(position.tick_upper);
            if let Some(((pool, lower), upper)) = place.filter(|_| taker.looks)
                && let Some(noted) = insides.before((pool, lower, upper), taker.log_index)
                && noted != growth
            {
                growth = noted;
                self.change::<NftPosition>(&taker.position, |position| {
                    position.set_fee_growth_inside(noted);
                })?;
            }
            let row = taker.snapshot.and_then(|row| self.rows.position_snapshots.get_mut(row));
            if let Some(row) = row {
                row.fee_growth_inside = growth;
            }
        }
        Ok(())
    }
}
