//! A swap under way, step by step.

use std::ops::Range;

use alloy_primitives::U256;

use super::Pool;
use crate::amm::{
    AmmError, Amount, Q128,
    fee::Directed,
    full_math::mul_div,
    swap_step::{Step, Version, swap_step},
    tick_map::{Stop, TickMap},
    tick_math::{MAX_TICK, MIN_TICK, sqrt_ratio_at_tick, tick_at_sqrt_ratio},
};

/// Where a swap stands, and what it took to get there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct At {
    pub(super) sqrt_price_x96: U256,
    pub(super) amount_in: U256,
    pub(super) amount_out: U256,
    pub(super) liquidity: u128,
    pub(super) tick: i32,
    /// Initialised ticks at or below it.
    pub(super) below: usize,
    /// Steps up to here.
    pub(super) steps: u32,
}

/// What is written down of the fees of a step.
pub(super) trait Fees: Default {
    fn add(&mut self, rule: &Directed, step: &Step, liquidity: u128) -> Result<(), AmmError>;
}

/// All of it.
#[derive(Debug, Default)]
pub(super) struct Paid {
    pub(super) fee: U256,
    pub(super) protocol_fee: U256,
    pub(super) growth_x128: U256,
}

/// Nothing: who asks for amounts need not know who gets the fee.
#[derive(Debug, Default)]
pub(super) struct Unwritten;

impl Fees for Paid {
    fn add(&mut self, rule: &Directed, step: &Step, liquidity: u128) -> Result<(), AmmError> {
        let protocol = rule.protocol_part(step.amount_in, step.fee)?;
        self.fee = self.fee.wrapping_add(step.fee);
        self.protocol_fee = self.protocol_fee.wrapping_add(protocol);
        let growth = mul_div(step.fee - protocol, Q128, U256::from(liquidity))?;
        self.growth_x128 = self.growth_x128.wrapping_add(growth);
        Ok(())
    }
}

impl Fees for Unwritten {
    fn add(&mut self, _: &Directed, _: &Step, _: u128) -> Result<(), AmmError> {
        Ok(())
    }
}

/// A swap under way.
pub(super) struct Run<'a, F> {
    ticks: &'a TickMap,
    zero_for_one: bool,
    amount: Amount,
    limit: U256,
    fee: Directed,
    start: usize,
    /// What of the exact amount is left.
    pub(super) left: U256,
    pub(super) at: At,
    pub(super) paid: F,
}

impl<'a, F: Fees> Run<'a, F> {
    pub(super) fn new(
        pool: &Pool<'a>,
        zero_for_one: bool,
        amount: Amount,
        limit: U256,
        fee: Directed,
    ) -> Self {
        let below = pool.ticks.count_to(pool.tick);
        let at = At {
            sqrt_price_x96: pool.sqrt_price_x96,
            amount_in: U256::ZERO,
            amount_out: U256::ZERO,
            liquidity: pool.liquidity,
            tick: pool.tick,
            below,
            steps: 0,
        };
        let (ticks, start, left, paid) = (pool.ticks, below, amount.value(), F::default());
        Self { ticks, zero_for_one, amount, limit, fee, start, left, at, paid }
    }

    pub(super) fn is_going(&self) -> bool {
        !self.left.is_zero() && self.at.sqrt_price_x96 != self.limit
    }

    /// Goes on from a stop that the amount passes.
    pub(super) fn pass(&mut self, at: At) {
        let used = if self.amount.is_exact_in() { at.amount_in } else { at.amount_out };
        self.left = self.amount.value().saturating_sub(used);
        self.at = at;
    }

    pub(super) fn advance(&mut self) -> Result<(), AmmError> {
        self.at.steps += 1;
        if self.at.liquidity == 0 { self.leap() } else { self.step() }
    }

