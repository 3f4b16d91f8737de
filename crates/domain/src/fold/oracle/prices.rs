//! Amounts and prices.

use alloy_primitives::{Address, I256, U256, U512};

use super::{Oracle, PoolCopy, TokenCopy, int};
use crate::{amm::tick_math::sqrt_ratio_at_tick, decimal::Decimal};

pub(super) fn ten_to_the(power: u8) -> Decimal {
    Decimal::from_u256(U256::from(10u8).pow(U256::from(power)))
}

pub(super) fn convert(raw: I256, decimals: u8) -> Decimal {
    if decimals == 0 {
        return Decimal::from_i256(raw);
    }
    Decimal::from_i256(raw).safe_div(ten_to_the(decimals))
}

pub(super) fn absolute(value: Decimal) -> Decimal {
    if value < Decimal::ZERO { value * Decimal::from(-1i64) } else { value }
}

pub(super) fn prices(sqrt: U256, token0: &TokenCopy, token1: &TokenCopy) -> (Decimal, Decimal) {
    let square: U512 = sqrt.widening_mul(sqrt);
    let two_to_the_192 = Decimal::from_u256(U256::ONE << 192);
    let price1 = (Decimal::from_u512(square).safe_div(two_to_the_192)
        * ten_to_the(token0.decimals))
    .safe_div(ten_to_the(token1.decimals));
    (int(1).safe_div(price1), price1)
}

/// Section 9's amounts of liquidity.
pub(super) fn amounts_of(
    pool: &PoolCopy,
    (lower, upper): (i32, i32),
    liquidity: i128,
) -> [I256; 2] {
    let ratio = |tick| U512::from(sqrt_ratio_at_tick(tick).unwrap());
    let (low, high, now) = (ratio(lower), ratio(upper), U512::from(pool.sqrt));
    let (size, up) = (U512::from(liquidity.unsigned_abs()), liquidity > 0);
    let divide = |a: U512, b: U512| if up { a.div_ceil(b) } else { a / b };
    let delta0 = |a: U512, b: U512| {
        let (a, b) = (a.min(b), a.max(b));
        divide(divide((size << 96usize) * (b - a), b), a)
    };
    let delta1 = |a: U512, b: U512| divide(size * (a.max(b) - a.min(b)), U512::ONE << 96usize);
    let tick = pool.tick.unwrap();
    let (amount0, amount1) = if tick < lower {
        (delta0(low, high), U512::ZERO)
    } else if tick < upper {
        (delta0(now, high), delta1(low, now))
    } else {
        (U512::ZERO, delta1(low, high))
    };
    [amount0, amount1].map(|amount| {
        let amount = I256::from_raw(U256::from_limbs_slice(&amount.as_limbs()[..4]));
        if liquidity < 0 { -amount } else { amount }
    })
}

impl Oracle {
    pub(super) fn is_reference(&self, token: Address) -> bool {
        token == self.pricing.reference_token || (self.v4 && token.is_zero())
    }

    pub(super) fn eth_price(&self) -> Decimal {
        match self.pools.get(&self.pricing.stable_pools[0]) {
            Some(pool) if self.is_reference(pool.token0) => pool.f.token1_price,
            Some(pool) => pool.f.token0_price,
            None => Decimal::ZERO,
        }
    }

    pub(super) fn find_eth_per_token(&self, token: &TokenCopy) -> Decimal {
        if self.is_reference(token.id) {
            return int(1);
        }
        if self.pricing.stablecoins.contains(&token.id) {
            return int(1).safe_div(self.eth);
        }
        let (mut largest, mut price) = (Decimal::ZERO, Decimal::ZERO);
        for id in &token.f.whitelist_pools {
            let pool = &self.pools[id];
            if pool.liquidity == 0 {
                continue;
            }
            let (other, locked, per_token) = if pool.token0 == token.id {
                (pool.token1, pool.f.total_value_locked_token1, pool.f.token1_price)
            } else {
                (pool.token0, pool.f.total_value_locked_token0, pool.f.token0_price)
            };
            let other = self.load_token(other);
            let locked = locked * other.f.derived_eth;
            if locked > largest && locked > self.pricing.minimum_locked {
                largest = locked;
                price = per_token * other.f.derived_eth;
            }
        }
        price
    }

    pub(super) fn tracked(
        &self,
        amount0: Decimal,
        token0: &TokenCopy,
        amount1: Decimal,
        token1: &TokenCopy,
    ) -> Decimal {
        let price0 = token0.f.derived_eth * self.eth;
        let price1 = token1.f.derived_eth * self.eth;
        match (self.white(token0.id), self.white(token1.id)) {
            (true, true) => amount0 * price0 + amount1 * price1,
            (true, false) => amount0 * price0 * int(2),
            (false, true) => amount1 * price1 * int(2),
            (false, false) => Decimal::ZERO,
        }
    }
}
