//! Products of 512 bits divided again, rounded down or up (`FullMath`, `UnsafeMath`).

use alloy_primitives::{U256, U512};

use super::AmmError;

#[cfg(test)]
mod tests;

const QUOTIENT: AmmError = AmmError::Overflow("a quotient");

/// `a * b / denominator`, rounded down (`FullMath.mulDiv`).
///
/// # Errors
/// [`AmmError::Overflow`] when the result needs more than 256 bits or the denominator is zero.
pub fn mul_div(a: U256, b: U256, denominator: U256) -> Result<U256, AmmError> {
    mul_div_rem(a, b, denominator).map(|(quotient, _)| quotient)
}

/// `a * b / denominator`, rounded up (`FullMath.mulDivRoundingUp`).
///
/// # Errors
/// As [`mul_div`].
pub fn mul_div_up(a: U256, b: U256, denominator: U256) -> Result<U256, AmmError> {
    let (quotient, exact) = mul_div_rem(a, b, denominator)?;
    if exact { Ok(quotient) } else { quotient.checked_add(U256::ONE).ok_or(QUOTIENT) }
}

/// The quotient rounded down, and whether nothing remained.
fn mul_div_rem(a: U256, b: U256, denominator: U256) -> Result<(U256, bool), AmmError> {
    if denominator.is_zero() {
        return Err(QUOTIENT);
    }
    // most products of a pool fit, and short division costs a third
    if a.bit_len() + b.bit_len() <= 256 {
        let (quotient, rest) = a.wrapping_mul(b).div_rem(denominator);
        return Ok((quotient, rest.is_zero()));
    }
    let product: U512 = a.widening_mul(b);
    let (quotient, rest) = product.div_rem(U512::from(denominator));
    Ok((narrow(quotient)?, rest.is_zero()))
}

/// `a * b / 2^96`, rounded down or up.
///
/// # Errors
/// [`AmmError::Overflow`] when the result needs more than 256 bits.
pub fn mul_shift_96(a: U256, b: U256, round_up: bool) -> Result<U256, AmmError> {
    let product: U512 = a.widening_mul(b);
    let limbs = product.as_limbs();
    let exact = limbs[0] == 0 && limbs[1] << 32 == 0;
    let quotient = narrow(product >> 96)?;
    if exact || !round_up { Ok(quotient) } else { quotient.checked_add(U256::ONE).ok_or(QUOTIENT) }
}

fn narrow(wide: U512) -> Result<U256, AmmError> {
    match wide.as_limbs() {
        [a, b, c, d, 0, 0, 0, 0] => Ok(U256::from_limbs([*a, *b, *c, *d])),
        _ => Err(QUOTIENT),
    }
}
