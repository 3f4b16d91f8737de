//! Prices of concentrated liquidity as decimals, by the reference's rules.
//!
//! They are analytics: what a trade executes at is computed in integers elsewhere.

use alloy_primitives::{U256, Uint};

use crate::decimal::Decimal;

#[cfg(test)]
mod tests;

/// 2^192 with 34 digits, and its exponent.
const TWO_TO_THE_192: (i128, i32) = (6_277_101_735_386_680_763_835_789_423_207_666, 24);

/// The base of ticks, 1.0001, and its exponent.
const TICK_BASE: (i128, i32) = (10_001, -4);

/// `(token0Price, token1Price)` of a pool's `sqrtPriceX96`: how much of token0 is one of token1, and the reverse, in
/// whole tokens.
///
/// token1Price = ((sqrt^2 / 2^192) x 10^decimals0) / 10^decimals1, where sqrt^2 is an exact integer and then cut like
/// any decimal; token0Price is 1 / token1Price, or 0 if that is 0.
#[must_use]
pub fn token_prices(sqrt_price_x96: U256, decimals0: u8, decimals1: u8) -> (Decimal, Decimal) {
    let square = match sqrt_price_x96.checked_mul(sqrt_price_x96) {
        Some(square) => Decimal::from_u256(square),
        None => {
            let square: Uint<512, 8> = sqrt_price_x96.widening_mul(sqrt_price_x96);
            Decimal::from_u512(square)
        }
    };
    let (mantissa, exponent) = TWO_TO_THE_192;
    let price1 = square
        .safe_div(Decimal::from_parts(mantissa, exponent))
        .scaled(i32::from(decimals0))
        .scaled(-i32::from(decimals1));
    (Decimal::ONE.safe_div(price1), price1)
}

/// `(price0, price1)` of a tick: 1.0001^index by repeated squaring, from the highest bit down, and its reciprocal.
///
/// 1.0001^-n is computed as 1 / 1.0001^n.
#[must_use]
pub fn tick_prices(index: i32) -> (Decimal, Decimal) {
    let (mantissa, exponent) = TICK_BASE;
    let base = Decimal::from_parts(mantissa, exponent);
    let steps = index.unsigned_abs();
    let power = (0..u32::BITS - steps.leading_zeros()).rev().fold(Decimal::ONE, |power, bit| {
        let square = power * power;
        if steps >> bit & 1 == 1 { square * base } else { square }
    });
    let price0 = if index < 0 { Decimal::ONE.safe_div(power) } else { power };
    (price0, Decimal::ONE.safe_div(price0))
}
