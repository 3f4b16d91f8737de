//! A whole swap of a concentrated pool (`UniswapV3Pool.swap`, v4 `Pool.swap`), computed without the chain.

use std::ops::Range;

use alloy_primitives::{I256, U256};

use super::{
    AmmError, Amount,
    fee::{Directed, Fee},
    swap_step::Version,
    tick_map::TickMap,
    tick_math::{MAX_SQRT_RATIO, MIN_SQRT_RATIO},
};

mod ladder;
mod quote;
mod run;
#[cfg(test)]
mod tests;

use self::run::{Paid, Run};
pub use self::{
    ladder::Ladder,
    quote::{Quoted, Stopped, quote, quote_within},
};

/// A pool before a swap.
#[derive(Debug, Clone, Copy)]
pub struct Pool<'a> {
    /// Price.
    pub sqrt_price_x96: U256,
    /// Tick as the pool stores it; right after a crossing it is not the price's own.
    pub tick: i32,
    /// Liquidity in range.
    pub liquidity: u128,
    /// Fees.
    pub fee: Fee,
    /// Ticks.
    pub ticks: &'a TickMap,
}

/// What a swap did. The swapper pays `amount_in` of the input token and gets `amount_out` of the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swapped {
    /// Direction: token0 in, token1 out.
    pub zero_for_one: bool,
    /// Input, fees included.
    pub amount_in: U256,
    /// Output.
    pub amount_out: U256,
    /// What of the exact amount was not swapped, because the price limit came first.
    pub remaining: U256,
    /// All fees, in the input token.
    pub fee: U256,
    /// The protocol's part of them.
    pub protocol_fee: U256,
    /// Growth of the input token's `feeGrowthGlobal`, Q128 per unit of liquidity, modulo 2^256.
    pub fee_growth_x128: U256,
    /// Price after it.
    pub sqrt_price_x96: U256,
    /// Tick after it.
    pub tick: i32,
    /// Liquidity in range after it.
    pub liquidity: u128,
    /// Places in [`TickMap::ticks`] of the ticks that were crossed.
    pub crossed: Range<usize>,
}

impl Swapped {
    /// Amounts of token0 and token1 as the pool's deltas (positive: into the pool), as V3's event names them; V4's
    /// event has the opposite signs.
    #[must_use]
    pub fn deltas(&self) -> (I256, I256) {
        let paid = I256::from_raw(self.amount_in);
        let got = I256::from_raw(self.amount_out).wrapping_neg();
        if self.zero_for_one { (paid, got) } else { (got, paid) }
    }

    /// The swap, if all of the exact amount was swapped.
    ///
    /// # Errors
    /// [`AmmError::InsufficientLiquidity`].
    pub fn whole(self) -> Result<Self, AmmError> {
        if self.remaining.is_zero() { Ok(self) } else { Err(AmmError::InsufficientLiquidity) }
    }

    /// The swap, if the pool's contract holds its output. Contracts transfer before they are paid, and what a token's
    /// own rules took from the pool is no part of its liquidity.
    ///
    /// # Errors
    /// [`AmmError::Overdraft`].
    pub fn within(self, held: U256) -> Result<Self, AmmError> {
        if self.amount_out <= held {
            Ok(self)
        } else {
            Err(AmmError::Overdraft { asked: self.amount_out, held })
        }
    }
}

/// Computes a swap; the pool stays as it is. Without a limit the price may go to the end of its range.
///
/// # Errors
/// [`AmmError`] where the contract reverts. A swap that the limit cut short is no error: see [`Swapped::remaining`].
pub fn swap(
    pool: &Pool<'_>,
    zero_for_one: bool,
    amount: Amount,
    limit: Option<U256>,
) -> Result<Swapped, AmmError> {
    let fee = pool.fee.directed(zero_for_one)?;
    let limit = limit.unwrap_or_else(|| far_end(zero_for_one));
    check(pool, zero_for_one, amount, limit, fee)?;
    let mut run = Run::<Paid>::new(pool, zero_for_one, amount, limit, fee);
    while run.is_going() {
        run.advance()?;
    }
    run.check_amounts()?;
    Ok(Swapped {
        zero_for_one,
        amount_in: run.at.amount_in,
        amount_out: run.at.amount_out,
        remaining: run.left,
        fee: run.paid.fee,
        protocol_fee: run.paid.protocol_fee,
        fee_growth_x128: run.paid.growth_x128,
        sqrt_price_x96: run.at.sqrt_price_x96,
        tick: run.at.tick,
        liquidity: run.at.liquidity,
        crossed: run.crossed(),
    })
}

/// The limit of those who set none.
fn far_end(zero_for_one: bool) -> U256 {
    if zero_for_one { MIN_SQRT_RATIO + U256::ONE } else { MAX_SQRT_RATIO - U256::ONE }
}

fn check(
    pool: &Pool<'_>,
    zero_for_one: bool,
    amount: Amount,
    limit: U256,
    fee: Directed,
) -> Result<(), AmmError> {
    // in the contracts' order: the first refusal is the one they give
    match fee.version {
        _ if amount.value().is_zero() => return Err(AmmError::ZeroAmount),
        Version::V3 if amount.value().bit(255) => return Err(AmmError::Overflow("the amount")),
        Version::V4 if amount.value().bit_len() > 127 => {
            return Err(AmmError::Overflow("the amount"));
        }
        _ => {}
    }
    let current = pool.sqrt_price_x96;
    if !(MIN_SQRT_RATIO..MAX_SQRT_RATIO).contains(&current) {
        return Err(AmmError::SqrtPrice(current));
    }
    if matches!(amount, Amount::ExactOut(_)) && fee.pips >= super::PIPS {
        return Err(AmmError::Fee(fee.pips));
    }
    let reachable = if zero_for_one {
        MIN_SQRT_RATIO < limit && limit < current
    } else {
        current < limit && limit < MAX_SQRT_RATIO
    };
    if reachable { Ok(()) } else { Err(AmmError::PriceLimit { limit, current }) }
}
