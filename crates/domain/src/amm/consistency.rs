//! Whether what is known of a concentrated pool can be one state of its contract. A map that lacks a tick, or a price of
//! another block, gives numbers that look right until a swap gets there: such a pool is refused when it is loaded.

use alloy_primitives::U256;

use super::{
    AmmError,
    swap::Pool,
    tick_map::TickMap,
    tick_math::{sqrt_ratio_at_tick, tick_at_sqrt_ratio},
};

/// What does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Gap {
    /// Liquidity that starts does not end, or the other way round.
    #[error("the net liquidity of all ticks is {0} instead of 0")]
    Sum(i128),
    /// More ends than has started.
    #[error("liquidity would fall below zero, or leave its integer, at tick {0}")]
    Prefix(i32),
    /// A tick with more net than gross liquidity.
    #[error("tick {0} changes more liquidity than references it")]
    Gross(i32),
    /// The pool has other liquidity in range than its ticks say.
    #[error("the ticks put {ticks} in range, the pool says {pool}")]
    InRange {
        /// By the ticks.
        ticks: u128,
        /// By the pool.
        pool: u128,
    },
    /// The price is not the tick's.
    #[error("the price {price} does not belong to tick {tick}")]
    Price {
        /// Price.
        price: U256,
        /// Tick.
        tick: i32,
    },
}

impl TickMap {
    /// Whether the map is whole: all that starts ends, nothing ends before it starts, and what is in range at `tick` is
    /// `liquidity`.
    ///
    /// # Errors
    /// [`AmmError::Incomplete`].
    pub fn check(&self, tick: i32, liquidity: u128) -> Result<(), AmmError> {
        let below = self.count_to(tick);
        let (mut sum, mut in_range) = (0_u128, 0);
        for (place, at) in self.ticks().iter().enumerate() {
            if at.net.unsigned_abs() > at.gross {
                return Err(AmmError::Incomplete(Gap::Gross(at.index)));
            }
            let prefix = Gap::Prefix(at.index);
            sum = sum.checked_add_signed(at.net).ok_or(AmmError::Incomplete(prefix))?;
            if place < below {
                in_range = sum;
            }
        }
        if sum != 0 {
            let sum = i128::try_from(sum).unwrap_or(i128::MAX);
            return Err(AmmError::Incomplete(Gap::Sum(sum)));
        }
        if in_range != liquidity {
            let gap = Gap::InRange { ticks: in_range, pool: liquidity };
            return Err(AmmError::Incomplete(gap));
        }
        Ok(())
    }
}

impl Pool<'_> {
    /// Whether price, tick, liquidity and ticks can be one state. The tick is the price's own, or the one below it after
    /// a swap to the left that ended exactly at a stop; it has to be stored, it cannot be computed.
    ///
    /// # Errors
    /// [`AmmError::Incomplete`], [`AmmError::SqrtPrice`] for a pool without a price.
    pub fn check(&self) -> Result<(), AmmError> {
        let own = tick_at_sqrt_ratio(self.sqrt_price_x96)?;
        let ended_at_stop = self.tick.checked_add(1) == Some(own)
            && sqrt_ratio_at_tick(own)? == self.sqrt_price_x96;
        if self.tick != own && !ended_at_stop {
            let gap = Gap::Price { price: self.sqrt_price_x96, tick: self.tick };
            return Err(AmmError::Incomplete(gap));
        }
        self.ticks.check(self.tick, self.liquidity)
    }
}
