//! Growth of fees, as the pool contracts keep it: per pool, per tick, and inside the ranges of positions. It follows from
//! the events alone, to the last unit.
//!
//! A swap's event is replayed step by step over the pool's initialised ticks ([`replay`](crate::amm::replay)); what a
//! flash loan or a donation pays is spread over the liquidity in range. A pool whose events contradict that has other
//! rules than its protocol: from then on its growth is not known.

use alloy_primitives::U256;

use super::{FoldError, Key, apply::Step, concentrated::Swapped};
use crate::{
    amm::{
        Q128,
        fee::Fee,
        full_math::mul_div,
        replay::{Replayed, Standing, Told, replay},
        tick_map::Stop,
        tick_word::next_stop,
    },
    entity::{Pool, PoolState, Tick},
    figures::TickWord,
    ids::PoolId,
};

mod inside;
#[cfg(test)]
mod tests;

pub(super) use self::inside::Insides;

/// A pool whose growth is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Growing {
    /// Growth of both tokens' fees.
    pub(super) global: [U256; 2],
    /// Price, tick and liquidity.
    pub(super) standing: Standing,
    /// Distance between usable ticks.
    pub(super) spacing: i32,
    fee_pips: u32,
    fee_protocol: u32,
}

impl Growing {
    /// None of pairs, and where it is not known.
    pub(super) fn of(pool: &Pool) -> Option<Self> {
        let PoolState::Concentrated { sqrt_price_x96, tick, liquidity } = pool.state else {
            return None;
        };
        Some(Self {
            global: pool.figures.fee_growth()?,
            standing: Standing { sqrt_price_x96, tick, liquidity },
            spacing: pool.tick_spacing,
            fee_pips: pool.fee_pips,
            fee_protocol: pool.figures.fee_protocol,
        })
    }

    /// The rule a swap pays by; V4's event names the fee.
    fn fee(&self, paid: Option<u32>) -> Fee {
        match paid {
            Some(pips) => Fee::V4Paid { pips, protocol: self.fee_protocol },
            None => Fee::of_v3(self.fee_pips, self.fee_protocol),
        }
    }

    /// Both tokens' growth after this much per unit of liquidity; `None` without liquidity, where contracts refuse.
    fn after(&self, amounts: [U256; 2]) -> Option<[U256; 2]> {
        let liquidity = U256::from(self.standing.liquidity);
        let [growth0, growth1] = amounts.map(|amount| mul_div(amount, Q128, liquidity).ok());
        let [global0, global1] = self.global;
        Some([global0.wrapping_add(growth0?), global1.wrapping_add(growth1?)])
    }
}

impl Step<'_> {
    pub(super) fn growing(&self, id: PoolId) -> Result<Option<Growing>, FoldError> {
        Ok(self.find::<Pool>(&Key::Pool(id))?.and_then(Growing::of))
    }

    /// What a swap adds; the pool still stands as before it.
    pub(super) fn swap_growth(&mut self, swap: &Swapped) -> Result<(), FoldError> {
        let id = swap.id;
        let Some(pool) = self.growing(id)? else { return Ok(()) };
        let PoolState::Concentrated { sqrt_price_x96, tick, liquidity } = swap.state else {
            return Ok(());
        };
        let told = Told {
            before: pool.standing,
            after: Standing { sqrt_price_x96, tick, liquidity },
            deltas: [0, 1].map(|i| swap.pool_delta(i)),
            fee: pool.fee(swap.fee),
            spacing: pool.spacing,
        };
        let replayed = replay(&told, |tick, zero_for_one| {
            let (index, initialised) = self.next_stop(id, tick, pool.spacing, zero_for_one)?;
            let reached =
                if zero_for_one { told.after.tick < index } else { told.after.tick >= index };
            // ticks beyond the end of the way are not in memory
            let net = (initialised && reached).then(|| self.net(id, index)).transpose()?;
            Ok(Stop { index, net })
        })?;
        let Some(Replayed { zero_for_one, growth_x128, protocol, crossed }) = replayed else {
            return self.growth_lost(id);
        };
        let side = usize::from(!zero_for_one);
        // as the pool keeps it, in 128 bits
        let took = protocol.wrapping_to::<u128>();
        if swap.protocol_fees.is_some_and(|told| told[side] != took) {
            return self.growth_lost(id);
        }
        for tick in crossed {
            let mut global = pool.global;
            global[side] = global[side].wrapping_add(tick.growth_x128);
            self.crossed(id, tick.index, global)?;
        }
        if !growth_x128.is_zero() {
            let mut global = pool.global;
            global[side] = global[side].wrapping_add(growth_x128);
            self.set_growth(id, Some(global))?;
        }
        Ok(())
    }

    /// The next stop within a word, and whether it is initialised.
    fn next_stop(
        &self,
        id: PoolId,
        tick: i32,
        spacing: i32,
        zero_for_one: bool,
    ) -> Result<(i32, bool), FoldError> {
        next_stop(tick, spacing, zero_for_one, |word| {
            let word = self.find::<TickWord>(&Key::TickWord(id, word))?;
            Ok(word.map_or(U256::ZERO, |word| word.initialised))
        })
    }

    fn net(&self, id: PoolId, index: i32) -> Result<i128, FoldError> {
        let tick = self.find::<Tick>(&Key::Tick(id, index))?;
        Ok(tick.map_or(0, |tick| tick.liquidity_net))
    }

    /// A swap crosses a tick: what was this side is the other one now (`Tick.cross`).
    fn crossed(&mut self, id: PoolId, index: i32, global: [U256; 2]) -> Result<(), FoldError> {
        self.change_tick(id, index, |tick| {
            tick.fee_growth_outside = tick
                .fee_growth_outside
                .map(|outside| [0, 1].map(|i| global[i].wrapping_sub(outside[i])));
        })?;
        self.tick_day(id, index)
    }

    /// What was paid for a flash loan of a V3 pool, without the protocol's part.
    pub(super) fn flash_growth(&mut self, id: PoolId, paid: [U256; 2]) -> Result<(), FoldError> {
        let Some(pool) = self.growing(id)? else { return Ok(()) };
        let Ok(protocol) = pool.fee(None).flash_parts(paid) else { return self.growth_lost(id) };
        self.spread(id, &pool, [0, 1].map(|i| paid[i].saturating_sub(protocol[i])))
    }

    /// What somebody gave to the liquidity in range of a V4 pool.
    pub(super) fn donated_growth(
        &mut self,
        id: PoolId,
        amounts: [U256; 2],
    ) -> Result<(), FoldError> {
        match self.growing(id)? {
            Some(pool) => self.spread(id, &pool, amounts),
            None => Ok(()),
        }
    }

    fn spread(&mut self, id: PoolId, pool: &Growing, amounts: [U256; 2]) -> Result<(), FoldError> {
        match pool.after(amounts) {
            Some(global) => self.set_growth(id, Some(global)),
            None if amounts == [U256::ZERO; 2] => Ok(()),
            None => self.growth_lost(id),
        }
    }

    /// The events are not those of a pool of its protocol.
    fn growth_lost(&mut self, id: PoolId) -> Result<(), FoldError> {
        self.set_growth(id, None)
    }

    fn set_growth(&mut self, id: PoolId, growth: Option<[U256; 2]>) -> Result<(), FoldError> {
        self.change_pool(id, |pool| pool.figures.set_fee_growth(growth)).map(|_| ())
    }
}
