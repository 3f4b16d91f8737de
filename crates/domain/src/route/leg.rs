//! One swap of a path.

use alloy_primitives::U256;

use super::{
    gas,
    market::{PoolIx, TokenIx},
    venue::{Liquidity, Unsupported, Venue},
};
use crate::amm::{
    AmmError, Amount,
    swap::{self, Stopped},
    v2,
};

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
    /// It would take more steps than are computed for one quote.
    #[error("the trade takes more steps than are computed for one quote")]
    Effort,
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
            AmmError::Steps(_) => Self::Effort,
            error => Self::Amm(error),
        }
    }
}

/// Why a pool does not make a trade, and what it took to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) why: Refusal,
    /// Steps from the pool's price to where it shows.
    pub(super) steps: u32,
}

impl<E: Into<Refusal>> From<E> for Refused {
    fn from(why: E) -> Self {
        Self { why: why.into(), steps: 0 }
    }
}

impl From<Stopped> for Refused {
    fn from(Stopped { error, length }: Stopped) -> Self {
        Self { why: error.into(), steps: length }
    }
}

/// What the pool answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) amount_in: U256,
    pub(super) amount_out: U256,
    pub(super) crossed: usize,
    /// Steps from the pool's price to the end.
    pub(super) steps: u32,
}

impl Venue {
    /// What a whole trade of this amount gives or costs, if that takes no more than so many steps.
    pub(super) fn answer_within(
        &self,
        zero_for_one: bool,
        amount: Amount,
        most_steps: u32,
    ) -> Result<Answer, Refused> {
        match &self.liquidity {
            Liquidity::Unsupported(why) => Err((*why).into()),
            Liquidity::Reserves { reserves: [zero, one], fee_pips } => {
                let (from, to) = if zero_for_one { (*zero, *one) } else { (*one, *zero) };
                let [of_zero, of_one] = self.taxes;
                let (sold, bought) =
                    if zero_for_one { (of_zero, of_one) } else { (of_one, of_zero) };
                let (amount_in, arrives, amount_out) = match amount {
                    Amount::ExactIn(paid) => {
                        let arrives = sold.map_or(paid, |tax| tax.sold(paid));
                        (paid, arrives, v2::amount_out(arrives, from, to, *fee_pips)?)
                    }
                    Amount::ExactOut(got) => {
                        if let Some(tax) = sold.or(bought) {
                            return Err(Unsupported::TaxedOutput(tax.token).into());
                        }
                        let paid = v2::amount_in(got, from, to, *fee_pips)?;
                        (paid, paid, got)
                    }
                };
                // a pair keeps its reserves in 112 bits, and pays out something or reverts
                if amount_out.is_zero() {
                    return Err(Refusal::NOTHING.into());
                }
                if from.checked_add(arrives).is_none_or(|sum| sum.bit_len() > 112) {
                    return Err(Refusal::TooMuch.into());
                }
                let amount_out = bought.map_or(amount_out, |tax| tax.bought(amount_out));
                Ok(Answer { amount_in, amount_out, crossed: 0, steps: 1 })
            }
            Liquidity::Concentrated { .. } => {
                let (pool, ladder) = self.concentrated().ok_or(Unsupported::Empty)?;
                let done = swap::quote_within(&pool, ladder, zero_for_one, amount, most_steps)?;
                if !done.remaining.is_zero() {
                    return Err(Refused { why: Refusal::TooMuch, steps: done.length });
                }
                let (amount_in, amount_out) = (done.amount_in, done.amount_out);
                Ok(Answer { amount_in, amount_out, crossed: done.crossed, steps: done.length })
            }
        }
    }

    /// About what such an answer costs in gas.
    pub(super) fn gas(&self, answer: &Answer) -> u64 {
        let ticks = u64::try_from(answer.crossed).unwrap_or(u64::MAX);
        gas::per_leg(self.protocol) + ticks.saturating_mul(gas::PER_TICK)
    }
}
