//! Swap, mint, burn and collect.

use alloy_primitives::{I256, U256};

use super::{
    Oracle, int,
    prices::{absolute, convert, prices},
};
use crate::{decimal::Decimal, figures::Interval, ids::PoolId};

impl Oracle {
    pub(super) fn swap(
        &mut self,
        time: u64,
        id: PoolId,
        raw: [I256; 2],
        (sqrt, liquidity, tick): (U256, u128, i32),
        fee: Option<u32>,
    ) -> Decimal {
        let Some(mut pool) = self.pools.get(&id).cloned() else { return Decimal::ZERO };
        let mut factory = self.factory.clone().unwrap();
        let (mut token0, mut token1) = (self.load_token(pool.token0), self.load_token(pool.token1));
        let mut amount0 = convert(raw[0], token0.decimals);
        let mut amount1 = convert(raw[1], token1.decimals);
        if let Some(fee) = fee {
            amount0 *= Decimal::from(-1i64);
            amount1 *= Decimal::from(-1i64);
            pool.f.fee_tier = fee;
        }
        let (abs0, abs1) = (absolute(amount0), absolute(amount1));
        let usd0 = abs0 * token0.f.derived_eth * self.eth;
        let usd1 = abs1 * token1.f.derived_eth * self.eth;
        let tracked = self.tracked(abs0, &token0, abs1, &token1).safe_div(int(2));
        let tracked_eth = tracked.safe_div(self.eth);
        let untracked = (usd0 + usd1).safe_div(int(2));
        let fee_tier = int(u64::from(pool.f.fee_tier));
        let fees_eth = (tracked_eth * fee_tier).safe_div(int(1_000_000));
        let fees = (tracked * fee_tier).safe_div(int(1_000_000));

        factory.tx_count += 1;
        factory.total_volume_eth += tracked_eth;
        factory.total_volume_usd += tracked;
        factory.untracked_volume_usd += untracked;
        factory.total_fees_eth += fees_eth;
        factory.total_fees_usd += fees;
        factory.total_value_locked_eth -= pool.f.total_value_locked_eth;

        pool.f.volume_token0 += abs0;
        pool.f.volume_token1 += abs1;
        pool.f.volume_usd += tracked;
        pool.f.untracked_volume_usd += untracked;
        pool.f.fees_usd += fees;
        pool.f.tx_count += 1;
        (pool.liquidity, pool.tick, pool.sqrt) = (liquidity, Some(tick), sqrt);
        pool.f.total_value_locked_token0 += amount0;
        pool.f.total_value_locked_token1 += amount1;
        for (token, abs, amount) in [(&mut token0, abs0, amount0), (&mut token1, abs1, amount1)] {
            token.f.volume += abs;
            token.f.total_value_locked += amount;
            token.f.volume_usd += tracked;
            token.f.untracked_volume_usd += untracked;
            token.f.fees_usd += fees;
            token.f.tx_count += 1;
        }
        (pool.f.token0_price, pool.f.token1_price) = prices(sqrt, &token0, &token1);
        if !self.v4 {
            self.pools.insert(id, pool.clone());
        }
        self.eth = self.eth_price();
        token0.f.derived_eth = self.find_eth_per_token(&token0);
        token1.f.derived_eth = self.find_eth_per_token(&token1);
        pool.f.total_value_locked_eth = pool.f.total_value_locked_token0 * token0.f.derived_eth
            + pool.f.total_value_locked_token1 * token1.f.derived_eth;
        pool.f.total_value_locked_usd = pool.f.total_value_locked_eth * self.eth;
        factory.total_value_locked_eth += pool.f.total_value_locked_eth;
        factory.total_value_locked_usd = factory.total_value_locked_eth * self.eth;
        for token in [&mut token0, &mut token1] {
            token.f.total_value_locked_usd =
                token.f.total_value_locked * token.f.derived_eth * self.eth;
        }

        self.rows(time, id, &token0, &token1);
        let day = self.days.get_mut(&Interval::Day.period(time)).unwrap();
        day.volume_eth += tracked_eth;
        day.volume_usd += tracked;
        day.fees_usd += fees;
        for interval in Interval::ALL {
            let period = interval.period(time);
            let row = self.pool_rows.get_mut(&(id, interval, period)).unwrap();
            row.volume_usd += tracked;
            row.volume_token0 += abs0;
            row.volume_token1 += abs1;
            row.fees_usd += fees;
            for (token, abs) in [(&token0, abs0), (&token1, abs1)] {
                let row = self.token_rows.get_mut(&(token.id, interval, period)).unwrap();
                row.volume += abs;
                row.volume_usd += tracked;
                row.untracked_volume_usd += tracked;
                row.fees_usd += fees;
            }
        }
        self.factory = Some(factory);
        self.pools.insert(id, pool);
        self.save_token(&token0);
        self.save_token(&token1);
        tracked
    }

