//! Accounts: what the senders of transactions did.

use super::{FoldError, Key, apply::Step};
use crate::{decimal::Decimal, figures::Account, row::RowMeta};

impl Step<'_> {
    /// Counts a swap to the sender of its transaction, if that is known. `tracked` is its tracked value in USD.
    pub(super) fn account_swapped(
        &mut self,
        meta: &RowMeta,
        tracked: Decimal,
    ) -> Result<(), FoldError> {
        self.account_seen(meta, |account| {
            account.swap_count += 1;
            account.volume_usd += tracked;
        })
    }

    /// Counts a liquidity event to the sender of its transaction, if that is known.
    pub(super) fn account_moved_liquidity(&mut self, meta: &RowMeta) -> Result<(), FoldError> {
        self.account_seen(meta, |account| account.liquidity_event_count += 1)
    }

    fn account_seen(
        &mut self,
        meta: &RowMeta,
        count: impl FnOnce(&mut Account),
    ) -> Result<(), FoldError> {
        let Some(origin) = meta.origin else { return Ok(()) };
        let (block, time) = (meta.position.block, meta.timestamp);
        let make = || Account { first_block: block, first_seen: time, ..Account::default() };
        self.change_or_make(&Key::Account(origin), make, |account, _| {
            account.last_block = block;
            account.last_seen = time;
            count(account);
        })?;
        Ok(())
    }
}
