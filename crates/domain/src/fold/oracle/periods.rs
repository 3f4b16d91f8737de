//! Rows of days and hours.

use super::{Oracle, TokenCopy};
use crate::{
    figures::{Interval, PoolInterval, TokenInterval},
    ids::PoolId,
};

impl Oracle {
    pub(super) fn rows(&mut self, time: u64, id: PoolId, token0: &TokenCopy, token1: &TokenCopy) {
        let factory = self.factory.clone().unwrap();
        let day = self.days.entry(Interval::Day.period(time)).or_default();
        day.tvl_usd = factory.total_value_locked_usd;
        day.tx_count = factory.tx_count;
        for interval in Interval::ALL {
            self.pool_row(time, id, interval);
            self.token_row(time, token0, interval);
            self.token_row(time, token1, interval);
        }
    }

    pub(super) fn pool_row(&mut self, time: u64, id: PoolId, interval: Interval) {
        let pool = &self.pools[&id];
        let price = pool.f.token0_price;
        let row =
            self.pool_rows.entry((id, interval, interval.period(time))).or_insert_with(|| {
                PoolInterval {
                    open: price,
                    high: price,
                    low: price,
                    close: price,
                    ..Default::default()
                }
            });
        if price > row.high {
            row.high = price;
        }
        if price < row.low {
            row.low = price;
        }
        row.liquidity = pool.liquidity;
        row.sqrt_price = pool.sqrt;
        row.token0_price = price;
        row.token1_price = pool.f.token1_price;
        row.close = price;
        row.tick = pool.tick;
        row.tvl_usd = pool.f.total_value_locked_usd;
        row.tx_count += 1;
    }

    pub(super) fn token_row(&mut self, time: u64, token: &TokenCopy, interval: Interval) {
        let price = token.f.derived_eth * self.eth;
        let key = (token.id, interval, interval.period(time));
        let row = self.token_rows.entry(key).or_insert_with(|| TokenInterval {
            open: price,
            high: price,
            low: price,
            close: price,
            ..Default::default()
        });
        if price > row.high {
            row.high = price;
        }
        if price < row.low {
            row.low = price;
        }
        row.close = price;
        row.price_usd = price;
        row.total_value_locked = token.f.total_value_locked;
        row.total_value_locked_usd = token.f.total_value_locked_usd;
    }
}
