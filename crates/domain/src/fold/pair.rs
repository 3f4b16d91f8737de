//! V2 pairs: reserves follow `Sync`.

use alloy_primitives::{I256, U256};

use super::{Entity, FoldError, Key, apply::Step};
use crate::{
    entity::PoolState,
    event::{EventKind, EventMeta},
    ids::PoolId,
    row::{LiquidityEvent, LiquidityKind, Swap},
};

impl Step<'_> {
    /// Folds an event of a pair; false when the pair is unknown.
    pub(super) fn pair(&mut self, meta: &EventMeta, kind: &EventKind) -> Result<bool, FoldError> {
        let id = PoolId::Contract(meta.address);
        let Some(mut pool) = self.pool(id)? else { return Ok(false) };
        let PoolState::Reserves { .. } = pool.state else { return Ok(false) };
        let row = self.row_meta(meta, 0);
        let liquidity = |kind, owner, amount0, amount1| LiquidityEvent {
            meta: row,
            pool: id,
            kind,
            owner,
            range: None,
            liquidity_delta: None,
            amount0: Some(amount0),
            amount1: Some(amount1),
        };
        match *kind {
            EventKind::V2Sync { reserve0, reserve1 } => {
                pool.state = PoolState::Reserves { reserve0, reserve1 };
                self.put(Entity::Pool(pool));
            }
            EventKind::V2Mint { sender, amount0, amount1 } => {
                self.add_liquidity(pool, liquidity(LiquidityKind::Mint, sender, amount0, amount1));
            }
            EventKind::V2Burn { to, amount0, amount1, .. } => {
                self.add_liquidity(pool, liquidity(LiquidityKind::Burn, to, amount0, amount1));
            }
            EventKind::V2Swap { sender, to, amount0_in, amount1_in, amount0_out, amount1_out } => {
                let bad = || self.out_of_range("swap amount", Key::Pool(id), meta);
                let swap = Swap {
                    meta: row,
                    pool: id,
                    sender,
                    recipient: to,
                    amount0: difference(amount0_in, amount0_out).ok_or_else(bad)?,
                    amount1: difference(amount1_in, amount1_out).ok_or_else(bad)?,
                    sqrt_price_x96: None,
                    tick: None,
                };
                self.add_swap(pool, swap);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// `a - b` as a signed integer; `None` when it does not fit.
fn difference(a: U256, b: U256) -> Option<I256> {
    I256::try_from(a).ok()?.checked_sub(I256::try_from(b).ok()?)
}
