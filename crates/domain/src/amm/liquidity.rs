//! What a range of liquidity is worth in tokens (`UniswapV3Pool._modifyPosition`, v4 `Pool.modifyLiquidity`).

use alloy_primitives::U256;

use super::{
    AmmError,
    sqrt_price_math::{amount0_delta, amount1_delta},
    tick_math::sqrt_ratio_at_tick,
};

#[cfg(test)]
mod tests;

/// Token0 and token1 of `liquidity` between two ticks while the pool stands at `tick` and `sqrt_price_x96`. Rounded up
/// it is what adding costs, rounded down what removing gives; fees are no part of it.
///
/// # Errors
/// [`AmmError::Tick`] beyond the contracts' range, [`AmmError::TickMap`] when the range is empty.
pub fn amounts(
    sqrt_price_x96: U256,
    tick: i32,
    (lower, upper): (i32, i32),
    liquidity: u128,
    round_up: bool,
) -> Result<(U256, U256), AmmError> {
    if lower >= upper {
        return Err(AmmError::TickMap { tick: lower, spacing: 1 });
    }
    let (low, high) = (sqrt_ratio_at_tick(lower)?, sqrt_ratio_at_tick(upper)?);
    // the tick decides, not the price: at a crossed boundary the two say different things
    Ok(if tick < lower {
        (amount0_delta(low, high, liquidity, round_up)?, U256::ZERO)
    } else if tick < upper {
        (
            amount0_delta(sqrt_price_x96, high, liquidity, round_up)?,
            amount1_delta(low, sqrt_price_x96, liquidity, round_up)?,
        )
    } else {
        (U256::ZERO, amount1_delta(low, high, liquidity, round_up)?)
    })
}
