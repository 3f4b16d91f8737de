//! Tokens that take a part of what is transferred.
//!
//! A pair gets less than the trader pays, and the trader gets less than the pair pays out; in between the pair computes with
//! what arrived. That can be said to the wei when the part is known, where the token rounds it down, as nearly all do. The
//! pools of V3 and V4 do not bear it: they want what they ask for.

use alloy_primitives::{Address, U256};

/// Basis points in a whole.
const WHOLE: u32 = 10_000;

/// What a token takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tax {
    /// The token.
    pub token: Address,
    /// Basis points of what a pair pays out.
    pub buy_bps: u32,
    /// Basis points of what is paid to a pair.
    pub sell_bps: u32,
}

impl Tax {
    /// What arrives of an amount that is paid to a pair.
    pub(super) fn sold(&self, amount: U256) -> U256 {
        less(amount, self.sell_bps)
    }

    /// What arrives of an amount that a pair pays out.
    pub(super) fn bought(&self, amount: U256) -> U256 {
        less(amount, self.buy_bps)
    }
}

/// An amount less so many basis points of it, which are rounded down.
fn less(amount: U256, bps: u32) -> U256 {
    let (whole, bps) = (U256::from(WHOLE), U256::from(bps.min(WHOLE)));
    // in two parts, so that no amount is too large
    amount - (amount / whole * bps + amount % whole * bps / whole)
}
