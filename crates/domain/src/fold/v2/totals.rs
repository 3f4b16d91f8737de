//! Totals of the pair, its tokens and the DEX.

use super::{
    super::{FoldError, apply::Step},
    Pair,
};
use crate::{
    decimal::Decimal,
    figures::{Factory, TokenFigures},
};

/// What a swap adds to volumes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Volume {
    /// What went in and out, per token.
    pub(super) totals: [Decimal; 2],
    /// Tracked, in USD.
    pub(super) usd: Decimal,
    /// Tracked, in the reference token.
    pub(super) eth: Decimal,
    /// Untracked, in USD.
    pub(super) untracked_usd: Decimal,
}

/// The totals after an event was counted, as far as the rows of periods look at them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Totals {
    /// Price of the reference token in USD.
    pub(super) eth: Decimal,
    /// The DEX's locked value in the reference token.
    pub(super) tvl_eth: Decimal,
    /// The same in USD.
    pub(super) tvl_usd: Decimal,
    /// The DEX's transactions.
    pub(super) tx_count: u64,
    /// Each token's price in the reference token.
    pub(super) derived: [Decimal; 2],
    /// Each token's locked amount.
    pub(super) locked: [Decimal; 2],
}

impl Step<'_> {
    /// Counts a mint, burn or swap.
    pub(super) fn v2_count(
        &mut self,
        pair: &Pair<'_>,
        volume: Option<&Volume>,
    ) -> Result<Totals, FoldError> {
        let mut totals = Totals::default();
        for (i, key) in pair.token_keys().iter().enumerate() {
            self.change::<TokenFigures>(key, |token| {
                if let Some(volume) = volume {
                    token.volume += volume.totals[i];
                    token.volume_usd += volume.usd;
                    token.untracked_volume_usd += volume.untracked_usd;
                }
                token.tx_count += 1;
                totals.derived[i] = token.derived_eth;
                totals.locked[i] = token.total_value_locked;
            })?;
        }
        self.change_pool(pair.id(), |pool| {
            let figures = &mut pool.figures;
            if let Some(volume) = volume {
                figures.volume_usd += volume.usd;
                figures.volume_token0 += volume.totals[0];
                figures.volume_token1 += volume.totals[1];
                figures.untracked_volume_usd += volume.untracked_usd;
            }
            figures.tx_count += 1;
        })?;
        self.change::<Factory>(&pair.factory(), |factory| {
            if let Some(volume) = volume {
                factory.total_volume_usd += volume.usd;
                factory.total_volume_eth += volume.eth;
                factory.untracked_volume_usd += volume.untracked_usd;
            }
            factory.tx_count += 1;
            totals.eth = factory.eth_price_usd;
            totals.tvl_eth = factory.total_value_locked_eth;
            totals.tvl_usd = factory.total_value_locked_usd;
            totals.tx_count = factory.tx_count;
        })?;
        Ok(totals)
    }
}
