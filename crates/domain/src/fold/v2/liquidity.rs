//! `Mint` and `Burn`: they complete what transfers of shares began.

use alloy_primitives::{Address, U256};

use super::{
    super::{FoldError, apply::Step},
    Pair,
    lists::Completion,
};
use crate::{decimal::Decimal, event::EventMeta, row::LiquidityKind};

impl Step<'_> {
    /// Folds a mint or burn; its value in USD.
    pub(in crate::fold) fn v2_liquidity(
        &mut self,
        meta: &EventMeta,
        pair: &Pair<'_>,
        kind: LiquidityKind,
        sender: Address,
        amounts: [U256; 2],
    ) -> Result<Decimal, FoldError> {
        let amounts = [0, 1].map(|i| Decimal::from_units(amounts[i], pair.decimals[i]));
        let [derived0, derived1] = self.v2_stored_derived(pair)?;
        let amount_usd =
            (derived1 * amounts[1] + derived0 * amounts[0]) * self.v2_stored_eth(pair)?;
        let completion = Completion { meta: self.row_meta(meta, 0), sender, amounts, amount_usd };
        let list = self.pair_lists.of(meta.tx_index, pair.dex.factory);
        // without a transfer before it the reference does not see the event
        let Some(completed) = list.complete(kind, &completion) else { return Ok(amount_usd) };
        let holder = if completed.burn { completed.sender } else { completed.to };
        let holder = holder.filter(|_| completed.pool == pair.id());

        let after = self.v2_count(pair, None)?;
        if let Some(holder) = holder {
            self.v2_snapshot(pair, holder, completion.meta)?;
        }
        self.v2_intervals(pair, &after, None)?;
        Ok(amount_usd)
    }
}
