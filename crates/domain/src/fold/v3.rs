//! V3 pools: how they come to be, and what the reference leaves out.

use alloy_primitives::{Address, U256, address};

use super::{FoldError, Key, apply::Step};
use crate::{
    config::Dex,
    entity::{Pool, PoolState},
    figures::{Factory, TokenFigures},
    ids::PoolId,
};

#[cfg(test)]
mod tests;

/// Its swaps are never counted: the reference's cure for a pool with a bad price.
const BAD_PRICE: Address = address!("9663f2ca0454accad3e094448ea6f77443880454");
/// Its swaps of one block are not counted, which inflated the price of the native token.
const INFLATED: (Address, u64) = (address!("30110228b59b21fafe8675ed930983e2f272b74c"), 37_700_047);

/// Whether the reference ignores this pool's swaps in this block; it does so on every network.
#[must_use]
pub fn is_ignored_swap(pool: PoolId, block: u64) -> bool {
    let PoolId::Contract(pool) = pool else { return false };
    pool == BAD_PRICE || (pool, block) == INFLATED
}

impl Step<'_> {
    /// Counts a new V3 or V4 pool, unless it is to be skipped or a token has no decimals. The pool is saved by the caller.
    pub(super) fn count_created(&mut self, dex: &Dex, pool: &mut Pool) -> Result<(), FoldError> {
        if dex.pricing.skip_pools.contains(&pool.id) {
            return Ok(());
        }
        let tokens = [pool.token0, pool.token1];
        for token in tokens {
            if self.decimals(dex, token)?.is_none() {
                return Ok(());
            }
        }
        pool.figures.counted = true;
        self.change::<Factory>(&Key::Factory(dex.factory), |factory| factory.pool_count += 1)?;
        for (token, other) in [(tokens[0], tokens[1]), (tokens[1], tokens[0])] {
            let gives_price = dex.pricing.is_whitelisted(other);
            self.change::<TokenFigures>(&Key::TokenFigures(dex.factory, token), |figures| {
                if gives_price {
                    figures.whitelist_pools.push(pool.id);
                }
            })?;
        }
        Ok(())
    }

    /// Folds a V3 pool's first price. Token prices stay at zero until the first swap.
    pub(super) fn v3_initialised(
        &mut self,
        id: PoolId,
        sqrt_price_x96: U256,
        tick: i32,
    ) -> Result<(), FoldError> {
        self.change_pool(id, |pool| {
            if let PoolState::Concentrated { liquidity, .. } = pool.state {
                pool.state = PoolState::Concentrated { sqrt_price_x96, tick, liquidity };
            }
        })?;
        self.reprice(id)
    }

    /// Works out prices after a pool's first price, and begins its rows.
    pub(super) fn reprice(&mut self, id: PoolId) -> Result<(), FoldError> {
        let Some(world) = self.world(id)? else { return Ok(()) };
        let market = self.market(&world)?;
        self.change::<Factory>(&Key::Factory(world.dex.factory), |factory| {
            factory.eth_price_usd = market.eth;
        })?;
        self.pool_rows(&world, &world.seen, None)?;
        for (side, derived) in world.sides.iter().zip(market.derived) {
            let key = Key::TokenFigures(world.dex.factory, side.token);
            self.change::<TokenFigures>(&key, |figures| figures.derived_eth = derived)?;
        }
        self.first_candles(&world, &market)
    }
}
