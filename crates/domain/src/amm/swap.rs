//! A whole swap of a concentrated pool (`UniswapV3Pool.swap`, v4 `Pool.swap`), computed without the chain.

use std::ops::Range;

use alloy_primitives::{I256, U256};

use super::{
    AmmError, Amount, Q128,
    fee::{Directed, Fee},
    full_math::mul_div,
    swap_step::{Version, swap_step},
    tick_map::{Stop, TickMap},
    tick_math::{
        MAX_SQRT_RATIO, MAX_TICK, MIN_SQRT_RATIO, MIN_TICK, sqrt_ratio_at_tick, tick_at_sqrt_ratio,
    },
};

#[cfg(test)]
mod tests;

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
    let limit = limit.unwrap_or(if zero_for_one {
        MIN_SQRT_RATIO + U256::ONE
    } else {
        MAX_SQRT_RATIO - U256::ONE
    });
    check(pool, zero_for_one, amount, limit, fee)?;
    let mut run = Run::new(pool, zero_for_one, amount, limit, fee);
    while !run.left.is_zero() && run.done.sqrt_price_x96 != limit {
        if run.done.liquidity == 0 { run.leap()? } else { run.step()? }
    }
    run.finish()
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

/// A swap under way.
struct Run<'a> {
    ticks: &'a TickMap,
    limit: U256,
    fee: Directed,
    exact_in: bool,
    /// What of the exact amount is left.
    left: U256,
    /// Ticks at or below the current one.
    below: usize,
    start: usize,
    done: Swapped,
}

impl<'a> Run<'a> {
    fn new(
        pool: &Pool<'a>,
        zero_for_one: bool,
        amount: Amount,
        limit: U256,
        fee: Directed,
    ) -> Self {
        let below = pool.ticks.count_to(pool.tick);
        let done = Swapped {
            zero_for_one,
            amount_in: U256::ZERO,
            amount_out: U256::ZERO,
            remaining: U256::ZERO,
            fee: U256::ZERO,
            protocol_fee: U256::ZERO,
            fee_growth_x128: U256::ZERO,
            sqrt_price_x96: pool.sqrt_price_x96,
            tick: pool.tick,
            liquidity: pool.liquidity,
            crossed: 0..0,
        };
        Self {
            ticks: pool.ticks,
            limit,
            fee,
            exact_in: matches!(amount, Amount::ExactIn(_)),
            left: amount.value(),
            below,
            start: below,
            done,
        }
    }

    /// To the next initialised tick, the end of the word, the limit, or the end of the amount.
    fn step(&mut self) -> Result<(), AmmError> {
        let zero_for_one = self.done.zero_for_one;
        let stop = self.ticks.next_within_word(self.done.tick, self.below, zero_for_one);
        let stop_price = sqrt_ratio_at_tick(stop.index)?;
        let target =
            if zero_for_one { stop_price.max(self.limit) } else { stop_price.min(self.limit) };
        let remaining =
            if self.exact_in { Amount::ExactIn(self.left) } else { Amount::ExactOut(self.left) };
        let before = self.done.sqrt_price_x96;
        let step = swap_step(
            self.fee.version,
            before,
            target,
            self.done.liquidity,
            remaining,
            self.fee.pips,
        )?;
        self.pay(step.amount_in, step.amount_out, step.fee)?;
        self.done.sqrt_price_x96 = step.sqrt_price_x96;
        if step.sqrt_price_x96 == stop_price {
            self.arrive(stop)
        } else {
            if step.sqrt_price_x96 != before {
                self.done.tick = tick_at_sqrt_ratio(step.sqrt_price_x96)?;
            }
            Ok(())
        }
    }

    /// Without liquidity nothing is paid however far the price moves: to the next initialised tick or the limit, the
    /// words between them in one go.
    fn leap(&mut self) -> Result<(), AmmError> {
        let zero_for_one = self.done.zero_for_one;
        let end = if zero_for_one { MIN_TICK } else { MAX_TICK };
        let stop = self
            .ticks
            .next_initialized(self.below, zero_for_one)
            .unwrap_or(Stop { index: end, net: None });
        let stop_price = sqrt_ratio_at_tick(stop.index)?;
        let beyond = if zero_for_one { stop_price < self.limit } else { stop_price > self.limit };
        if !beyond {
            self.done.sqrt_price_x96 = stop_price;
            return self.arrive(stop);
        }
        let tick = tick_at_sqrt_ratio(self.limit)?;
        self.done.sqrt_price_x96 = self.limit;
        // a limit exactly at the end of a word counts as reached, as it would step by step
        let spacing = self.ticks.spacing();
        let word_end =
            zero_for_one && tick % (256 * spacing) == 0 && sqrt_ratio_at_tick(tick)? == self.limit;
        self.done.tick = tick - i32::from(word_end);
        Ok(())
    }

    fn arrive(&mut self, stop: Stop) -> Result<(), AmmError> {
        let zero_for_one = self.done.zero_for_one;
        if let Some(net) = stop.net {
            let net = if zero_for_one { net.checked_neg() } else { Some(net) };
            self.done.liquidity = net
                .and_then(|net| self.done.liquidity.checked_add_signed(net))
                .ok_or(AmmError::Liquidity(stop.index))?;
            self.below = if zero_for_one { self.below.saturating_sub(1) } else { self.below + 1 };
        }
        self.done.tick = if zero_for_one { stop.index - 1 } else { stop.index };
        Ok(())
    }

    fn pay(&mut self, amount_in: U256, amount_out: U256, fee: U256) -> Result<(), AmmError> {
        let done = &mut self.done;
        let with_fee = amount_in.checked_add(fee).ok_or(AmmError::Overflow("the input"))?;
        done.amount_in =
            done.amount_in.checked_add(with_fee).ok_or(AmmError::Overflow("the input"))?;
        done.amount_out =
            done.amount_out.checked_add(amount_out).ok_or(AmmError::Overflow("the output"))?;
        let used = if self.exact_in { with_fee } else { amount_out };
        self.left = self.left.checked_sub(used).ok_or(AmmError::Overflow("the amount"))?;
        let protocol = self.fee.protocol_part(amount_in, fee)?;
        done.fee = done.fee.wrapping_add(fee);
        done.protocol_fee = done.protocol_fee.wrapping_add(protocol);
        let growth = mul_div(fee - protocol, Q128, U256::from(done.liquidity))?;
        done.fee_growth_x128 = done.fee_growth_x128.wrapping_add(growth);
        Ok(())
    }

    fn finish(mut self) -> Result<Swapped, AmmError> {
        let bits = if self.fee.version == Version::V4 { 127 } else { 255 };
        if self.done.amount_in.bit_len() > bits || self.done.amount_out.bit_len() > bits {
            return Err(AmmError::Overflow("an amount"));
        }
        self.done.remaining = self.left;
        self.done.crossed = self.start.min(self.below)..self.start.max(self.below);
        Ok(self.done)
    }
}
