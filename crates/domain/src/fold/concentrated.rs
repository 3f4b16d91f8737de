//! V3 and V4 pools: price follows swaps, liquidity in range and ticks follow positions.

use alloy_primitives::{Address, I256, U256};

use super::{Entity, FoldError, Key, apply::Step};
use crate::{
    entity::{Pool, PoolState, Tick},
    event::{EventKind, EventMeta},
    ids::PoolId,
    row::{LiquidityEvent, LiquidityKind, Swap},
};

/// A change of the liquidity between two ticks.
struct RangeChange {
    kind: LiquidityKind,
    owner: Address,
    lower: i32,
    upper: i32,
    delta: i128,
    amounts: Option<(U256, U256)>,
}

impl Step<'_> {
    /// Folds an event of a V3 or V4 pool; false when the pool is unknown.
    pub(super) fn concentrated(
        &mut self,
        meta: &EventMeta,
        kind: &EventKind,
    ) -> Result<bool, FoldError> {
        let id = match kind {
            EventKind::V4Swap { id, .. }
            | EventKind::V4ModifyLiquidity { id, .. }
            | EventKind::V4Donate { id, .. } => PoolId::Key(*id),
            _ => PoolId::Contract(meta.address),
        };
        let Some(mut pool) = self.pool(id)? else { return Ok(false) };
        let PoolState::Concentrated { liquidity, .. } = pool.state else { return Ok(false) };
        // a V4 pool lives in one manager only: the same id from elsewhere is a forgery
        if matches!(id, PoolId::Key(_)) && pool.factory != meta.address {
            return Ok(false);
        }
        match *kind {
            EventKind::V3Initialize { sqrt_price_x96, tick } => {
                pool.state = PoolState::Concentrated { sqrt_price_x96, tick, liquidity };
                self.put(Entity::Pool(pool));
            }
            EventKind::V3Swap {
                sender,
                recipient,
                amount0,
                amount1,
                sqrt_price_x96,
                liquidity,
                tick,
            } => {
                pool.state = PoolState::Concentrated { sqrt_price_x96, tick, liquidity };
                self.swapped(meta, pool, (sender, recipient), (amount0, amount1));
            }
            EventKind::V4Swap {
                sender, amount0, amount1, sqrt_price_x96, liquidity, tick, ..
            } => {
                pool.state = PoolState::Concentrated { sqrt_price_x96, tick, liquidity };
                // the manager speaks of the swapper's balance; we speak of the pool's. Both are int128, negation fits
                self.swapped(
                    meta,
                    pool,
                    (sender, sender),
                    (amount0.wrapping_neg(), amount1.wrapping_neg()),
                );
            }
            EventKind::V3Mint { owner, tick_lower, tick_upper, liquidity, amount0, amount1 }
            | EventKind::V3Burn { owner, tick_lower, tick_upper, liquidity, amount0, amount1 } => {
                let size = i128::try_from(liquidity)
                    .map_err(|_| self.out_of_range("liquidity", Key::Pool(id), meta))?;
                let (kind, delta) = if matches!(kind, EventKind::V3Mint { .. }) {
                    (LiquidityKind::Mint, size)
                } else {
                    (LiquidityKind::Burn, -size)
                };
                let amounts = Some((amount0, amount1));
                let (lower, upper) = (tick_lower, tick_upper);
                let change = RangeChange { kind, owner, lower, upper, delta, amounts };
                self.range_changed(meta, pool, &change)?;
            }
            EventKind::V4ModifyLiquidity {
                sender,
                tick_lower,
                tick_upper,
                liquidity_delta,
                ..
            } => {
                let delta = i128::try_from(liquidity_delta)
                    .map_err(|_| self.out_of_range("liquidity", Key::Pool(id), meta))?;
                // a change of zero collects fees
                let kind = match delta.signum() {
                    1 => LiquidityKind::Mint,
                    -1 => LiquidityKind::Burn,
                    _ => LiquidityKind::Collect,
                };
                self.range_changed(
                    meta,
                    pool,
                    &RangeChange {
                        kind,
                        owner: sender,
                        lower: tick_lower,
                        upper: tick_upper,
                        delta,
                        amounts: None,
                    },
                )?;
            }
            EventKind::V3Collect { owner, tick_lower, tick_upper, amount0, amount1 } => {
                let range = Some((tick_lower, tick_upper));
                self.moved(meta, pool, LiquidityKind::Collect, owner, range, (amount0, amount1));
            }
            EventKind::V3Flash { sender, paid0, paid1, .. } => {
                self.moved(meta, pool, LiquidityKind::Flash, sender, None, (paid0, paid1));
            }
            EventKind::V4Donate { sender, amount0, amount1, .. } => {
                self.moved(meta, pool, LiquidityKind::Donate, sender, None, (amount0, amount1));
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn swapped(
        &mut self,
        meta: &EventMeta,
        pool: Pool,
        parties: (Address, Address),
        amounts: (I256, I256),
    ) {
        let (price, tick) = match pool.state {
            PoolState::Concentrated { sqrt_price_x96, tick, .. } => {
                (Some(sqrt_price_x96), Some(tick))
            }
            PoolState::Reserves { .. } => (None, None),
        };
        let swap = Swap {
            meta: self.row_meta(meta, 0),
            pool: pool.id,
            sender: parties.0,
            recipient: parties.1,
            amount0: amounts.0,
            amount1: amounts.1,
            sqrt_price_x96: price,
            tick,
        };
        self.add_swap(pool, swap);
    }

    fn moved(
        &mut self,
        meta: &EventMeta,
        pool: Pool,
        kind: LiquidityKind,
        owner: Address,
        range: Option<(i32, i32)>,
        amounts: (U256, U256),
    ) {
        let event = LiquidityEvent {
            meta: self.row_meta(meta, 0),
            pool: pool.id,
            kind,
            owner,
            range,
            liquidity_delta: None,
            amount0: Some(amounts.0),
            amount1: Some(amounts.1),
        };
        self.add_liquidity(pool, event);
    }

    fn range_changed(
        &mut self,
        meta: &EventMeta,
        mut pool: Pool,
        change: &RangeChange,
    ) -> Result<(), FoldError> {
        let id = pool.id;
        if let PoolState::Concentrated { tick, liquidity, .. } = &mut pool.state
            && (change.lower..change.upper).contains(tick)
        {
            *liquidity = liquidity
                .checked_add_signed(change.delta)
                .ok_or_else(|| self.out_of_range("liquidity", Key::Pool(id), meta))?;
        }
        if change.delta != 0 {
            self.tick_changed(meta, id, change.lower, change.delta, change.delta)?;
            self.tick_changed(meta, id, change.upper, change.delta, -change.delta)?;
        }
        let event = LiquidityEvent {
            meta: self.row_meta(meta, 0),
            pool: id,
            kind: change.kind,
            owner: change.owner,
            range: Some((change.lower, change.upper)),
            liquidity_delta: I256::try_from(change.delta).ok(),
            amount0: change.amounts.map(|amounts| amounts.0),
            amount1: change.amounts.map(|amounts| amounts.1),
        };
        self.add_liquidity(pool, event);
        Ok(())
    }

    /// `gross` and `net` as in `Tick.update` of the pool contracts; a tick without liquidity does not exist.
    fn tick_changed(
        &mut self,
        meta: &EventMeta,
        pool: PoolId,
        index: i32,
        gross: i128,
        net: i128,
    ) -> Result<(), FoldError> {
        let key = Key::Tick(pool, index);
        let mut tick = match self.get(&key)? {
            Some(Entity::Tick(tick)) => tick.clone(),
            _ => Tick { pool, index, liquidity_gross: 0, liquidity_net: 0 },
        };
        let bad = || self.out_of_range("tick liquidity", key, meta);
        tick.liquidity_gross = tick.liquidity_gross.checked_add_signed(gross).ok_or_else(bad)?;
        tick.liquidity_net = tick.liquidity_net.checked_add(net).ok_or_else(bad)?;
        if tick.liquidity_gross == 0 {
            self.remove(key);
        } else {
            self.put(Entity::Tick(tick));
        }
        Ok(())
    }
}