    /// To the next initialised tick, the end of the word, the limit, or the end of the amount.
    fn step(&mut self) -> Result<(), AmmError> {
        let zero_for_one = self.zero_for_one;
        let stop = self.ticks.next_within_word(self.at.tick, self.at.below, zero_for_one);
        let stop_price = sqrt_ratio_at_tick(stop.index)?;
        let target =
            if zero_for_one { stop_price.max(self.limit) } else { stop_price.min(self.limit) };
        let before = self.at.sqrt_price_x96;
        let step = swap_step(
            self.fee.version,
            before,
            target,
            self.at.liquidity,
            self.amount.with(self.left),
            self.fee.pips,
        )?;
        self.pay(&step)?;
        self.at.sqrt_price_x96 = step.sqrt_price_x96;
        if step.sqrt_price_x96 == stop_price {
            self.arrive(stop)
        } else {
            if step.sqrt_price_x96 != before {
                self.at.tick = tick_at_sqrt_ratio(step.sqrt_price_x96)?;
            }
            Ok(())
        }
    }

    /// Without liquidity nothing is paid however far the price moves: to the next initialised tick or the limit, the
    /// words between them in one go.
    fn leap(&mut self) -> Result<(), AmmError> {
        let zero_for_one = self.zero_for_one;
        let end = if zero_for_one { MIN_TICK } else { MAX_TICK };
        let stop = self
            .ticks
            .next_initialized(self.at.below, zero_for_one)
            .unwrap_or(Stop { index: end, net: None });
        let stop_price = sqrt_ratio_at_tick(stop.index)?;
        let beyond = if zero_for_one { stop_price < self.limit } else { stop_price > self.limit };
        if !beyond {
            self.at.sqrt_price_x96 = stop_price;
            return self.arrive(stop);
        }
        let tick = tick_at_sqrt_ratio(self.limit)?;
        self.at.sqrt_price_x96 = self.limit;
        // a limit exactly at the end of a word counts as reached, as it would step by step
        let spacing = self.ticks.spacing();
        let word_end =
            zero_for_one && tick % (256 * spacing) == 0 && sqrt_ratio_at_tick(tick)? == self.limit;
        self.at.tick = tick - i32::from(word_end);
        Ok(())
    }

    fn arrive(&mut self, stop: Stop) -> Result<(), AmmError> {
        let (zero_for_one, at) = (self.zero_for_one, &mut self.at);
        if let Some(net) = stop.net {
            let net = if zero_for_one { net.checked_neg() } else { Some(net) };
            at.liquidity = net
                .and_then(|net| at.liquidity.checked_add_signed(net))
                .ok_or(AmmError::Liquidity(stop.index))?;
            at.below = if zero_for_one { at.below.saturating_sub(1) } else { at.below + 1 };
        }
        at.tick = if zero_for_one { stop.index - 1 } else { stop.index };
        Ok(())
    }

    fn pay(&mut self, step: &Step) -> Result<(), AmmError> {
        let at = &mut self.at;
        let with_fee =
            step.amount_in.checked_add(step.fee).ok_or(AmmError::Overflow("the input"))?;
        at.amount_in = at.amount_in.checked_add(with_fee).ok_or(AmmError::Overflow("the input"))?;
        at.amount_out =
            at.amount_out.checked_add(step.amount_out).ok_or(AmmError::Overflow("the output"))?;
        let used = if self.amount.is_exact_in() { with_fee } else { step.amount_out };
        self.left = self.left.checked_sub(used).ok_or(AmmError::Overflow("the amount"))?;
        self.paid.add(&self.fee, step, at.liquidity)
    }

    /// Whether the contract could return these amounts.
    pub(super) fn check_amounts(&self) -> Result<(), AmmError> {
        let bits = if self.fee.version == Version::V4 { 127 } else { 255 };
        if self.at.amount_in.bit_len() > bits || self.at.amount_out.bit_len() > bits {
            return Err(AmmError::Overflow("an amount"));
        }
        Ok(())
    }

    /// Places of the ticks that were crossed.
    pub(super) fn crossed(&self) -> Range<usize> {
        self.start.min(self.at.below)..self.start.max(self.at.below)
    }
}
