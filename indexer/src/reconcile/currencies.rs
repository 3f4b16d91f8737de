//! The one contract that holds all V4 pools, currency by currency: its balance, beside what its pools come to.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use domain::{decimal::Decimal, reconciled::ReconciledCurrency};

use super::{InPools, PAGE, ReconcileError, Run, decimals};

impl Run<'_> {
    pub(super) async fn currencies(&mut self, in_pools: &InPools) -> Result<(), ReconcileError> {
        let mut by_manager = BTreeMap::<Address, Vec<(Address, U256)>>::new();
        for ((manager, currency), amount) in in_pools {
            by_manager.entry(*manager).or_default().push((*currency, *amount));
        }
        for (manager, currencies) in by_manager {
            for page in currencies.chunks(PAGE) {
                self.of_manager(manager, page).await?;
            }
        }
        Ok(())
    }

    async fn of_manager(
        &mut self,
        manager: Address,
        currencies: &[(Address, U256)],
    ) -> Result<(), ReconcileError> {
        let Some(dex) = self.of.watch.dex(manager) else { return Ok(()) };
        let addresses: Vec<_> = currencies.iter().map(|(currency, _)| *currency).collect();
        let held = self.balances_of(manager, &addresses).await?;
        let tokens = self.snapshot.tokens_by_addresses(&addresses).await?;
        let mut found = Vec::with_capacity(currencies.len());
        for ((currency, in_pools), held) in currencies.iter().zip(held) {
            let stored = tokens.iter().find(|token| token.address == *currency);
            let (Some(held), Some(decimals)) = (held, decimals(dex, *currency, stored)) else {
                continue;
            };
            let figures = self.prices.figures(&self.snapshot, manager, *currency).await?;
            found.push(ReconciledCurrency {
                manager,
                currency: *currency,
                block: self.block,
                held: Decimal::from_units(held, decimals),
                in_pools: Decimal::from_units(*in_pools, decimals),
                summed: figures.total_value_locked,
            });
        }
        self.writer.store_reconciled(&[], &found).await?;
        Ok(())
    }
}
