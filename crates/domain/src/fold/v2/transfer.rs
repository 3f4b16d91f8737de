//! `Transfer` of shares: mints and burns begin, the supply changes, holders change.

use alloy_primitives::{Address, U256};

use super::{
    super::{FoldError, apply::Step},
    Pair,
};
use crate::{decimal::Decimal, entity::Pool, event::EventMeta, figures::PoolFigures};

/// Decimals of a pair's own token.
const DECIMALS: u8 = 18;
/// The units that the first mint locks at the zero address, which the reference ignores, by the number.
const LOCKED: u64 = 1_000;

impl Step<'_> {
    /// Folds a transfer of shares.
    pub(in crate::fold) fn v2_transfer(
        &mut self,
        meta: &EventMeta,
        pair: &Pair<'_>,
        from: Address,
        to: Address,
        value: U256,
    ) -> Result<(), FoldError> {
        let ignored = to.is_zero() && value == U256::from(LOCKED);
        let (minted, burnt) = (from.is_zero(), from == pair.address && to.is_zero());
        let mut pair = *pair;
        if minted || burnt {
            let total = self.find::<Pool>(&pair.key())?.map(|pool| pool.figures.chain_total_supply);
            let total = total.unwrap_or_default();
            let total = if minted { total.checked_add(value) } else { total.checked_sub(value) };
            let total = total.ok_or_else(|| self.out_of_range("supply", pair.key(), meta))?;
            if !ignored {
                let amount = Decimal::from_units(value, DECIMALS);
                pair.total_supply =
                    if minted { pair.total_supply + amount } else { pair.total_supply - amount };
            }
            self.v2_change(&pair, |figures| {
                figures.chain_total_supply = total;
                figures.total_supply = pair.total_supply;
            })?;
        }
        let row = self.row_meta(meta, 0);
        if !ignored {
            let list = self.pair_lists.of(meta.tx_index, pair.dex.factory);
            list.transferred(row, pair.address, from, to, value);
        }
        let accounts = [from, to].map(|end| !end.is_zero() && end != pair.address);
        if accounts[0] {
            let take = |balance: U256| balance.checked_sub(value);
            self.v2_move(&pair, from, meta, take)?;
        }
        if accounts[1] {
            let give = |balance: U256| balance.checked_add(value);
            self.v2_move(&pair, to, meta, give)?;
        }
        if !ignored {
            // both see the state after the transfer, as the reference's do
            for (item, end) in [(0, from), (1, to)] {
                if accounts[item as usize] {
                    self.v2_snapshot(&pair, end, self.row_meta(meta, item))?;
                }
            }
        }
        Ok(())
    }

    /// Changes a pair's figures in place.
    pub(super) fn v2_change(
        &mut self,
        pair: &Pair<'_>,
        change: impl FnOnce(&mut PoolFigures),
    ) -> Result<(), FoldError> {
        self.change_pool(pair.id(), |pool| change(&mut pool.figures)).map(|_| ())
    }
}
