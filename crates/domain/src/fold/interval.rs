//! Days of a DEX, hours and days of V3 and V4 pools and tokens.
//!
//! The reference reads its DEX and pool for these rows as they were saved last, which is mostly before the event; its
//! tokens it takes as the event leaves them. The callers choose.

use alloy_primitives::Address;

use super::{
    FoldError, Key,
    apply::Step,
    tracked::SwapValue,
    world::{PoolSeen, World},
};
use crate::{
    decimal::Decimal,
    entity::Pool,
    figures::{Interval, PoolInterval, ProtocolDay, TokenInterval},
};

/// What a swap adds to rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Volume {
    /// Amounts of token0 and token1, without sign.
    pub(super) amounts: [Decimal; 2],
    /// What they count as.
    pub(super) value: SwapValue,
}

/// A token as rows see it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TokenSeen {
    pub(super) token: Address,
    pub(super) price_usd: Decimal,
    pub(super) tvl: Decimal,
    pub(super) tvl_usd: Decimal,
}

impl Step<'_> {
    /// All rows of an event: the DEX's day as the DEX was before it.
    pub(super) fn rows_of_periods(
        &mut self,
        world: &World<'_>,
        pool: &PoolSeen,
        tokens: [TokenSeen; 2],
        volume: Option<&Volume>,
    ) -> Result<(), FoldError> {
        self.day_row(world, volume)?;
        self.pool_rows(world, pool, volume)?;
        for (i, token) in tokens.iter().enumerate() {
            let volume = volume.map(|volume| (volume.amounts[i], &volume.value));
            self.token_rows(world, token, volume)?;
        }
        Ok(())
    }

    fn day_row(&mut self, world: &World<'_>, volume: Option<&Volume>) -> Result<(), FoldError> {
        let day = Interval::Day.period(self.block.timestamp);
        self.change::<ProtocolDay>(&Key::ProtocolDay(world.dex.factory, day), |row| {
            row.tvl_usd = world.factory_tvl_usd;
            row.tx_count = world.factory_tx_count;
            if let Some(Volume { value, .. }) = volume {
                row.volume_eth += value.eth;
                row.volume_usd += value.usd;
                row.fees_usd += value.fees_usd;
            }
        })
    }

    /// The pool's hour and day.
    pub(super) fn pool_rows(
        &mut self,
        world: &World<'_>,
        pool: &PoolSeen,
        volume: Option<&Volume>,
    ) -> Result<(), FoldError> {
        // not what the event found, as the rest: the chain's number after it
        let growth = self
            .find::<Pool>(&Key::Pool(world.pool))?
            .map(|pool| (pool.figures.fee_growth_global0, pool.figures.fee_growth_global1));
        for interval in Interval::ALL {
            let period = interval.period(self.block.timestamp);
            let key = Key::PoolInterval(world.pool, interval, period);
            self.change_or_make(&key, PoolInterval::default, |row, new| {
                let price = pool.token0_price;
                if new {
                    (row.open, row.high, row.low) = (price, price, price);
                }
                row.high = row.high.max(price);
                row.low = row.low.min(price);
                row.close = price;
                row.liquidity = pool.liquidity;
                row.sqrt_price = pool.sqrt_price;
                row.tick = pool.tick;
                row.token0_price = price;
                row.token1_price = pool.token1_price;
                row.tvl_usd = pool.tvl_usd;
                row.tx_count += 1;
                (row.fee_growth_global0, row.fee_growth_global1) = growth.unwrap_or_default();
                if let Some(Volume { amounts, value }) = volume {
                    row.volume_usd += value.usd;
                    row.volume_token0 += amounts[0];
                    row.volume_token1 += amounts[1];
                    row.fees_usd += value.fees_usd;
                }
            })?;
        }
        Ok(())
    }

    /// A token's hour and day. The reference adds the tracked volume under "untracked" too.
    fn token_rows(
        &mut self,
        world: &World<'_>,
        token: &TokenSeen,
        volume: Option<(Decimal, &SwapValue)>,
    ) -> Result<(), FoldError> {
        for interval in Interval::ALL {
            let period = interval.period(self.block.timestamp);
            let key = Key::TokenInterval(world.dex.factory, token.token, interval, period);
            self.change_or_make(&key, TokenInterval::default, |row, new| {
                let price = token.price_usd;
                if new {
                    (row.open, row.high, row.low) = (price, price, price);
                }
                row.high = row.high.max(price);
                row.low = row.low.min(price);
                row.close = price;
                row.price_usd = price;
                row.total_value_locked = token.tvl;
                row.total_value_locked_usd = token.tvl_usd;
                if let Some((amount, value)) = volume {
                    row.volume += amount;
                    row.volume_usd += value.usd;
                    row.untracked_volume_usd += value.usd;
                    row.fees_usd += value.fees_usd;
                }
            })?;
        }
        Ok(())
    }
}
