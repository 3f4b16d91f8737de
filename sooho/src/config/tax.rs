//! `[[chain.tax]]`: tokens that take a part of what is transferred.

use std::collections::HashSet;

use alloy_primitives::Address;
use domain::route::Tax;
use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

/// Basis points in a whole: all would be taken.
const WHOLE: u32 = 10_000;

/// A token, and what it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxConfig {
    /// Token.
    pub token: Address,
    /// Basis points of what a pair pays out.
    pub buy_bps: u32,
    /// Basis points of what is paid to a pair.
    pub sell_bps: u32,
}

impl TaxConfig {
    /// As quotes reckon with it.
    #[must_use]
    pub const fn tax(&self) -> Tax {
        let Self { token, buy_bps, sell_bps } = *self;
        Tax { token, buy_bps, sell_bps }
    }
}

/// Whether these make sense; the error names the key.
pub(super) fn check(at: &str, taxes: &[TaxConfig]) -> Result<(), String> {
    let mut tokens = HashSet::new();
    for (index, tax) in taxes.iter().enumerate() {
        let at = format!("{at}.tax.{index}");
        if tax.token.is_zero() {
            return Err(format!("{at}.token is the zero address: name the token's contract"));
        }
        if !tokens.insert(tax.token) {
            return Err(format!("{at}.token: {} is named twice", tax.token));
        }
        if tax.buy_bps >= WHOLE || tax.sell_bps >= WHOLE {
            return Err(format!(
                "{at}: buy_bps and sell_bps must be below {WHOLE}, or nothing would arrive"
            ));
        }
    }
    Ok(())
}
