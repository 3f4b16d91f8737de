//! V2 pairs: reserves follow `Sync`, and every event leaves its row. What the events mean in figures is in [`super::v2`].

use alloy_primitives::{I256, U256};

use super::{
    FoldError, Key,
    apply::Step,
    v2::{Pair, Value},
};
use crate::{
    decimal::Decimal,
    entity::{Pool, PoolState},
    event::{EventKind, EventMeta},
    ids::PoolId,
    row::{LiquidityEvent, LiquidityKind, PairSwap, Swap},
};

impl Step<'_> {
    /// Folds an event of a pair; false when the pair is unknown.
    pub(super) fn pair(&mut self, meta: &EventMeta, kind: &EventKind) -> Result<bool, FoldError> {
        let id = PoolId::Contract(meta.address);
        let Some(pool) = self.find::<Pool>(&Key::Pool(id))? else { return Ok(false) };
        let PoolState::Reserves { .. } = pool.state else { return Ok(false) };
        let counted = self.counted_pair(meta.address, pool)?;
        match *kind {
            EventKind::V2Sync { reserve0, reserve1 } => {
                if let Some(pair) = counted {
                    self.v2_sync(&pair, [reserve0, reserve1])?;
                } else {
                    let state = PoolState::Reserves { reserve0, reserve1 };
                    self.change_pool(id, |pool| pool.state = state)?;
                }
            }
            EventKind::V2Transfer { from, to, value } => {
                if let Some(pair) = counted {
                    self.v2_transfer(meta, &pair, from, to, value)?;
                }
            }
            EventKind::V2Mint { .. } | EventKind::V2Burn { .. } => {
                self.pair_liquidity(meta, kind, counted.as_ref())?;
            }
            EventKind::V2Swap { .. } => self.pair_swap(meta, kind, counted.as_ref())?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn pair_liquidity(
        &mut self,
        meta: &EventMeta,
        kind: &EventKind,
        counted: Option<&Pair<'_>>,
    ) -> Result<(), FoldError> {
        let (kind, owner, sender, amounts) = match *kind {
            EventKind::V2Mint { sender, amount0, amount1 } => {
                (LiquidityKind::Mint, sender, sender, [amount0, amount1])
            }
            EventKind::V2Burn { sender, to, amount0, amount1 } => {
                (LiquidityKind::Burn, to, sender, [amount0, amount1])
            }
            _ => return Ok(()),
        };
        let amount_usd = match counted {
            Some(pair) => self.v2_liquidity(meta, pair, kind, sender, amounts)?,
            None => Decimal::ZERO,
        };
        let pool = PoolId::Contract(meta.address);
        self.change_pool(pool, |pool| pool.liquidity_event_count += 1)?;
        let meta = self.row_meta(meta, 0);
        self.keep_liquidity(LiquidityEvent {
            meta,
            pool,
            kind,
            owner,
            range: None,
            liquidity_delta: None,
            amount0: Some(amounts[0]),
            amount1: Some(amounts[1]),
            amount_usd,
        })
    }

    fn pair_swap(
        &mut self,
        meta: &EventMeta,
        kind: &EventKind,
        counted: Option<&Pair<'_>>,
    ) -> Result<(), FoldError> {
        let EventKind::V2Swap { sender, to, amount0_in, amount1_in, amount0_out, amount1_out } =
            *kind
        else {
            return Ok(());
        };
        let pool = PoolId::Contract(meta.address);
        let bad = || self.out_of_range("swap amount", Key::Pool(pool), meta);
        let amount0 = difference(amount0_in, amount0_out).ok_or_else(bad)?;
        let amount1 = difference(amount1_in, amount1_out).ok_or_else(bad)?;
        let Value { index, usd, tracked_usd } = match counted {
            Some(pair) => {
                let (ins, outs) = ([amount0_in, amount1_in], [amount0_out, amount1_out]);
                self.v2_swap(meta, pair, ins, outs)?
            }
            None => Value::default(),
        };
        self.change_pool(pool, |pool| pool.swap_count += 1)?;
        let meta = self.row_meta(meta, 0);
        let swap = Swap {
            meta,
            pool,
            sender,
            recipient: to,
            amount0,
            amount1,
            sqrt_price_x96: None,
            tick: None,
            amount_usd: usd,
            pair: Some(PairSwap { index, amount0_out, amount1_out }),
        };
        self.keep_swap(swap, tracked_usd)
    }
}

/// `a - b` as a signed integer; `None` when it does not fit.
fn difference(a: U256, b: U256) -> Option<I256> {
    I256::try_from(a).ok()?.checked_sub(I256::try_from(b).ok()?)
}
