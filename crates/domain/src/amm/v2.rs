//! Constant product with a fee (`UniswapV2Library`, and the forks whose fee is another).

use alloy_primitives::{U256, U512};

use super::{AmmError, PIPS};

#[cfg(test)]
mod tests;

/// What comes out for `amount_in` (`UniswapV2Library.getAmountOut`), refused where the library's products leave 256 bits.
///
/// # Errors
/// [`AmmError::ZeroAmount`], [`AmmError::InsufficientLiquidity`] for an empty pool, [`AmmError::Fee`].
pub fn amount_out(
    amount_in: U256,
    reserve_in: U256,
    reserve_out: U256,
    fee_pips: u32,
) -> Result<U256, AmmError> {
    let (kept, whole) = parts(fee_pips)?;
    if amount_in.is_zero() {
        return Err(AmmError::ZeroAmount);
    }
    if reserve_in.is_zero() || reserve_out.is_zero() {
        return Err(AmmError::InsufficientLiquidity);
    }
    let with_fee = amount_in.checked_mul(kept).ok_or(AmmError::Overflow("the input"))?;
    let numerator = with_fee.checked_mul(reserve_out).ok_or(AmmError::Overflow("the input"))?;
    let base = reserve_in.checked_mul(whole).ok_or(AmmError::Overflow("a reserve"))?;
    let denominator = base.checked_add(with_fee).ok_or(AmmError::Overflow("the input"))?;
    Ok(numerator / denominator)
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
    let (kept, whole) = parts(fee_pips)?;
    if amount_out.is_zero() {
        return Err(AmmError::ZeroAmount);
    }
    if reserve_in.is_zero() || amount_out >= reserve_out {
        return Err(AmmError::InsufficientLiquidity);
    }
    let overflow = AmmError::Overflow("the output");
    let asked = reserve_in.checked_mul(amount_out).and_then(|product| product.checked_mul(whole));
    let left =
        (reserve_out - amount_out).checked_mul(kept).ok_or(AmmError::Overflow("a reserve"))?;
    // the library adds one whether or not something remained
    (asked.ok_or(overflow)? / left).checked_add(U256::ONE).ok_or(overflow)
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
    parts(fee_pips)?;
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

/// What the fee leaves, and the whole it is a part of, as the contracts reckon: thousandths (Uniswap), ten-thousandths
/// (forks with a finer fee), else pips.
const fn parts(fee_pips: u32) -> Result<(U256, U256), AmmError> {
    if fee_pips >= PIPS {
        return Err(AmmError::Fee(fee_pips));
    }
    let unit = match fee_pips {
        fee if fee % 1_000 == 0 => 1_000,
        fee if fee % 100 == 0 => 100,
        _ => 1,
    };
    let (kept, whole) = ((PIPS - fee_pips) / unit, PIPS / unit);
    Ok((U256::from_limbs([kept as u64, 0, 0, 0]), U256::from_limbs([whole as u64, 0, 0, 0])))
}
