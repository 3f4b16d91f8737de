//! `Swap`: volumes.

use alloy_primitives::U256;

use super::{
    super::{FoldError, apply::Step},
    Pair,
    totals::Volume,
    tracked,
};
use crate::{decimal::Decimal, event::EventMeta, figures::TokenFigures};

/// What a swap comes to.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::fold) struct Value {
    /// Its place in the transaction's list.
    pub(in crate::fold) index: u32,
    /// Its value in USD: tracked, or untracked if the tracked value is the reference's constant zero.
    pub(in crate::fold) usd: Decimal,
    /// Its tracked value in USD.
    pub(in crate::fold) tracked_usd: Decimal,
}

impl Step<'_> {
    /// Folds a swap.
    pub(in crate::fold) fn v2_swap(
        &mut self,
        meta: &EventMeta,
        pair: &Pair<'_>,
        ins: [U256; 2],
        outs: [U256; 2],
    ) -> Result<Value, FoldError> {
        let totals = [0, 1].map(|i| {
            let units = |raw| Decimal::from_units(raw, pair.decimals[i]);
            match (ins[i].is_zero(), outs[i].is_zero()) {
                (_, true) => units(ins[i]),
                (true, false) => units(outs[i]),
                (false, false) => units(outs[i]) + units(ins[i]),
            }
        });
        let eth = self.v2_stored_eth(pair)?;
        let derived = self.v2_stored_derived(pair)?;
        let untracked = untracked_eth(totals[0] * derived[0], totals[1] * derived[1]) * eth;
        let prices = derived.map(|derived| derived * eth);
        let tracked = tracked::volume(pair, totals, prices);
        let usd = tracked.unwrap_or_default();
        let volume = Volume { totals, usd, eth: usd.safe_div(eth), untracked_usd: untracked };
        let after = self.v2_count(pair, Some(&volume))?;
        self.v2_intervals(pair, &after, Some(&volume))?;
        self.v2_swap_candles(pair, prices, ins, outs, usd)?;
        let list = self.pair_lists.of(meta.tx_index, pair.dex.factory);
        let index = list.next_swap();
        Ok(Value { index, usd: tracked.unwrap_or(untracked), tracked_usd: usd })
    }

    /// The stored prices of a pair's tokens in the reference token.
    pub(super) fn v2_stored_derived(&self, pair: &Pair<'_>) -> Result<[Decimal; 2], FoldError> {
        let mut derived = [Decimal::ZERO; 2];
        for (derived, key) in derived.iter_mut().zip(pair.token_keys()) {
            if let Some(token) = self.find::<TokenFigures>(&key)? {
                *derived = token.derived_eth;
            }
        }
        Ok(derived)
    }
}

/// The value of both sides in the reference token: their mean, or, if a side is worth next to nothing, their sum.
fn untracked_eth(side0: Decimal, side1: Decimal) -> Decimal {
    let next_to_nothing = Decimal::from_parts(1, -6);
    let sum = side0 + side1;
    if side0 <= next_to_nothing || side1 <= next_to_nothing {
        sum
    } else {
        sum.safe_div(tracked::two())
    }
}
