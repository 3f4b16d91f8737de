//! A swap that has happened, step by step from its event: what each step paid in fees, and which ticks it crossed at what
//! growth of fees (`UniswapV3Pool.swap`, v4 `Pool.swap`).
//!
//! The event does not say what was asked for: an exact input, an exact output, or all up to a price limit. It does not
//! need to. Every step but the last goes to a stop that is known, whatever was asked for, and pays the fee on top of its
//! amount. What the event's input leaves for the last one is that step's amount and fee: in V3 the amount follows from the
//! prices, in V4 the fee from the sum, and both are the contract's in all three cases. Where a swap ended exactly at a stop
//! and some of its input is left, a further step took that as a fee without moving the price.

use alloy_primitives::{I256, U256};

use super::{
    AmmError, PIPS, Q128,
    fee::{Directed, Fee},
    full_math::mul_div,
    swap_step::{Version, fee_on, input},
    tick_map::Stop,
    tick_math::{MAX_TICK, MIN_TICK, sqrt_ratio_at_tick},
    tick_word::compressed,
};

#[cfg(test)]
pub(crate) mod tests;

/// A pool's price, tick and liquidity in range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Price.
    pub sqrt_price_x96: U256,
    /// Tick as the pool stores it.
    pub tick: i32,
    /// Liquidity in range.
    pub liquidity: u128,
}

/// A swap as its event tells it, and the pool before it.
#[derive(Debug, Clone, Copy)]
pub struct Told {
    /// The pool before.
    pub before: Standing,
    /// The pool after.
    pub after: Standing,
    /// Amounts of token0 and token1 as the pool's deltas.
    pub deltas: [I256; 2],
    /// The fee rule.
    pub fee: Fee,
    /// Distance between usable ticks.
    pub spacing: i32,
}

/// A tick that was crossed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crossed {
    /// Tick.
    pub index: i32,
    /// Growth of the input token's `feeGrowthGlobal` since the swap began.
    pub growth_x128: U256,
}

/// What the swap did beside what its event tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// Direction: token0 in, token1 out.
    pub zero_for_one: bool,
    /// Growth of the input token's `feeGrowthGlobal`, Q128 per unit of liquidity, modulo 2^256.
    pub growth_x128: U256,
    /// The protocol's part of the fees, in units of the input token.
    pub protocol: U256,
    /// The ticks that were crossed, in their order.
    pub crossed: Vec<Crossed>,
}

/// Why a swap cannot be replayed.
enum Refused<E> {
    /// The event contradicts the pool or the rules.
    Contradiction,
    /// The ticks are not known.
    Ticks(E),
}

impl<E> From<AmmError> for Refused<E> {
    fn from(_: AmmError) -> Self {
        Self::Contradiction
    }
}

/// Replays a swap. `next` gives the next stop from a tick in the swap's direction (`zero_for_one`), within one word of
/// usable ticks; it is asked only for words between the tick before and the tick after. `None` when pool, ticks, rules and
/// event contradict each other.
///
/// # Errors
/// Those of `next`.
pub fn replay<E>(
    told: &Told,
    next: impl FnMut(i32, bool) -> Result<Stop, E>,
) -> Result<Option<Replayed>, E> {
    match Run::of(told).ok_or(Refused::Contradiction).and_then(|run| run.finish(next)) {
        Ok(done) => Ok(Some(done)),
        Err(Refused::Contradiction) => Ok(None),
        Err(Refused::Ticks(error)) => Err(error),
    }
}

/// A replay under way.
struct Run {
    now: Standing,
    after: Standing,
    fee: Directed,
    spacing: i32,
    /// Input that is not accounted for yet.
    left: U256,
    done: Replayed,
}

impl Run {
    fn of(told: &Told) -> Option<Self> {
        let Told { before, after, deltas: [delta0, delta1], fee, spacing } = *told;
        let zero_for_one = if delta0.is_positive() {
            true
        } else if delta1.is_positive() {
            false
        } else {
            // nothing was paid: only without liquidity does the price move for that
            after.sqrt_price_x96 < before.sqrt_price_x96 || after.tick < before.tick
        };
        let (paid, got) = if zero_for_one { (delta0, delta1) } else { (delta1, delta0) };
        let usable = MIN_TICK..=MAX_TICK;
        let possible = spacing > 0
            && !got.is_positive()
            && !paid.is_negative()
            && usable.contains(&before.tick)
            && usable.contains(&after.tick);
        let done = Replayed {
            zero_for_one,
            growth_x128: U256::ZERO,
            protocol: U256::ZERO,
            crossed: Vec::new(),
        };
        let fee = fee.directed(zero_for_one).ok().filter(|_| possible)?;
        Some(Self { now: before, after, fee, spacing, left: paid.unsigned_abs(), done })
    }

