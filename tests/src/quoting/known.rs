//! Pools as the store knows them at a block, and what they would give.

use abis::periphery::PoolKey;
use alloy_primitives::{
    Address, U256, address,
    aliases::{I24, U24},
};
use anyhow::{Context, Result, ensure};
use domain::{
    amm::{
        AmmError, Amount,
        fee::Fee,
        hooks::may_change_swaps,
        swap::{self, Ladder, Swapped, quote, swap},
        tick_map::{TickLiquidity, TickMap},
        v2,
    },
    entity::{Pool, PoolState, Protocol, Tick},
};

use super::ask::{Ask, answered};

/// A fee of V4 that changes without an event.
pub const DYNAMIC_FEE: u32 = 0x80_0000;

/// A pool whose fee changes. The hooks address has none of the permissions, so it is called in no swap.
pub fn dynamic_key(one: Address, other: Address) -> Result<PoolKey> {
    Ok(PoolKey {
        currency0: one.min(other),
        currency1: one.max(other),
        fee: U24::try_from(DYNAMIC_FEE)?,
        tickSpacing: I24::try_from(10)?,
        hooks: address!("00000000000000000000000000000000d1ce4000"),
    })
}

/// A pool that can be asked.
#[derive(Debug, Clone)]
pub struct Known {
    /// As the store has it.
    pub pool: Pool,
    /// What the maths need of it.
    pub state: State,
}

/// What the maths need.
#[derive(Debug, Clone)]
pub enum State {
    /// A pair's reserves.
    Pair {
        /// Of token0 and token1.
        reserves: [U256; 2],
    },
    /// V3 and V4.
    Ranges {
        /// Price.
        sqrt_price_x96: U256,
        /// Tick as the pool stores it.
        tick: i32,
        /// Liquidity in range.
        liquidity: u128,
        /// Fees.
        fee: Fee,
        /// Ticks.
        ticks: TickMap,
        /// What quotes learned.
        ladder: Ladder,
    },
}

/// What a pool gives or takes for the amount that was fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// The other amount.
    pub amount: U256,
    /// Price after it, where the quoter says it.
    pub sqrt_price_x96: Option<U256>,
}

/// Why a pool gives nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// An amount of zero.
    Zero,
    /// A limit on the wrong side.
    Limit,
    /// More than the pool can give or take.
    Liquidity,
    /// More than its integers hold.
    Range,
    /// More than the contract has of the token.
    Balance,
}

/// What came out, and how many ticks in use the swap crossed.
pub type Outcome = (Result<Answer, Refusal>, usize);

impl Known {
    /// A pool of the store with its ticks. `lp_pips` is what a pool with a changing fee takes now.
    ///
    /// # Errors
    /// When they cannot be one state, or the pool's swaps cannot be foreseen.
    pub fn new(pool: Pool, ticks: &[Tick], lp_pips: Option<u32>) -> Result<Self> {
        ensure!(!may_change_swaps(pool.hooks), "{}: hooks decide about swaps", pool.id);
        let state = match pool.state {
            PoolState::Reserves { reserve0, reserve1 } => {
                State::Pair { reserves: [reserve0, reserve1] }
            }
            PoolState::Concentrated { sqrt_price_x96, tick, liquidity } => {
                let ticks = ticks.iter().map(|tick| TickLiquidity {
                    index: tick.index,
                    gross: tick.liquidity_gross,
                    net: tick.liquidity_net,
                });
                let ticks = TickMap::from_ticks(pool.tick_spacing, ticks)?;
                State::Ranges {
                    sqrt_price_x96,
                    tick,
                    liquidity,
                    fee: fee(&pool, lp_pips)?,
                    ticks,
                    ladder: Ladder::default(),
                }
            }
        };
        let known = Self { pool, state };
        if let Some(pool) = known.ranges() {
            pool.check().with_context(|| format!("pool {}", known.pool.id))?;
        }
        Ok(known)
    }

    /// Whether V3's quoter answers for it.
    #[must_use]
    pub fn is_v3(&self) -> bool {
        self.pool.protocol == Protocol::V3
    }

