//! One step of a swap, inside one range of constant liquidity (`SwapMath.computeSwapStep`).

use alloy_primitives::U256;

use super::{
    AmmError, Amount, PIPS,
    full_math::{mul_div, mul_div_up},
    sqrt_price_math::{
        amount0_delta, amount1_delta, next_price_from_input, next_price_from_output,
    },
};

#[cfg(test)]
mod tests;

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Price at its end.
    pub sqrt_price_x96: U256,
    /// Input without the fee.
    pub amount_in: U256,
    /// Output.
    pub amount_out: U256,
    /// Fee, in the input token.
    pub fee: U256,
}

/// The contracts that differ in how a step splits its input between amount and fee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// `v3-core`: what the price move costs is the amount, the rest is the fee.
    V3,
    /// `v4-core`: the fee share is taken off first; a fee of 100 % is possible for exact input.
    V4,
}

/// Swaps `remaining` towards `target`, whose side of `current` is the direction, as far as either allows. The sum of
/// amount and fee is the same in both versions, the split is not.
///
/// # Errors
/// [`AmmError`] where the contract reverts.
pub fn swap_step(
    version: Version,
    current: U256,
    target: U256,
    liquidity: u128,
    remaining: Amount,
    fee_pips: u32,
) -> Result<Step, AmmError> {
    let range = Range { current, liquidity, zero_for_one: current >= target };
    match remaining {
        Amount::ExactIn(remaining) => range.exact_in(version, target, remaining, fee_pips),
        Amount::ExactOut(remaining) => range.exact_out(target, remaining, fee_pips),
    }
}

struct Range {
    current: U256,
    liquidity: u128,
    zero_for_one: bool,
}

impl Range {
    fn exact_in(
        &self,
        version: Version,
        target: U256,
        remaining: U256,
        fee_pips: u32,
    ) -> Result<Step, AmmError> {
        let kept = PIPS.checked_sub(fee_pips).ok_or(AmmError::Fee(fee_pips))?;
        let net = mul_div(remaining, U256::from(kept), U256::from(PIPS))?;
        let to_target = self.input(target)?;
        let (next, amount_in, reached) = if net >= to_target {
            (target, to_target, true)
        } else {
            let next = next_price_from_input(self.current, self.liquidity, net, self.zero_for_one)?;
            match version {
                // rounding may end exactly at the target although the input does not suffice for it
                Version::V3 if next == target => (next, to_target, true),
                Version::V3 => (next, self.input(next)?, false),
                Version::V4 => (next, net, false),
            }
        };
        let fee = if reached {
            fee_on(amount_in, fee_pips)?
        } else {
            // what is left of the input is the fee
            remaining.checked_sub(amount_in).ok_or(AmmError::Overflow("the fee"))?
        };
        Ok(Step { sqrt_price_x96: next, amount_in, amount_out: self.output(next)?, fee })
    }

    fn exact_out(&self, target: U256, remaining: U256, fee_pips: u32) -> Result<Step, AmmError> {
        if fee_pips >= PIPS {
            return Err(AmmError::Fee(fee_pips));
        }
        let to_target = self.output(target)?;
        let (next, amount_out) = if remaining >= to_target {
            (target, to_target)
        } else {
            let next =
                next_price_from_output(self.current, self.liquidity, remaining, self.zero_for_one)?;
            // the price move would pay for at least this much; it is never paid out
            (next, remaining)
        };
        let amount_in = self.input(next)?;
        Ok(Step { sqrt_price_x96: next, amount_in, amount_out, fee: fee_on(amount_in, fee_pips)? })
    }

    /// Input that moves the price to `to`, rounded up.
    fn input(&self, to: U256) -> Result<U256, AmmError> {
        input(self.current, to, self.liquidity, self.zero_for_one)
    }

    /// Output of a move to `to`, rounded down.
    fn output(&self, to: U256) -> Result<U256, AmmError> {
        if self.zero_for_one {
            amount1_delta(to, self.current, self.liquidity, false)
        } else {
            amount0_delta(self.current, to, self.liquidity, false)
        }
    }
}

/// Input that moves the price from `from` to `to`, rounded up.
pub(super) fn input(
    from: U256,
    to: U256,
    liquidity: u128,
    zero_for_one: bool,
) -> Result<U256, AmmError> {
    if zero_for_one {
        amount0_delta(to, from, liquidity, true)
    } else {
        amount1_delta(from, to, liquidity, true)
    }
}

/// The fee on top of an amount that came through without it, rounded up.
pub(super) fn fee_on(amount_in: U256, fee_pips: u32) -> Result<U256, AmmError> {
    if fee_pips == PIPS {
        // only an amount of zero comes through such a fee
        return Ok(amount_in);
    }
    mul_div_up(amount_in, U256::from(fee_pips), U256::from(PIPS - fee_pips))
}
