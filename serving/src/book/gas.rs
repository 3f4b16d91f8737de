//! What gas costs in a token: asked of the market once per block and token.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use alloy_primitives::U256;
use domain::{
    amm::Amount,
    route::{Allowed, GasPrice, Market, Question, TokenIx, find},
};

/// Gas of a larger trade: the price of a unit is that of so many, so that a cheap chain's is not rounded to nothing.
const UNITS: u64 = 1_000_000;
/// Prices that are remembered for a block at most: anybody may ask with a price of gas of their own.
const REMEMBERED: usize = 1_024;
/// Swaps that are computed for the price of gas at most.
const EFFORT: u32 = 300;

/// Prices that were asked for.
#[derive(Debug, Default)]
pub struct GasRates {
    known: Mutex<HashMap<(TokenIx, U256), Option<GasPrice>>>,
}

impl GasRates {
    /// What gas costs in `token` at this price in wei, paid in `native` (the wrapped native currency); `None` where no
    /// pools lead from one to the other.
    #[must_use]
    pub fn price(
        &self,
        market: &Market,
        native: TokenIx,
        token: TokenIx,
        wei: U256,
    ) -> Option<GasPrice> {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known().get(&(token, wei)) {
            return *known;
        }
        let found = ask(market, native, token, wei);
        let mut known = known();
        if known.len() < REMEMBERED {
            known.insert((token, wei), found);
        }
        found
    }
}

fn ask(market: &Market, native: TokenIx, token: TokenIx, wei: U256) -> Option<GasPrice> {
    let amount = wei.checked_mul(U256::from(UNITS))?;
    if amount.is_zero() {
        return Some(GasPrice::FREE);
    }
    if native == token {
        return Some(GasPrice { per: amount, units: UNITS });
    }
    let question = Question {
        token_in: native,
        token_out: token,
        amount: Amount::ExactIn(amount),
        hops: 2,
        splits: 1,
        gas_price: GasPrice::FREE,
        allowed: Allowed::default(),
        effort: EFFORT,
    };
    let plan = find(market, &question).ok()?;
    Some(GasPrice { per: plan.amount_out, units: UNITS })
}
