//! Shares per account, and what they were worth when they changed.

use alloy_primitives::{Address, U256};

use super::{
    super::{FoldError, Key, apply::Step},
    Pair,
};
use crate::{
    event::EventMeta,
    figures::LiquidityPosition,
    row::{LiquidityPositionSnapshot, RowMeta},
};

impl Step<'_> {
    /// Changes an account's shares. Whoever gets in touch with shares for the first time counts as a provider for ever.
    pub(super) fn v2_move(
        &mut self,
        pair: &Pair<'_>,
        account: Address,
        meta: &EventMeta,
        change: impl FnOnce(U256) -> Option<U256>,
    ) -> Result<(), FoldError> {
        let key = Key::LiquidityPosition(pair.id(), account);
        let before = self.v2_position(pair, account)?;
        let balance = change(before)
            .ok_or_else(|| self.out_of_range("liquidity token balance", key, meta))?;
        let block = self.block.number;
        self.change::<LiquidityPosition>(&key, |position| {
            position.balance = balance;
            position.updated_block = block;
        })?;
        if before.is_zero() != balance.is_zero() {
            self.v2_change(pair, |figures| {
                if before.is_zero() {
                    figures.holder_count += 1;
                } else {
                    figures.holder_count = figures.holder_count.saturating_sub(1);
                }
            })?;
        }
        Ok(())
    }

    /// Keeps a row of an account's shares.
    pub(super) fn v2_snapshot(
        &mut self,
        pair: &Pair<'_>,
        user: Address,
        meta: RowMeta,
    ) -> Result<(), FoldError> {
        let balance = self.v2_position(pair, user)?;
        let eth = self.v2_stored_eth(pair)?;
        let [price0, price1] = self.v2_stored_derived(pair)?.map(|derived| derived * eth);
        self.rows.liquidity_snapshots.push(LiquidityPositionSnapshot {
            meta,
            pool: pair.id(),
            user,
            token0_price_usd: price0,
            token1_price_usd: price1,
            reserve0: pair.reserves[0],
            reserve1: pair.reserves[1],
            reserve_usd: pair.reserve_usd,
            total_supply: pair.total_supply,
            balance,
        });
        Ok(())
    }

    /// An account's shares; the position is made if it is new.
    fn v2_position(&mut self, pair: &Pair<'_>, account: Address) -> Result<U256, FoldError> {
        let key = Key::LiquidityPosition(pair.id(), account);
        if let Some(position) = self.find::<LiquidityPosition>(&key)? {
            return Ok(position.balance);
        }
        let block = self.block;
        self.change::<LiquidityPosition>(&key, |position| {
            position.created_block = block.number;
            position.created_timestamp = block.timestamp;
            position.updated_block = block.number;
        })?;
        self.v2_change(pair, |figures| figures.liquidity_provider_count += 1)?;
        Ok(U256::ZERO)
    }
}
