//! V3 positions, by the rules of the reference's older version, and what it gets wrong beside.

use alloy_primitives::U256;

use super::{
    super::{FoldError, Key, apply::Step},
    Place, birth,
};
use crate::{
    config::Dex,
    decimal::Decimal,
    entity::Pool,
    event::{EventKind, EventMeta},
    figures::NftPosition,
    ids::PoolId,
    row::{PositionSnapshot, RowMeta},
};

/// The block whose changes of liquidity the reference leaves out, on every network.
pub(super) const LEFT_OUT: u64 = 14_317_993;

impl Step<'_> {
    /// Folds an event of V3's position manager.
    pub(super) fn v3_position(
        &mut self,
        dex: &Dex,
        meta: &EventMeta,
        kind: &EventKind,
    ) -> Result<bool, FoldError> {
        let row = self.row_meta(meta, 0);
        let (EventKind::Erc721Transfer { token_id, .. }
        | EventKind::PositionIncreased { token_id, .. }
        | EventKind::PositionDecreased { token_id, .. }
        | EventKind::PositionCollected { token_id, .. }) = *kind
        else {
            return Ok(false);
        };
        let at = Place { manager: meta.address, token_id };
        let (mut position, new) = self.position_found(at, &row)?;
        if new {
            self.v3_born(dex, meta, at, &mut position)?;
        }
        let decimals = self.decimals_of(dex, &position)?.filter(|_| position.counted);
        let changed = apply(&mut position, kind)
            .ok_or_else(|| self.out_of_range("liquidity of a position", at.key(), meta))?;
        let told = match decimals {
            Some(decimals) => as_told(&mut position, kind, decimals, self.block.number)
                .ok_or_else(|| self.out_of_range("liquidity of a position", at.key(), meta))?,
            // of a pool that it skips the reference follows owners only
            None => position.counted && matches!(kind, EventKind::Erc721Transfer { .. }),
        };
        let looks = match kind {
            EventKind::Erc721Transfer { .. } => false,
            // without liquidity there is nothing to look at
            EventKind::PositionCollected { .. } => position.chain_liquidity > 0,
            _ => true,
        };
        let snapshot = if told { self.v3_snapshot(at, row, &position) } else { None };
        if position.pool.is_some() && (looks || snapshot.is_some()) {
            self.insides.take(at.key(), meta.log_index, looks, snapshot);
        }
        if changed || told {
            self.position_saved(at, position);
        }
        Ok(true)
    }

    /// Gives a new position its pool, if this very transaction made it in a pool of the DEX.
    fn v3_born(
        &self,
        dex: &Dex,
        meta: &EventMeta,
        at: Place,
        position: &mut NftPosition,
    ) -> Result<(), FoldError> {
        let of = |pool| self.find::<Pool>(&Key::Pool(PoolId::Contract(pool)));
        let known = |pool| matches!(of(pool), Ok(Some(pool)) if pool.factory == dex.factory);
        let Some(range) = birth::range(self.source, meta, at, known) else { return Ok(()) };
        let pool = PoolId::Contract(range.pool);
        let Some(found) = self.find::<Pool>(&Key::Pool(pool))? else { return Ok(()) };
        position.pool = Some(pool);
        (position.token0, position.token1) = (Some(found.token0), Some(found.token1));
        (position.tick_lower, position.tick_upper) = (Some(range.lower), Some(range.upper));
        // it asks the contract, at the end of the block
        position.counted = !birth::burnt_in(self.source, at);
        Ok(())
    }

    /// Keeps a row; says which.
    fn v3_snapshot(&mut self, at: Place, meta: RowMeta, position: &NftPosition) -> Option<usize> {
        let pool = position.pool?;
        self.rows.position_snapshots.push(PositionSnapshot {
            meta,
            pool,
            manager: at.manager,
            token_id: at.token_id,
            owner: position.owner,
            liquidity: position.liquidity,
            deposited_token0: position.deposited_token0,
            deposited_token1: position.deposited_token1,
            withdrawn_token0: position.withdrawn_token0,
            withdrawn_token1: position.withdrawn_token1,
            collected_fees_token0: position.collected_fees_token0,
            collected_fees_token1: position.collected_fees_token1,
            fee_growth_inside: position.fee_growth_inside(),
        });
        Some(self.rows.position_snapshots.len() - 1)
    }
}

/// What the chain did. Of a position that was made unseen only the owner is known: false when nothing was learnt. `None`
/// when a number leaves its range.
fn apply(position: &mut NftPosition, kind: &EventKind) -> Option<bool> {
    if let EventKind::Erc721Transfer { to, .. } = kind {
        position.owner = *to;
        return Some(true);
    }
    if position.pool.is_none() {
        return Some(false);
    }
    match *kind {
        EventKind::PositionIncreased { liquidity, .. } => {
            position.chain_liquidity = position.chain_liquidity.checked_add(liquidity)?;
        }
        EventKind::PositionDecreased { liquidity, amount0, amount1, .. } => {
            position.chain_liquidity = position.chain_liquidity.checked_sub(liquidity)?;
            position.freed0 = position.freed0.checked_add(amount0)?;
            position.freed1 = position.freed1.checked_add(amount1)?;
        }
        EventKind::PositionCollected { amount0, amount1, .. } => {
            position.collected0 = position.collected0.checked_add(amount0)?;
            position.collected1 = position.collected1.checked_add(amount1)?;
            let fees = |freed: &mut U256, amount: U256| {
                let principal = amount.min(*freed);
                *freed -= principal;
                amount - principal
            };
            position.fees_collected0 += fees(&mut position.freed0, amount0);
            position.fees_collected1 += fees(&mut position.freed1, amount1);
        }
        _ => return Some(false),
    }
    Some(true)
}

/// What the reference makes of it; false when it leaves the event out. `None` when a number leaves its range.
fn as_told(
    position: &mut NftPosition,
    kind: &EventKind,
    decimals: [u8; 2],
    block: u64,
) -> Option<bool> {
    let amount = |raw: U256, side: usize| Decimal::from_units(raw, decimals[side]);
    match *kind {
        EventKind::PositionIncreased { liquidity, amount0, amount1, .. } if block != LEFT_OUT => {
            position.liquidity = position.liquidity.checked_add_unsigned(liquidity)?;
            position.deposited_token0 += amount(amount0, 0);
            position.deposited_token1 += amount(amount1, 1);
        }
        EventKind::PositionDecreased { liquidity, amount0, amount1, .. } if block != LEFT_OUT => {
            position.liquidity = position.liquidity.checked_sub_unsigned(liquidity)?;
            position.withdrawn_token0 += amount(amount0, 0);
            position.withdrawn_token1 += amount(amount1, 1);
        }
        EventKind::PositionCollected { amount0, .. } => {
            position.collected_fees_token0 += amount(amount0, 0);
            position.collected_fees_token1 += amount(amount0, 0);
        }
        EventKind::Erc721Transfer { .. } => {}
        _ => return Some(false),
    }
    Some(true)
}
