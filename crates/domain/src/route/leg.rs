//! One swap of a path.

use alloy_primitives::U256;

use super::{
    gas,
    market::{PoolIx, TokenIx},
    venue::{Liquidity, Unsupported, Venue},
};
use crate::amm::{AmmError, Amount, swap, v2};

/// A swap in a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leg {
    /// Pool.
    pub pool: PoolIx,
    /// Token that goes in.
    pub token_in: TokenIx,
    /// Token that comes out.
    pub token_out: TokenIx,
    /// What goes in.
    pub amount_in: U256,
    /// What comes out.
    pub amount_out: U256,
    /// Initialised ticks on the way.
    pub crossed: usize,
    /// About what it costs in gas.
    pub gas: u64,
}

/// Why a pool does not make a trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It cannot be computed.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// Its liquidity ends before the whole amount is traded.
    #[error("its liquidity ends before the whole amount is traded")]
    TooMuch,
    /// The contract would revert.
    #[error(transparent)]
    Amm(AmmError),
}

impl Refusal {
    /// Nothing would come out.
    pub(super) const NOTHING: Self = Self::Amm(AmmError::ZeroAmount);
}

impl From<AmmError> for Refusal {
    fn from(error: AmmError) -> Self {
        match error {
            AmmError::InsufficientLiquidity => Self::TooMuch,
            error => Self::Amm(error),
        }
    }
}

/// What the pool answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) amount_in: U256,
    pub(super) amount_out: U256,
    pub(super) crossed: usize,
}

impl Venue {
    /// What a whole trade of this amount gives or costs.
    pub(super) fn answer(&self, zero_for_one: bool, amount: Amount) -> Result<Answer, Refusal> {
        match &self.liquidity {
            Liquidity::Unsupported(why) => Err((*why).into()),
            Liquidity::Reserves { reserves: [zero, one], fee_pips } => {
                let (from, to) = if zero_for_one { (*zero, *one) } else { (*one, *zero) };
                let (amount_in, amount_out) = match amount {
                    Amount::ExactIn(paid) => (paid, v2::amount_out(paid, from, to, *fee_pips)?),
                    Amount::ExactOut(got) => (v2::amount_in(got, from, to, *fee_pips)?, got),
                };
                // a pair keeps its reserves in 112 bits, and pays out something or reverts
                if amount_out.is_zero() {
                    return Err(Refusal::Amm(AmmError::ZeroAmount));
                }
                if from.checked_add(amount_in).is_none_or(|sum| sum.bit_len() > 112) {
                    return Err(Refusal::TooMuch);
                }
                Ok(Answer { amount_in, amount_out, crossed: 0 })
            }
            Liquidity::Concentrated { .. } => {
                let pool = self.concentrated().ok_or(Unsupported::Empty)?;
                let done = swap::swap(&pool, zero_for_one, amount, None)?;
                if !done.remaining.is_zero() {
                    return Err(Refusal::TooMuch);
                }
                let (amount_in, amount_out) = (done.amount_in, done.amount_out);
                Ok(Answer { amount_in, amount_out, crossed: done.crossed.len() })
            }
        }
    }

    /// About what such an answer costs in gas.
    pub(super) fn gas(&self, answer: &Answer) -> u64 {
        let ticks = u64::try_from(answer.crossed).unwrap_or(u64::MAX);
        gas::per_leg(self.protocol) + ticks.saturating_mul(gas::PER_TICK)
    }
}
