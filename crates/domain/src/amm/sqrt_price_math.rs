//! Amounts between two prices, and the price after an amount (`SqrtPriceMath`). Whatever is rounded is rounded in favour
//! of the pool.

use alloy_primitives::U256;

use super::{
    AmmError,
    full_math::{mul_div, mul_div_up, mul_shift_96},
};

#[cfg(test)]
mod tests;

/// Token0 between two prices at this liquidity (`SqrtPriceMath.getAmount0Delta`); the prices may come in any order.
///
/// # Errors
/// [`AmmError::SqrtPrice`] for a price of zero; [`AmmError::Overflow`].
pub fn amount0_delta(a: U256, b: U256, liquidity: u128, round_up: bool) -> Result<U256, AmmError> {
    let (low, high) = if a > b { (b, a) } else { (a, b) };
    if low.is_zero() {
        return Err(AmmError::SqrtPrice(low));
    }
    let numerator: U256 = U256::from(liquidity) << 96;
    if round_up {
        Ok(mul_div_up(numerator, high - low, high)?.div_ceil(low))
    } else {
        Ok(mul_div(numerator, high - low, high)? / low)
    }
}

/// Token1 between two prices at this liquidity (`SqrtPriceMath.getAmount1Delta`); the prices may come in any order.
///
/// # Errors
/// [`AmmError::Overflow`].
pub fn amount1_delta(a: U256, b: U256, liquidity: u128, round_up: bool) -> Result<U256, AmmError> {
    mul_shift_96(U256::from(liquidity), a.abs_diff(b), round_up)
}

/// The price after `amount` of the input token has come in (`SqrtPriceMath.getNextSqrtPriceFromInput`).
///
/// # Errors
/// [`AmmError::InsufficientLiquidity`] when there is none; [`AmmError::Overflow`].
pub fn next_price_from_input(
    price: U256,
    liquidity: u128,
    amount: U256,
    zero_for_one: bool,
) -> Result<U256, AmmError> {
    check(price, liquidity)?;
    if zero_for_one {
        add_token0(price, liquidity, amount)
    } else {
        // adding token1 moves the price by amount / liquidity, rounded down
        let moved = mul_div(amount, U256::ONE << 96, U256::from(liquidity))?;
        price.checked_add(moved).filter(fits_160).ok_or(AmmError::Overflow("the price"))
    }
}

/// The price after `amount` of the output token has gone out (`SqrtPriceMath.getNextSqrtPriceFromOutput`).
///
/// # Errors
/// [`AmmError::InsufficientLiquidity`] when that much is not there.
pub fn next_price_from_output(
    price: U256,
    liquidity: u128,
    amount: U256,
    zero_for_one: bool,
) -> Result<U256, AmmError> {
    check(price, liquidity)?;
    if zero_for_one {
        let moved = mul_div_up(amount, U256::ONE << 96, U256::from(liquidity))?;
        price
            .checked_sub(moved)
            .filter(|next| !next.is_zero())
            .ok_or(AmmError::InsufficientLiquidity)
    } else {
        remove_token0(price, liquidity, amount)
    }
}

/// `getNextSqrtPriceFromAmount0RoundingUp` with `add`: L * P / (L + amount * P).
fn add_token0(price: U256, liquidity: u128, amount: U256) -> Result<U256, AmmError> {
    if amount.is_zero() {
        return Ok(price);
    }
    let numerator: U256 = U256::from(liquidity) << 96;
    if let Some(denominator) =
        amount.checked_mul(price).and_then(|product| numerator.checked_add(product))
    {
        return mul_div_up(numerator, price, denominator);
    }
    // the contracts' other form, less precise, for amounts beyond 256 bits
    let denominator =
        (numerator / price).checked_add(amount).ok_or(AmmError::Overflow("the amount"))?;
    Ok(numerator.div_ceil(denominator))
}

/// The same without `add`: L * P / (L - amount * P).
fn remove_token0(price: U256, liquidity: u128, amount: U256) -> Result<U256, AmmError> {
    if amount.is_zero() {
        return Ok(price);
    }
    let numerator: U256 = U256::from(liquidity) << 96;
    let denominator = amount
        .checked_mul(price)
        .and_then(|product| numerator.checked_sub(product))
        .filter(|denominator| !denominator.is_zero())
        .ok_or(AmmError::InsufficientLiquidity)?;
    let next = mul_div_up(numerator, price, denominator)?;
    if fits_160(&next) { Ok(next) } else { Err(AmmError::Overflow("the price")) }
}

fn check(price: U256, liquidity: u128) -> Result<(), AmmError> {
    if price.is_zero() {
        Err(AmmError::SqrtPrice(price))
    } else if liquidity == 0 {
        Err(AmmError::InsufficientLiquidity)
    } else {
        Ok(())
    }
}

fn fits_160(price: &U256) -> bool {
    price.bit_len() <= 160
}
