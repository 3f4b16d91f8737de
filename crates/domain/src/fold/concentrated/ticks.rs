//! Ticks: liquidity that starts or ends at them.

use crate::{
    entity::Tick,
    event::EventMeta,
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
        let (created_block, created_timestamp) = (self.block.number, self.block.timestamp);
        let make = || Tick {
            pool,
            index,
            liquidity_gross: 0,
            liquidity_net: 0,
            created_block,
            created_timestamp,
        };
        let changed = self.change_or_make(&key, make, |tick, _| {
            tick.liquidity_gross = tick.liquidity_gross.checked_add_signed(gross)?;
            tick.liquidity_net = tick.liquidity_net.checked_add(net)?;
            Some(())
        })?;
        changed.flatten().ok_or_else(|| self.out_of_range("tick liquidity", key, meta))
    }
}
