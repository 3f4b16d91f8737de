//! `hourDayUpdates.ts`.

use alloy_primitives::Address;

use super::{At, Pair, Reference};
use crate::{
    decimal::Decimal,
    figures::{PoolInterval, TokenFigures},
};

impl Reference {
    /// All rows, and what a swap adds to them.
    pub(super) fn update_days(
        &mut self,
        at: At,
        address: Address,
        pair: &Pair,
        tokens: [(Address, &TokenFigures); 2],
        swap: Option<([Decimal; 2], Decimal, Decimal, Decimal)>,
    ) {
        let (day, hour) = (at.time / 86_400, at.time / 3_600);
        let update = |row: &mut PoolInterval| {
            row.total_supply = pair.figures.total_supply;
            row.reserve0 = pair.figures.total_value_locked_token0;
            row.reserve1 = pair.figures.total_value_locked_token1;
            row.tvl_usd = pair.figures.total_value_locked_usd;
            row.tx_count += 1;
            if let Some((amounts, tracked, _, _)) = swap {
                row.volume_token0 += amounts[0];
                row.volume_token1 += amounts[1];
                row.volume_usd += tracked;
            }
        };
        update(self.pair_days.entry((address, day)).or_default());
        update(self.pair_hours.entry((address, hour)).or_default());
        let row = self.days.entry(day).or_default();
        row.tvl_usd = self.factory.total_value_locked_usd;
        row.tvl_eth = self.factory.total_value_locked_eth;
        row.tx_count = self.factory.tx_count;
        if let Some((_, tracked, tracked_eth, untracked)) = swap {
            row.volume_usd += tracked;
            row.volume_eth += tracked_eth;
            row.volume_usd_untracked += untracked;
        }
        let eth = self.factory.eth_price_usd;
        for (side, (token, figures)) in tokens.into_iter().enumerate() {
            let row = self.token_days.entry((token, day)).or_default();
            row.price_usd = figures.derived_eth * eth;
            row.total_value_locked = figures.total_value_locked;
            row.total_value_locked_eth = figures.total_value_locked * figures.derived_eth;
            row.total_value_locked_usd = row.total_value_locked_eth * eth;
            row.tx_count += 1;
            if let Some((amounts, ..)) = swap {
                row.volume += amounts[side];
                row.volume_eth += amounts[side] * figures.derived_eth;
                row.volume_usd += amounts[side] * figures.derived_eth * eth;
            }
        }
    }
}
