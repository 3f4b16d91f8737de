//! Ticks: liquidity that starts or ends at them, which of them are initialised, and their days.

use alloy_primitives::U256;

use crate::{
    amm::tick_word::place,
    entity::{Pool, Tick},
    event::EventMeta,
    figures::{Interval, TickDay, TickWord},
    fold::{FoldError, Key, apply::Step},
    ids::PoolId,
};

impl Step<'_> {
    /// `gross` and `net` as in `Tick.update` of the pool contracts.
    pub(super) fn tick_changed(
        &mut self,
        meta: &EventMeta,
        pool: PoolId,
        index: i32,
        gross: i128,
        net: i128,
    ) -> Result<(), FoldError> {
        let key = Key::Tick(pool, index);
        let growing = self.growing(pool)?;
        let (created_block, created_timestamp) = (self.block.number, self.block.timestamp);
        let make = || Tick {
            pool,
            index,
            liquidity_gross: 0,
            liquidity_net: 0,
            created_block,
            created_timestamp,
            fee_growth_outside: None,
        };
        let changed = self.change_or_make(&key, make, |tick, _| {
            let before = tick.liquidity_gross;
            tick.liquidity_gross = tick.liquidity_gross.checked_add_signed(gross)?;
            tick.liquidity_net = tick.liquidity_net.checked_add(net)?;
            let flipped = (before == 0) != (tick.liquidity_gross == 0);
            if flipped {
                // by the contracts' convention all growth so far was below a tick that is initialised
                tick.fee_growth_outside = growing.map(|pool| match before {
                    0 if index <= pool.standing.tick => pool.global,
                    _ => [U256::ZERO; 2],
                });
            }
            Some(flipped)
        })?;
        let flipped =
            changed.flatten().ok_or_else(|| self.out_of_range("tick liquidity", key, meta))?;
        if let Some(growing) = growing.filter(|_| flipped) {
            let (word, bit) = place(index, growing.spacing);
            self.change::<TickWord>(&Key::TickWord(pool, word), |word| {
                word.initialised ^= U256::ONE << bit;
            })?;
        }
        Ok(())
    }

    /// Changes a tick that exists in place.
    pub(in crate::fold) fn change_tick(
        &mut self,
        pool: PoolId,
        index: i32,
        change: impl FnOnce(&mut Tick),
    ) -> Result<(), FoldError> {
        let key = Key::Tick(pool, index);
        if let Some(mut tick) = self.find::<Tick>(&key)?.cloned() {
            change(&mut tick);
            self.save(key, tick);
        }
        Ok(())
    }

    /// The day of a V3 pool's tick, as the tick stands now. The reference has no days of V4's.
    pub(in crate::fold) fn tick_day(&mut self, pool: PoolId, index: i32) -> Result<(), FoldError> {
        let figures = self.find::<Pool>(&Key::Pool(pool))?.map(|pool| &pool.figures);
        let Some(figures) = figures.filter(|figures| figures.counted) else { return Ok(()) };
        let known = figures.fee_growth().is_some();
        if !matches!(pool, PoolId::Contract(_)) {
            return Ok(());
        }
        let Some(tick) = self.find::<Tick>(&Key::Tick(pool, index))? else { return Ok(()) };
        let growth = tick.fee_growth_outside.filter(|_| known);
        let day = TickDay {
            liquidity_gross: tick.liquidity_gross,
            liquidity_net: tick.liquidity_net,
            fee_growth_outside0: growth.map(|growth| growth[0]),
            fee_growth_outside1: growth.map(|growth| growth[1]),
        };
        let key = Key::TickDay(pool, index, Interval::Day.period(self.block.timestamp));
        self.change::<TickDay>(&key, |row| *row = day)
    }
}
