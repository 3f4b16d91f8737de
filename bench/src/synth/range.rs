//! Concentrated liquidity, as V3 and V4 have it: positions between ticks, swaps that go from tick to tick.

use std::collections::BTreeMap;

use alloy_primitives::{I256, U256};
use anyhow::Result;
use devchain::Dice;
use domain::amm::Amount;
use domain::amm::sqrt_price_math::{amount0_delta, amount1_delta};
use domain::amm::swap_step::{Version, swap_step};
use domain::amm::tick_math::{MAX_TICK, sqrt_ratio_at_tick, tick_at_sqrt_ratio};

use crate::synth::maths::mul_div;

/// Swaps move the price by at most so many ticks.
const STRIDE: i32 = 30;
/// Beyond this distance from the price at birth, swaps go back.
const LEASH: i32 = 2_000;

/// Price, liquidity and ticks of a pool.
#[derive(Debug, Clone)]
pub struct Range {
    /// Price.
    pub sqrt: U256,
    /// Tick of the price.
    pub tick: i32,
    /// Liquidity in range.
    pub liquidity: u128,
    /// Distance of usable ticks.
    pub spacing: i32,
    version: Version,
    fee_pips: u32,
    birth: i32,
    /// Liquidity that is added and taken at every tick, and how many positions end there.
    ticks: BTreeMap<i32, (i128, u32)>,
}

impl Range {
    /// A pool without liquidity.
    ///
    /// # Errors
    /// When there is no such price.
    pub fn new(version: Version, sqrt: U256, spacing: i32, fee_pips: u32) -> Result<Self> {
        let tick = tick_at_sqrt_ratio(sqrt)?;
        let ticks = BTreeMap::new();
        Ok(Self { version, sqrt, tick, liquidity: 0, spacing, fee_pips, birth: tick, ticks })
    }

    /// The widest range.
    #[must_use]
    pub const fn whole(&self) -> (i32, i32) {
        let most = MAX_TICK / self.spacing * self.spacing;
        (-most, most)
    }

    /// A range around the price or beside it.
    pub fn somewhere(&self, dice: &mut Dice) -> (i32, i32) {
        let middle = self.tick.div_euclid(self.spacing) + ticks(dice, -8, 8);
        let half = ticks(dice, 2, 60);
        ((middle - half) * self.spacing, (middle + half) * self.spacing)
    }

    /// Adds liquidity (or takes it, when negative) between two ticks; the amounts paid in (or out).
    ///
    /// # Errors
    /// When a tick is none.
    pub fn change(&mut self, (lower, upper): (i32, i32), delta: i128) -> Result<(U256, U256)> {
        let (low, high) = (sqrt_ratio_at_tick(lower)?, sqrt_ratio_at_tick(upper)?);
        let (size, up) = (delta.unsigned_abs(), delta > 0);
        let middle = self.sqrt.clamp(low, high);
        let amounts =
            (amount0_delta(middle, high, size, up)?, amount1_delta(low, middle, size, up)?);
        if (lower..upper).contains(&self.tick) {
            self.liquidity = self.liquidity.saturating_add_signed(delta);
        }
        for (tick, net) in [(lower, delta), (upper, -delta)] {
            let entry = self.ticks.entry(tick).or_default();
            entry.0 += net;
            entry.1 = if up { entry.1 + 1 } else { entry.1.saturating_sub(1) };
            if entry.1 == 0 {
                self.ticks.remove(&tick);
            }
        }
        Ok(amounts)
    }

    /// Swaps to a price nearby, as a swap with a price limit does; the pool's deltas, positive for what comes in.
    ///
    /// # Errors
    /// Where the contract would revert.
    pub fn swap(&mut self, dice: &mut Dice) -> Result<(I256, I256)> {
        let target = self.target(dice)?;
        let down = target < self.sqrt;
        let everything = Amount::ExactIn(U256::MAX >> 1);
        let (mut paid, mut given) = (U256::ZERO, U256::ZERO);
        while self.sqrt != target {
            let (next, crossing) = self.next_tick(down);
            let border = sqrt_ratio_at_tick(next)?;
            let stop = if down { border.max(target) } else { border.min(target) };
            let (liquidity, fee) = (self.liquidity, self.fee_pips);
            let step = swap_step(self.version, self.sqrt, stop, liquidity, everything, fee)?;
            paid += step.amount_in + step.fee;
            given += step.amount_out;
            self.sqrt = stop;
            if stop == border {
                if let Some(net) = crossing {
                    let net = if down { -net } else { net };
                    self.liquidity = self.liquidity.saturating_add_signed(net);
                }
                self.tick = if down { next - 1 } else { next };
            } else {
                self.tick = tick_at_sqrt_ratio(stop)?;
            }
        }
        let (paid, given) = (I256::try_from(paid)?, -I256::try_from(given)?);
        Ok(if down { (paid, given) } else { (given, paid) })
    }

    /// A price inside a tick nearby, never on its border and never the present one.
    fn target(&self, dice: &mut Dice) -> Result<U256> {
        let away = self.tick - self.birth;
        let (low, high) = match away {
            _ if away > LEASH => (-STRIDE, -1),
            _ if away < -LEASH => (1, STRIDE),
            _ => (-STRIDE, STRIDE),
        };
        loop {
            let tick = self.tick + ticks(dice, low, high);
            let (floor, ceiling) = (sqrt_ratio_at_tick(tick)?, sqrt_ratio_at_tick(tick + 1)?);
            let part = U256::from(dice.below(1 << 32));
            let room = ceiling - floor - U256::ONE;
            let target = floor + U256::ONE + mul_div(room, part, U256::ONE << 32, false);
            if target != self.sqrt && target < ceiling {
                return Ok(target);
            }
        }
    }

    /// Where the contract's search for the next tick stops: at one that is in use, with what crossing it adds, or at
    /// the border of a word of its bitmap.
    fn next_tick(&self, down: bool) -> (i32, Option<i128>) {
        let place = self.tick.div_euclid(self.spacing);
        if down {
            let edge = (place >> 8 << 8) * self.spacing;
            match self.ticks.range(edge..=self.tick).next_back() {
                Some((tick, (net, _))) => (*tick, Some(*net)),
                None => (edge, None),
            }
        } else {
            let edge = ((place + 1) >> 8 << 8).saturating_add(255) * self.spacing;
            match self.ticks.range(self.tick + 1..=edge).next() {
                Some((tick, (net, _))) => (*tick, Some(*net)),
                None => (edge, None),
            }
        }
    }
}

/// A number of ticks, or of their spacings, of `low..=high`.
fn ticks(dice: &mut Dice, low: i32, high: i32) -> i32 {
    let span = u64::from(low.abs_diff(high)) + 1;
    low.saturating_add(i32::try_from(dice.below(span)).unwrap_or(0))
}
