//! What the pools' arithmetic of `domain` has no need of.

use alloy_primitives::{U256, U512};

/// `a * b / c` with nothing lost in between; `c` is not 0 and the result fits.
#[must_use]
pub fn mul_div(a: U256, b: U256, c: U256, up: bool) -> U256 {
    let (quotient, rest): (U512, U512) = (U512::from(a) * U512::from(b)).div_rem(U512::from(c));
    U256::from(quotient) + U256::from(u8::from(up && !rest.is_zero()))
}

/// The price, a square root as Q64.96, at which `num` units of token1 are worth `den` of token0.
#[must_use]
pub fn sqrt_of_ratio(num: U256, den: U256) -> U256 {
    let ratio: U512 = (U512::from(num) << 192) / U512::from(den);
    U256::from(ratio.root(2))
}
