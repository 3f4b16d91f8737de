//! V3 and V4 pools: price follows swaps, liquidity in range and ticks follow positions. The chain's state is kept here;
//! what it is worth is counted in the figures beside.

use super::{FoldError, Key, apply::Step};
use crate::{
    entity::{Pool, PoolState},
    event::{EventKind, EventMeta},
    ids::PoolId,
    row::LiquidityKind,
};

mod beside;
mod liquidity;
mod swap;
mod ticks;

use self::beside::Way;
use self::liquidity::{Moved, RangeChange};
pub(super) use self::swap::Swapped;

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
            | EventKind::V4Donate { id, .. }
            | EventKind::V4ProtocolFee { id, .. } => PoolId::Key(*id),
            _ => PoolId::Contract(meta.address),
        };
        let Some(pool) = self.find::<Pool>(&Key::Pool(id))? else { return Ok(false) };
        // a V4 pool lives in one manager only: the same id from elsewhere is a forgery
        if !matches!(pool.state, PoolState::Concentrated { .. })
            || (matches!(id, PoolId::Key(_)) && pool.factory != meta.address)
        {
            return Ok(false);
        }
        match *kind {
            EventKind::V3Initialize { sqrt_price_x96, tick } => {
                self.v3_initialised(id, sqrt_price_x96, tick)?;
            }
            EventKind::V3Swap {
                sender,
                recipient,
                amount0,
                amount1,
                sqrt_price_x96,
                liquidity,
                tick,
                protocol_fees,
            } => {
                let amounts = [amount0, amount1];
                let state = PoolState::Concentrated { sqrt_price_x96, tick, liquidity };
                let fee = None;
                let swap = Swapped { id, sender, recipient, amounts, state, fee, protocol_fees };
                self.swapped(meta, &swap)?;
            }
            EventKind::V4Swap {
                sender,
                amount0,
                amount1,
                sqrt_price_x96,
                liquidity,
                tick,
                fee,
                ..
            } => {
                let amounts = [amount0, amount1];
                let state = PoolState::Concentrated { sqrt_price_x96, tick, liquidity };
                let (fee, protocol_fees, recipient) = (Some(fee), None, sender);
                let swap = Swapped { id, sender, recipient, amounts, state, fee, protocol_fees };
                self.swapped(meta, &swap)?;
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
                let amounts = Some([amount0, amount1]);
                let range = (tick_lower, tick_upper);
                self.range_changed(meta, &RangeChange { id, kind, owner, range, delta, amounts })?;
            }
            EventKind::V4ModifyLiquidity {
                sender: owner,
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
                let range = (tick_lower, tick_upper);
                let change = RangeChange { id, kind, owner, range, delta, amounts: None };
                self.range_changed(meta, &change)?;
            }
            EventKind::V3Collect { owner, tick_lower, tick_upper, amount0, amount1 } => {
                let (kind, range) = (LiquidityKind::Collect, Some((tick_lower, tick_upper)));
                let amounts = [amount0, amount1];
                self.moved(meta, &Moved { id, kind, owner, range, amounts })?;
            }
            EventKind::V3Flash { sender: owner, paid0, paid1, .. } => {
                self.flash_growth(id, [paid0, paid1])?;
                self.moved_beside(id, [paid0, paid1], Way::In)?;
                let (kind, amounts) = (LiquidityKind::Flash, [paid0, paid1]);
                self.moved(meta, &Moved { id, kind, owner, range: None, amounts })?;
            }
            EventKind::V4Donate { sender: owner, amount0, amount1, .. } => {
                self.donated_growth(id, [amount0, amount1])?;
                let (kind, amounts) = (LiquidityKind::Donate, [amount0, amount1]);
                self.moved(meta, &Moved { id, kind, owner, range: None, amounts })?;
            }
            EventKind::V3FeeProtocol { fee_protocol } => {
                self.change_pool(id, |pool| pool.figures.fee_protocol = fee_protocol)?;
            }
            EventKind::V3CollectProtocol { amount0, amount1 } => {
                self.moved_beside(id, [amount0, amount1], Way::Out)?;
            }
            EventKind::V4ProtocolFee { protocol_fee, .. } => {
                self.change_pool(id, |pool| pool.figures.fee_protocol = protocol_fee)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}
