//! What pools hold by the word of the contracts, beside what events add up to.

use alloy_primitives::{Address, U256};

use crate::{
    amm::{AmmError, liquidity::amounts},
    block::BlockRef,
    decimal::Decimal,
    entity::Tick,
    ids::PoolId,
};

#[cfg(test)]
mod tests;

/// A pool's locked amounts after one block: what the tokens say its contract holds (V2, V3), or what its liquidity is
/// worth at its price (V4, whose pools have no balances of their own). Never negative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciled {
    /// The pool.
    pub pool: PoolId,
    /// The block.
    pub block: BlockRef,
    /// Amounts of token0 and token1 in smallest units.
    pub amounts: [U256; 2],
    /// The same in whole tokens.
    pub locked: [Decimal; 2],
    /// Their worth in USD by the derived prices of that block.
    pub usd: Decimal,
    /// What the sum of events said at that block, less `locked`, in whole tokens.
    pub drift: [Decimal; 2],
}

/// What the one contract of all V4 pools holds of a currency after one block. Amounts are in whole tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReconciledCurrency {
    /// The manager.
    pub manager: Address,
    /// The currency; zero for the native one.
    pub currency: Address,
    /// The block.
    pub block: BlockRef,
    /// Its balance: all pools' liquidity, unclaimed fees, and whatever else it was sent.
    pub held: Decimal,
    /// The part that is liquidity of the pools that were reconciled.
    pub in_pools: Decimal,
    /// What the sum of events says of all pools.
    pub summed: Decimal,
}

/// What the liquidity of a pool is worth at a price, in smallest units, rounded down per range as the contract does when
/// it is taken out; fees are no part of it. Ticks ascend.
///
/// # Errors
/// [`AmmError`] for ticks and prices that no pool knows, and for liquidity below zero.
pub fn principal(sqrt_price_x96: U256, tick: i32, ticks: &[Tick]) -> Result<[U256; 2], AmmError> {
    let mut liquidity = 0_i128;
    let mut sums = [U256::ZERO; 2];
    for pair in ticks.windows(2) {
        let [lower, upper] = pair else { continue };
        liquidity =
            liquidity.checked_add(lower.liquidity_net).ok_or(AmmError::Liquidity(lower.index))?;
        let in_range = u128::try_from(liquidity).map_err(|_| AmmError::Liquidity(lower.index))?;
        if in_range == 0 {
            continue;
        }
        let range = (lower.index, upper.index);
        let (amount0, amount1) = amounts(sqrt_price_x96, tick, range, in_range, false)?;
        for (sum, amount) in sums.iter_mut().zip([amount0, amount1]) {
            *sum = sum.checked_add(amount).ok_or(AmmError::Overflow("the sum of amounts"))?;
        }
    }
    Ok(sums)
}
