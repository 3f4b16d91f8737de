//! The arithmetic of automated market makers, exact to the wei: what a pool contract would answer, computed here.
//!
//! [`v2`] is constant product with any fee, [`mod@swap`] a whole swap of a V3 or V4 pool over a [`tick_map::TickMap`],
//! [`mod@replay`] one that has happened. The
//! formulas are those that Uniswap publishes with its contracts (v2-periphery, v3-core, v4-core); each function names
//! its contract. Nothing here allocates while a swap is computed.
//!
//! Amounts are in a token's smallest unit, fees in pips (1/1,000,000), prices square roots of token1/token0 as Q64.96.

pub mod consistency;
pub mod fee;
pub mod full_math;
pub mod hooks;
pub mod liquidity;
pub mod replay;
pub mod shares;
pub mod sqrt_price_math;
pub mod swap;
pub mod swap_step;
pub mod tick_map;
pub mod tick_math;
pub mod tick_word;
pub mod v2;

use alloy_primitives::U256;

use consistency::Gap;

#[cfg(test)]
mod tests;

/// Pips in a whole: 1,000,000.
pub const PIPS: u32 = 1_000_000;

/// Q128: one as a fixed-point number with 128 fractional bits.
pub const Q128: U256 = U256::from_limbs([0, 0, 1, 0]);

/// How much is swapped, as the caller fixes it; units of the input or of the output token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// So much goes in, fee included.
    ExactIn(U256),
    /// So much comes out.
    ExactOut(U256),
}

impl Amount {
    /// The number itself.
    #[must_use]
    pub const fn value(self) -> U256 {
        match self {
            Self::ExactIn(value) | Self::ExactOut(value) => value,
        }
    }

    /// Whether the input is fixed.
    #[must_use]
    pub const fn is_exact_in(self) -> bool {
        matches!(self, Self::ExactIn(_))
    }

    /// Another number, fixed the same way.
    #[must_use]
    pub const fn with(self, value: U256) -> Self {
        match self {
            Self::ExactIn(_) => Self::ExactIn(value),
            Self::ExactOut(_) => Self::ExactOut(value),
        }
    }
}

/// Why there is no answer. Where a contract would revert there is an error here; none of them passes with time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmmError {
    /// A tick outside the contracts' range.
    #[error("tick {0} lies outside -887272..=887272: ask for a tick that pools know")]
    Tick(i32),
    /// A price outside the contracts' range.
    #[error(
        "square root price {0} lies outside the range of the pool contracts: initialise the pool first"
    )]
    SqrtPrice(U256),
    /// A price limit that the swap would move away from, or beyond the ends.
    #[error(
        "price limit {limit} cannot be reached from {current} in this direction: choose one on the other side"
    )]
    PriceLimit {
        /// The limit asked for.
        limit: U256,
        /// The pool's price.
        current: U256,
    },
    /// An amount of zero, which V2 and V3 pools refuse.
    #[error("nothing is swapped: ask for an amount above zero")]
    ZeroAmount,
    /// A number leaves its integer type.
    #[error("{0} leaves its integer range, where the contract reverts: ask for less")]
    Overflow(&'static str),
    /// A swap takes more steps than were allowed for it.
    #[error("the swap takes more than {0} steps: ask for less")]
    Steps(u32),
    /// The pool cannot give what is asked for.
    #[error("the pool has not enough liquidity for that amount: ask for less")]
    InsufficientLiquidity,
    /// A fee that leaves nothing, or that the rules do not know.
    #[error("a fee of {0} pips does not allow this swap: it must stay below 1000000")]
    Fee(u32),
    /// Liquidity in range would fall below zero or leave `uint128`.
    #[error(
        "liquidity leaves its range at tick {0}: take the tick map and the liquidity from one block"
    )]
    Liquidity(i32),
    /// A tick map that no contract could hold.
    #[error(
        "tick {tick} is no usable tick here: ticks ascend, are multiples of the spacing {spacing} and the lower lies below the upper"
    )]
    TickMap {
        /// The tick.
        tick: i32,
        /// The pool's spacing.
        spacing: i32,
    },
    /// Ticks, liquidity and price of a pool are not of one state.
    #[error("the pool's state is incomplete, {0}: load all of it again from one block")]
    Incomplete(Gap),
    /// The output is more than the pool's contract holds.
    #[error("the swap would give {asked}, but the pool holds {held}: ask for less")]
    Overdraft {
        /// Output.
        asked: U256,
        /// Balance of the output token.
        held: U256,
    },
}

impl AmmError {
    /// Whether the fault lies in what is known of the pool, and not in the question: the state has to be repaired.
    #[must_use]
    pub const fn is_of_state(&self) -> bool {
        matches!(self, Self::Incomplete(_) | Self::Liquidity(_))
    }
}