    /// For the maths; none for a pair.
    #[must_use]
    pub const fn ranges(&self) -> Option<swap::Pool<'_>> {
        let State::Ranges { sqrt_price_x96, tick, liquidity, fee, ticks, .. } = &self.state else {
            return None;
        };
        Some(swap::Pool {
            sqrt_price_x96: *sqrt_price_x96,
            tick: *tick,
            liquidity: *liquidity,
            fee: *fee,
            ticks,
        })
    }

    /// What the pool behaves like having of both tokens.
    #[must_use]
    pub fn depth(&self) -> [U256; 2] {
        match &self.state {
            State::Pair { reserves } => *reserves,
            State::Ranges { sqrt_price_x96, liquidity, .. } => {
                let liquidity = U256::from(*liquidity);
                let depth0 = (liquidity << 96) / *sqrt_price_x96;
                let depth1 =
                    domain::amm::full_math::mul_shift_96(liquidity, *sqrt_price_x96, false);
                [depth0, depth1.unwrap_or(U256::MAX)]
            }
        }
    }

    /// The whole swap of a pool with ranges.
    ///
    /// # Errors
    /// As the maths say.
    pub fn swap(&self, ask: &Ask) -> Result<Swapped, AmmError> {
        let pool = self.ranges().ok_or(AmmError::InsufficientLiquidity)?;
        swap(&pool, ask.zero_for_one, ask.amount, ask.limit)
    }

    /// What the quoter would say.
    ///
    /// # Errors
    /// When the maths find the state wrong.
    pub fn quote(&self, ask: &Ask) -> Result<Outcome> {
        let found = match &self.state {
            State::Pair { reserves: [zero, one] } => {
                let (of_in, of_out) = if ask.zero_for_one { (*zero, *one) } else { (*one, *zero) };
                let pips = self.pool.fee_pips;
                match ask.amount {
                    Amount::ExactIn(value) => v2::amount_out(value, of_in, of_out, pips),
                    Amount::ExactOut(value) => v2::amount_in(value, of_in, of_out, pips),
                }
                .map(|amount| (Ok(Answer { amount, sqrt_price_x96: None }), 0))
            }
            State::Ranges { ladder, .. } => {
                let done = self.swap(ask);
                self.check_quote(ladder, ask, &done)?;
                done.map(|done| self.told(ask, &done))
            }
        };
        match found {
            Ok(outcome) => Ok(outcome),
            Err(AmmError::ZeroAmount) => Ok((Err(Refusal::Zero), 0)),
            Err(AmmError::PriceLimit { .. }) => Ok((Err(Refusal::Limit), 0)),
            Err(AmmError::InsufficientLiquidity) => Ok((Err(Refusal::Liquidity), 0)),
            Err(AmmError::Overdraft { .. }) => Ok((Err(Refusal::Balance), 0)),
            Err(AmmError::Overflow(_)) => Ok((Err(Refusal::Range), 0)),
            Err(error) => Err(error.into()),
        }
    }

    /// A quote that builds on what earlier ones learned says what the whole swap says.
    fn check_quote(
        &self,
        ladder: &Ladder,
        ask: &Ask,
        done: &Result<Swapped, AmmError>,
    ) -> Result<()> {
        let (Some(pool), None) = (self.ranges(), ask.limit) else { return Ok(()) };
        let quoted = quote(&pool, ladder, ask.zero_for_one, ask.amount)
            .map(|done| (done.amount_in, done.amount_out, done.remaining, done.crossed));
        let whole = done
            .as_ref()
            .map(|done| (done.amount_in, done.amount_out, done.remaining, done.crossed.len()));
        ensure!(
            quoted.as_ref() == whole.as_ref().map_err(|error| *error),
            "{quoted:?} is not {done:?}"
        );
        Ok(())
    }

    fn told(&self, ask: &Ask, done: &Swapped) -> Outcome {
        let crossed = done.crossed.len();
        if !answered(ask, done, self.pool.protocol == Protocol::V4) {
            return (Err(Refusal::Liquidity), crossed);
        }
        let amount = match ask.amount {
            Amount::ExactIn(_) => done.amount_out,
            Amount::ExactOut(_) => done.amount_in,
        };
        let sqrt_price_x96 = self.is_v3().then_some(done.sqrt_price_x96);
        (Ok(Answer { amount, sqrt_price_x96 }), crossed)
    }
}

fn fee(pool: &Pool, lp_pips: Option<u32>) -> Result<Fee> {
    let protocol = pool.figures.fee_protocol;
    if pool.protocol == Protocol::V3 {
        return Ok(Fee::V3 { pips: pool.fee_pips, protocol: u8::try_from(protocol)? });
    }
    let lp_pips = if pool.fee_pips == DYNAMIC_FEE {
        lp_pips.context("a fee that changes, and nobody says what it is")?
    } else {
        pool.fee_pips
    };
    Ok(Fee::V4 { lp_pips, protocol })
}
