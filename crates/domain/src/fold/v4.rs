//! V4 pools: priced from the start, with amounts of liquidity that no event names.

use alloy_primitives::{I256, Sign};

use super::{FoldError, apply::Step, world::World};
use crate::{
    amm::liquidity::amounts,
    config::Dex,
    decimal::Decimal,
    entity::{Pool, PoolState},
    pricing::token_prices,
};

#[cfg(test)]
mod tests;

impl Step<'_> {
    /// Sets the prices of a new pool. The pool is saved by the caller.
    pub(super) fn v4_priced(&self, dex: &Dex, pool: &mut Pool) -> Result<(), FoldError> {
        if let PoolState::Concentrated { sqrt_price_x96, .. } = pool.state
            && pool.figures.counted
        {
            let [decimals0, decimals1] =
                [self.decimals(dex, pool.token0)?, self.decimals(dex, pool.token1)?]
                    .map(Option::unwrap_or_default);
            let prices = token_prices(sqrt_price_x96, decimals0, decimals1);
            (pool.figures.token0_price, pool.figures.token1_price) = prices;
        }
        Ok(())
    }
}

/// What a change of liquidity costs (above zero, rounded up) or gives (below zero, rounded towards zero) at the pool's
/// price, in whole tokens. `None` when ticks or price are such as no pool has.
pub(super) fn amounts_of_range(
    world: &World<'_>,
    range: (i32, i32),
    delta: i128,
) -> Option<[Decimal; 2]> {
    let (sqrt_price, tick) = (world.seen.sqrt_price, world.seen.tick?);
    let (amount0, amount1) =
        amounts(sqrt_price, tick, range, delta.unsigned_abs(), delta > 0).ok()?;
    let sign = if delta < 0 { Sign::Negative } else { Sign::Positive };
    // the sign comes first: it decides how a decimal is cut
    let in_tokens = |i: usize, amount| {
        let amount = I256::checked_from_sign_and_abs(sign, amount)?;
        Some(Decimal::from_signed_units(amount, world.sides[i].decimals))
    };
    Some([in_tokens(0, amount0)?, in_tokens(1, amount1)?])
}
