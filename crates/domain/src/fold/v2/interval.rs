//! Day and hour rows: of the pair, its tokens (days only) and the DEX.

use super::{
    super::{FoldError, Key, apply::Step},
    Pair,
    totals::{Totals, Volume},
};
use crate::figures::{Interval, PoolInterval, ProtocolDay, TokenInterval};

impl Step<'_> {
    /// Counts a mint, burn or swap in its periods, after it was counted in the totals.
    pub(super) fn v2_intervals(
        &mut self,
        pair: &Pair<'_>,
        totals: &Totals,
        volume: Option<&Volume>,
    ) -> Result<(), FoldError> {
        for interval in Interval::ALL {
            let period = interval.period(self.block.timestamp);
            self.change::<PoolInterval>(&Key::PoolInterval(pair.id(), interval, period), |row| {
                row.total_supply = pair.total_supply;
                [row.reserve0, row.reserve1] = pair.reserves;
                row.tvl_usd = pair.reserve_usd;
                row.tx_count += 1;
                if let Some(volume) = volume {
                    row.volume_token0 += volume.totals[0];
                    row.volume_token1 += volume.totals[1];
                    row.volume_usd += volume.usd;
                }
            })?;
        }
        let day = Interval::Day.period(self.block.timestamp);
        self.change::<ProtocolDay>(&Key::ProtocolDay(pair.dex.factory, day), |row| {
            row.tvl_usd = totals.tvl_usd;
            row.tvl_eth = totals.tvl_eth;
            row.tx_count = totals.tx_count;
            if let Some(volume) = volume {
                row.volume_usd += volume.usd;
                row.volume_eth += volume.eth;
                row.volume_usd_untracked += volume.untracked_usd;
            }
        })?;
        for (i, token) in pair.tokens.into_iter().enumerate() {
            let (derived, locked) = (totals.derived[i], totals.locked[i]);
            let key = Key::TokenInterval(pair.dex.factory, token, Interval::Day, day);
            self.change::<TokenInterval>(&key, |row| {
                row.price_usd = derived * totals.eth;
                row.total_value_locked = locked;
                row.total_value_locked_eth = locked * derived;
                row.total_value_locked_usd = row.total_value_locked_eth * totals.eth;
                row.tx_count += 1;
                if let Some(volume) = volume {
                    let total = volume.totals[i];
                    let worth = total * derived;
                    row.volume += total;
                    row.volume_eth += worth;
                    row.volume_usd += worth * totals.eth;
                }
            })?;
        }
        Ok(())
    }
}
