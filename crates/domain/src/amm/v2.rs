//! Constant product with a fee (`UniswapV2Library`, and the forks whose fee is another).

use alloy_primitives::{U256, U512};

use super::{AmmError, PIPS};

#[cfg(test)]
mod tests;

/// What comes out for `amount_in` (`UniswapV2Library.getAmountOut`). The contracts reckon in thousandths or
/// ten-thousandths; pips give the same number, since numerator and denominator grow alike.
///
/// # Errors
/// [`AmmError::ZeroAmount`], [`AmmError::InsufficientLiquidity`] for an empty pool, [`AmmError::Fee`].
pub fn amount_out(
    amount_in: U256,
    reserve_in: U256,
    reserve_out: U256,
    fee_pips: u32,
) -> Result<U256, AmmError> {
    let kept = kept(fee_pips)?;
    if amount_in.is_zero() {
        return Err(AmmError::ZeroAmount);
    }
    if reserve_in.is_zero() || reserve_out.is_zero() {
        return Err(AmmError::InsufficientLiquidity);
    }
    let with_fee = amount_in.checked_mul(kept).ok_or(AmmError::Overflow("the input"))?;
    let base = reserve_in.checked_mul(U256::from(PIPS)).ok_or(AmmError::Overflow("a reserve"))?;
    let denominator = base.checked_add(with_fee).ok_or(AmmError::Overflow("the input"))?;
    super::full_math::mul_div(with_fee, reserve_out, denominator)
}

/// What has to go in for `amount_out` (`UniswapV2Library.getAmountIn`).
///
/// # Errors
/// [`AmmError::ZeroAmount`], [`AmmError::InsufficientLiquidity`] when the pool does not hold more than that,
/// [`AmmError::Fee`].
pub fn amount_in(
    amount_out: U256,
    reserve_in: U256,
    reserve_out: U256,
    fee_pips: u32,
) -> Result<U256, AmmError> {
    let kept = kept(fee_pips)?;
    if amount_out.is_zero() {
        return Err(AmmError::ZeroAmount);
    }
    if reserve_in.is_zero() || amount_out >= reserve_out {
        return Err(AmmError::InsufficientLiquidity);
    }
    let asked = amount_out.checked_mul(U256::from(PIPS)).ok_or(AmmError::Overflow("the output"))?;
    let left =
        (reserve_out - amount_out).checked_mul(kept).ok_or(AmmError::Overflow("a reserve"))?;
    let floor = super::full_math::mul_div(reserve_in, asked, left)?;
    // the library adds one whether or not something remained
    floor.checked_add(U256::ONE).ok_or(AmmError::Overflow("the input"))
}

/// Whether a pair accepts a swap (`UniswapV2Pair.swap`): the product of its balances, less the fee on what came in,
/// is not below the product of its reserves.
///
/// # Errors
/// [`AmmError::Fee`], [`AmmError::Overflow`].
pub fn keeps_product(
    reserves: (U256, U256),
    balances: (U256, U256),
    inputs: (U256, U256),
    fee_pips: u32,
) -> Result<bool, AmmError> {
    kept(fee_pips)?;
    let whole = U256::from(PIPS);
    let adjusted = |balance: U256, input: U256| {
        let fee = input.checked_mul(U256::from(fee_pips))?;
        balance.checked_mul(whole)?.checked_sub(fee)
    };
    let overflow = AmmError::Overflow("a balance");
    let balance0 = adjusted(balances.0, inputs.0).ok_or(overflow)?;
    let balance1 = adjusted(balances.1, inputs.1).ok_or(overflow)?;
    let scaled =
        reserves.0.checked_mul(whole).zip(reserves.1.checked_mul(whole)).ok_or(overflow)?;
    let product = |a: U256, b: U256| -> U512 { a.widening_mul(b) };
    Ok(product(balance0, balance1) >= product(scaled.0, scaled.1))
}

const fn kept(fee_pips: u32) -> Result<U256, AmmError> {
    if fee_pips < PIPS {
        Ok(U256::from_limbs([(PIPS - fee_pips) as u64, 0, 0, 0]))
    } else {
        Err(AmmError::Fee(fee_pips))
    }
}