    /// Mint and `ModifyLiquidity` (`locks`), or Burn.
    pub(super) fn liquidity(
        &mut self,
        time: u64,
        id: PoolId,
        (lower, upper): (i32, i32),
        delta: i128,
        raw: [I256; 2],
        locks: bool,
    ) -> Decimal {
        let Some(mut pool) = self.pools.get(&id).cloned() else { return Decimal::ZERO };
        let mut factory = self.factory.clone().unwrap();
        let (mut token0, mut token1) = (self.load_token(pool.token0), self.load_token(pool.token1));
        let amount0 = convert(raw[0], token0.decimals);
        let amount1 = convert(raw[1], token1.decimals);
        let usd = amount0 * (token0.f.derived_eth * self.eth)
            + amount1 * (token1.f.derived_eth * self.eth);
        factory.tx_count += 1;
        token0.f.tx_count += 1;
        token1.f.tx_count += 1;
        pool.f.tx_count += 1;
        if pool.tick.is_some_and(|tick| lower <= tick && upper > tick) {
            pool.liquidity = pool.liquidity.checked_add_signed(delta).unwrap();
        }
        if locks {
            factory.total_value_locked_eth -= pool.f.total_value_locked_eth;
            for (token, amount) in [(&mut token0, amount0), (&mut token1, amount1)] {
                token.f.total_value_locked += amount;
                token.f.total_value_locked_usd =
                    token.f.total_value_locked * (token.f.derived_eth * self.eth);
            }
            pool.f.total_value_locked_token0 += amount0;
            pool.f.total_value_locked_token1 += amount1;
            pool.f.total_value_locked_eth = pool.f.total_value_locked_token0 * token0.f.derived_eth
                + pool.f.total_value_locked_token1 * token1.f.derived_eth;
            pool.f.total_value_locked_usd = pool.f.total_value_locked_eth * self.eth;
            factory.total_value_locked_eth += pool.f.total_value_locked_eth;
            factory.total_value_locked_usd = factory.total_value_locked_eth * self.eth;
        }
        self.rows(time, id, &token0, &token1);
        self.save_token(&token0);
        self.save_token(&token1);
        self.pools.insert(id, pool);
        self.factory = Some(factory);
        usd
    }

    pub(super) fn collect(&mut self, time: u64, id: PoolId, raw: [I256; 2]) -> Decimal {
        let Some(mut pool) = self.pools.get(&id).cloned() else { return Decimal::ZERO };
        let mut factory = self.factory.clone().unwrap();
        let (mut token0, mut token1) = (self.load_token(pool.token0), self.load_token(pool.token1));
        let amount0 = convert(raw[0], token0.decimals);
        let amount1 = convert(raw[1], token1.decimals);
        let usd = self.tracked(amount0, &token0, amount1, &token1);
        factory.total_value_locked_eth -= pool.f.total_value_locked_eth;
        factory.tx_count += 1;
        for (token, amount) in [(&mut token0, amount0), (&mut token1, amount1)] {
            token.f.tx_count += 1;
            token.f.total_value_locked -= amount;
            token.f.total_value_locked_usd =
                token.f.total_value_locked * (token.f.derived_eth * self.eth);
        }
        pool.f.tx_count += 1;
        pool.f.total_value_locked_token0 -= amount0;
        pool.f.total_value_locked_token1 -= amount1;
        pool.f.total_value_locked_eth = pool.f.total_value_locked_token0 * token0.f.derived_eth
            + pool.f.total_value_locked_token1 * token1.f.derived_eth;
        pool.f.total_value_locked_usd = pool.f.total_value_locked_eth * self.eth;
        pool.f.collected_fees_token0 += amount0;
        pool.f.collected_fees_token1 += amount1;
        pool.f.collected_fees_usd += usd;
        factory.total_value_locked_eth += pool.f.total_value_locked_eth;
        factory.total_value_locked_usd = factory.total_value_locked_eth * self.eth;
        self.rows(time, id, &token0, &token1);
        self.save_token(&token0);
        self.save_token(&token1);
        self.factory = Some(factory);
        self.pools.insert(id, pool);
        usd
    }
}
