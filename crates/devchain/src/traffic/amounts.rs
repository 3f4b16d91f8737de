//! Exact arithmetic for the sizes of traffic.

use alloy_primitives::aliases::{I24, U24, U160};
use alloy_primitives::{U256, U512};

use crate::traffic::catalogue::{self, Asset};

/// The highest tick of all pools, the lowest is its negative.
const MAX_TICK: i32 = 887_272;

/// `dollars` worth of an asset, in its smallest unit, at the catalogue's prices.
pub(crate) fn dollars(asset: Asset, dollars: u64) -> U256 {
    let unit = U256::from(10).pow(U256::from(catalogue::decimals(asset)));
    U256::from(dollars) * U256::from(1_000) * unit / U256::from(catalogue::worth(asset))
}

/// The square root, rounded down.
pub(crate) fn square_root(value: U512) -> U512 {
    if value.is_zero() {
        return value;
    }
    let mut root = U512::from(1) << value.bit_len().div_ceil(2);
    loop {
        let next = (root + value / root) >> 1;
        if next >= root {
            return root;
        }
        root = next;
    }
}

fn narrow(value: U512) -> U256 {
    U256::saturating_from(value)
}

/// The price of token 0 in token 1 as the square root times 2^96.
pub(crate) fn sqrt_price(amount0: U256, amount1: U256) -> U256 {
    if amount0.is_zero() {
        return U256::ZERO;
    }
    narrow(square_root((U512::from(amount1) << 192) / U512::from(amount0)))
}

/// The liquidity over all prices that two amounts make.
pub(crate) fn full_range_liquidity(amount0: U256, amount1: U256) -> U256 {
    narrow(square_root(U512::from(amount0) * U512::from(amount1)))
}

/// What a pool of this liquidity behaves like having: the amounts of both tokens.
pub(crate) fn virtual_reserves(liquidity: U256, sqrt_price: U256) -> [U256; 2] {
    if sqrt_price.is_zero() {
        return [U256::ZERO; 2];
    }
    let wide = U512::from(liquidity);
    [narrow((wide << 96) / U512::from(sqrt_price)), narrow((wide * U512::from(sqrt_price)) >> 96)]
}

/// `parts` ten-thousandths of a value, at least 1.
pub(crate) fn share(value: U256, parts: u64) -> U256 {
    narrow(U512::from(value) * U512::from(parts) / U512::from(10_000)).max(U256::from(1))
}

/// The value, or the most that 128 bits hold.
pub(crate) fn to_u128(value: U256) -> u128 {
    value.saturating_to()
}

/// The value, or the most that 160 bits hold.
pub(crate) fn to_u160(value: U256) -> U160 {
    U160::saturating_from(value)
}

/// A fee as contracts take it.
pub(crate) fn fee(pips: u32) -> U24 {
    U24::saturating_from(pips)
}

/// A tick as contracts take it.
pub(crate) fn tick(tick: i32) -> I24 {
    I24::try_from(tick).unwrap_or(I24::ZERO)
}

/// The widest range that a tick spacing allows.
pub(crate) const fn full_range(spacing: i32) -> (i32, i32) {
    let edge = MAX_TICK / spacing * spacing;
    (-edge, edge)
}

/// A range around (or, with a shift, beside) a tick, `below` and `above` spacings wide, inside the widest range.
pub(crate) fn range(current: i32, spacing: i32, below: i32, above: i32, shift: i32) -> (i32, i32) {
    let middle = current.div_euclid(spacing) + shift;
    let (low, high) = full_range(spacing);
    let lower = ((middle - below) * spacing).clamp(low, high - spacing);
    let upper = ((middle + above) * spacing).clamp(lower + spacing, high);
    (lower, upper)
}
