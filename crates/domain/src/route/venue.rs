//! A pool as a route sees it.

use std::sync::Arc;

use alloy_primitives::{Address, U256};

use super::{
    market::TokenIx,
    rate::{Rate, Round},
    tax::Tax,
};
use crate::{
    amm::{
        AmmError, PIPS,
        fee::Fee,
        swap::{Ladder, Pool},
        tick_map::TickMap,
    },
    entity::Protocol,
};

/// What a pool trades with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Liquidity {
    /// Constant product.
    Reserves {
        /// Of token0 and token1, in smallest units.
        reserves: [U256; 2],
        /// Fee in pips.
        fee_pips: u32,
    },
    /// Ranges of liquidity.
    Concentrated {
        /// Price.
        sqrt_price_x96: U256,
        /// Tick as the pool stores it.
        tick: i32,
        /// Liquidity in range.
        liquidity: u128,
        /// Fees.
        fee: Fee,
        /// Initialised ticks.
        ticks: Arc<TickMap>,
    },
    /// It cannot be computed here what this pool would answer.
    Unsupported(Unsupported),
}

/// Why it cannot be computed what a pool would answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsupported {
    /// Its hook takes part in swaps.
    #[error("hook {0} takes part in its swaps")]
    Hook(Address),
    /// Its fee may change at any time, and is not told by events.
    #[error("its fee is set by hook {0} at any time")]
    DynamicFee(Address),
    /// What is stored of it contradicts itself: a part of its history is missing.
    #[error("what is stored of its ticks is incomplete")]
    Incomplete,
    /// It has no price, or nothing in it.
    #[error("it is empty")]
    Empty,
    /// One of its tokens takes a part of what is transferred, and it is not configured which, or the pool does not bear it.
    #[error(
        "token {0} takes a part of what is transferred (a tax), and only V2 pools of tokens whose tax is configured are quoted"
    )]
    Tax(Address),
    /// One of its tokens takes a part of what is transferred: what has to go in for an exact output is not computed.
    #[error("token {0} takes a part of what is transferred (a tax): only exact inputs are quoted")]
    TaxedOutput(Address),
    /// One of its tokens refused to be transferred when that was tried out.
    #[error("token {0} does not let itself be transferred (paused, or restricted)")]
    Paused(Address),
    /// A reorg took it away.
    #[error("it is not there any more")]
    Gone,
}

/// A pool at one block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Venue {
    /// Rules.
    pub protocol: Protocol,
    /// Token0 and token1.
    pub tokens: [TokenIx; 2],
    /// State.
    pub liquidity: Liquidity,
    /// What a unit of token0 gives at most, fee taken off; and of token1.
    rates: [Rate; 2],
    /// What token0 and token1 take of transfers; of pairs alone.
    pub(super) taxes: [Option<Tax>; 2],
    /// What swaps of a concentrated pool learned.
    ladder: Option<Ladder>,
}

impl Venue {
    /// A pool with this state.
    #[must_use]
    pub fn new(protocol: Protocol, tokens: [TokenIx; 2], liquidity: Liquidity) -> Self {
        let rates =
            [true, false].map(|zero_for_one| rate(&liquidity, zero_for_one).unwrap_or(Rate::ZERO));
        let ladder = matches!(liquidity, Liquidity::Concentrated { .. }).then(Ladder::default);
        Self { protocol, tokens, liquidity, rates, taxes: [None; 2], ladder }
    }

    /// The same, whose tokens take a part of what is transferred. A pool that does not bear it cannot be traded in.
    #[must_use]
    pub fn taxed(self, taxes: [Option<Tax>; 2]) -> Self {
        match (taxes.into_iter().flatten().next(), &self.liquidity) {
            (None, _) | (_, Liquidity::Unsupported(_)) => self,
            (Some(_), Liquidity::Reserves { .. }) => Self { taxes, ..self },
            (Some(tax), Liquidity::Concentrated { .. }) => {
                let why = Liquidity::Unsupported(Unsupported::Tax(tax.token));
                Self::new(self.protocol, self.tokens, why)
            }
        }
    }

    /// Whether one of its tokens takes a part of what is transferred.
    #[must_use]
    pub fn is_taxed(&self) -> bool {
        self.taxes.iter().any(Option::is_some)
    }

    /// Whether this one of its tokens takes a part of what is transferred.
    #[must_use]
    pub fn takes_tax(&self, token: TokenIx) -> bool {
        self.taxes.iter().zip(self.tokens).any(|(tax, of)| tax.is_some() && of == token)
    }

    /// The most that a unit gives.
    pub(super) const fn rate(&self, zero_for_one: bool) -> Rate {
        let [of_zero, of_one] = self.rates;
        if zero_for_one { of_zero } else { of_one }
    }

    /// Whether a trade can be computed at all.
    pub(super) const fn is_usable(&self) -> bool {
        !matches!(self.liquidity, Liquidity::Unsupported(_))
    }

    /// The pool of [`mod@crate::amm::swap`], and what is known of its swaps; `None` of one that is not concentrated.
    #[must_use]
    pub fn concentrated(&self) -> Option<(Pool<'_>, &Ladder)> {
        match (&self.liquidity, &self.ladder) {
            (
                Liquidity::Concentrated { sqrt_price_x96, tick, liquidity, fee, ticks },
                Some(ladder),
            ) => {
                let (sqrt_price_x96, tick) = (*sqrt_price_x96, *tick);
                let pool = Pool { sqrt_price_x96, tick, liquidity: *liquidity, fee: *fee, ticks };
                Some((pool, ladder))
            }
            _ => None,
        }
    }
}

/// The marginal rate at the pool's state. Output grows ever slower with input, so this times the input is never less
/// than the output.
fn rate(liquidity: &Liquidity, zero_for_one: bool) -> Result<Rate, AmmError> {
    let quotient = |one: U256, other: U256| {
        Rate::of(one, Round::Up).div(Rate::of(other, Round::Down), Round::Up)
    };
    let kept = |pips: u32| {
        let kept = PIPS.checked_sub(pips).ok_or(AmmError::Fee(pips))?;
        Ok(quotient(U256::from(kept), U256::from(PIPS)))
    };
    match liquidity {
        Liquidity::Reserves { reserves: [zero, one], fee_pips } => {
            let (from, to) = if zero_for_one { (*zero, *one) } else { (*one, *zero) };
            if from.is_zero() {
                return Ok(Rate::ZERO);
            }
            Ok(quotient(to, from).mul(kept(*fee_pips)?, Round::Up))
        }
        Liquidity::Concentrated { sqrt_price_x96, fee, .. } => {
            let q96 = U256::ONE << 96;
            let (up, down) =
                if zero_for_one { (*sqrt_price_x96, q96) } else { (q96, *sqrt_price_x96) };
            let root = quotient(up, down);
            Ok(root.mul(root, Round::Up).mul(kept(fee.swap_pips(zero_for_one)?)?, Round::Up))
        }
        Liquidity::Unsupported(_) => Ok(Rate::ZERO),
    }
}