    fn finish<E>(
        mut self,
        mut next: impl FnMut(i32, bool) -> Result<Stop, E>,
    ) -> Result<Replayed, Refused<E>> {
        let zero_for_one = self.done.zero_for_one;
        // no stop lies between usable ticks, so nobody is asked for those
        while self.passes(self.nearest()) {
            let stop = next(self.now.tick, zero_for_one).map_err(Refused::Ticks)?;
            if !self.passes(stop.index) {
                break;
            }
            self.step_to(stop)?;
        }
        self.last_step()?;
        if self.now.liquidity != self.after.liquidity {
            return Err(Refused::Contradiction);
        }
        Ok(self.done)
    }

    /// The nearest usable tick in the direction of the swap.
    fn nearest(&self) -> i32 {
        let above = i32::from(!self.done.zero_for_one);
        (compressed(self.now.tick, self.spacing) + above).saturating_mul(self.spacing)
    }

    /// Whether the swap reached this stop: the tick after it tells.
    const fn passes(&self, stop: i32) -> bool {
        if self.done.zero_for_one { self.after.tick < stop } else { self.after.tick >= stop }
    }

    fn step_to<E>(&mut self, stop: Stop) -> Result<(), Refused<E>> {
        let zero_for_one = self.done.zero_for_one;
        let target = sqrt_ratio_at_tick(stop.index)?;
        if self.now.liquidity > 0 {
            let amount_in = self.input_to(target)?;
            let fee = fee_on(amount_in, self.fee.pips)?;
            // a price that less input leads to falls short of the stop, however it is rounded
            self.left = amount_in
                .checked_add(fee)
                .and_then(|paid| self.left.checked_sub(paid))
                .ok_or(Refused::Contradiction)?;
            self.grow(amount_in, fee)?;
        }
        self.now.sqrt_price_x96 = target;
        if let Some(net) = stop.net {
            let growth_x128 = self.done.growth_x128;
            self.done.crossed.push(Crossed { index: stop.index, growth_x128 });
            let change = if zero_for_one { net.checked_neg() } else { Some(net) };
            self.now.liquidity = change
                .and_then(|change| self.now.liquidity.checked_add_signed(change))
                .ok_or(Refused::Contradiction)?;
        }
        self.now.tick = if zero_for_one { stop.index - 1 } else { stop.index };
        Ok(())
    }

    fn last_step<E>(&mut self) -> Result<(), Refused<E>> {
        let to = self.after.sqrt_price_x96;
        if self.now.liquidity == 0 {
            return if self.left.is_zero() { Ok(()) } else { Err(Refused::Contradiction) };
        }
        let amount_in = self.input_to(to)?;
        let kept = PIPS.checked_sub(self.fee.pips).ok_or(Refused::Contradiction)?;
        let without_fee = mul_div(self.left, U256::from(kept), U256::from(PIPS))?;
        // what rounding of the price leaves over is amount in V4, fee in V3
        if amount_in > without_fee {
            return Err(Refused::Contradiction);
        }
        let amount_in = if self.fee.version == Version::V4 { without_fee } else { amount_in };
        self.grow(amount_in, self.left - amount_in)
    }

    /// Input without fee that moves the price to `to`.
    fn input_to<E>(&self, to: U256) -> Result<U256, Refused<E>> {
        let (from, zero_for_one) = (self.now.sqrt_price_x96, self.done.zero_for_one);
        let wrong_side = if zero_for_one { to > from } else { to < from };
        if wrong_side {
            return Err(Refused::Contradiction);
        }
        Ok(input(from, to, self.now.liquidity, zero_for_one)?)
    }

    fn grow<E>(&mut self, amount_in: U256, fee: U256) -> Result<(), Refused<E>> {
        if fee.is_zero() {
            return Ok(());
        }
        let protocol = self.fee.protocol_part(amount_in, fee)?;
        let lp = fee.checked_sub(protocol).ok_or(Refused::Contradiction)?;
        let growth = mul_div(lp, Q128, U256::from(self.now.liquidity))?;
        self.done.growth_x128 = self.done.growth_x128.wrapping_add(growth);
        self.done.protocol = self.done.protocol.saturating_add(protocol);
        Ok(())
    }
}
