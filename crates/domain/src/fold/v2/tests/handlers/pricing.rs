//! `pricing.ts`.

use alloy_primitives::Address;

use super::{Pair, Reference};
use crate::{decimal::Decimal, figures::TokenFigures, ids::PoolId};

impl Reference {
    pub(super) fn eth_price_in_usd(&self) -> Decimal {
        let pricing = &self.pricing;
        if pricing.stable_pools.contains(&PoolId::Contract(pricing.reference_token)) {
            return Decimal::ONE;
        }
        let mut reserves = Vec::new();
        let mut prices = Vec::new();
        let mut total = Decimal::ZERO;
        for id in &pricing.stable_pools {
            let pair = self.pairs.iter().find(|(address, _)| PoolId::Contract(**address) == *id);
            if let Some((_, pair)) = pair {
                let figures = &pair.figures;
                let (reserve, price) = if pair.token1 == pricing.reference_token {
                    (figures.total_value_locked_token1, figures.token0_price)
                } else {
                    (figures.total_value_locked_token0, figures.token1_price)
                };
                reserves.push(reserve);
                prices.push(price);
                total += reserve;
            }
        }
        let mut price = Decimal::ZERO;
        for (reserve, its) in reserves.into_iter().zip(prices) {
            price += its * reserve.safe_div(total);
        }
        price
    }

    pub(super) fn find_eth_per_token(&self, token: Address) -> Decimal {
        let pricing = &self.pricing;
        if token == pricing.reference_token {
            return Decimal::ONE;
        }
        if pricing.stablecoins.contains(&token) {
            return Decimal::ONE.safe_div(self.factory.eth_price_usd);
        }
        for entry in &pricing.whitelist {
            let Some(pair) = self.lookups.get(&(token, *entry)).and_then(|id| self.pairs.get(id))
            else {
                continue;
            };
            if pair.figures.total_value_locked_eth > pricing.minimum_locked {
                return if pair.token0 == token {
                    pair.figures.token1_price * self.tokens[&pair.token1].derived_eth
                } else {
                    pair.figures.token0_price * self.tokens[&pair.token0].derived_eth
                };
            }
        }
        Decimal::ZERO
    }

    fn is_listed(&self, pair: &Pair) -> (bool, bool) {
        let whitelist = &self.pricing.whitelist;
        (whitelist.contains(&pair.token0), whitelist.contains(&pair.token1))
    }

    /// The constant zero is `None`.
    pub(super) fn tracked_volume_usd(
        &self,
        amount0: Decimal,
        token0: &TokenFigures,
        amount1: Decimal,
        token1: &TokenFigures,
        pair: &Pair,
    ) -> Option<Decimal> {
        let two = Decimal::from_parts(2, 0);
        let minimum = self.pricing.minimum_liquidity_usd;
        let price0 = token0.derived_eth * self.factory.eth_price_usd;
        let price1 = token1.derived_eth * self.factory.eth_price_usd;
        let reserve0_usd = pair.figures.total_value_locked_token0 * price0;
        let reserve1_usd = pair.figures.total_value_locked_token1 * price1;
        let listed = self.is_listed(pair);
        if listed == (true, true) && reserve0_usd + reserve1_usd < minimum {
            return None;
        }
        if listed == (true, false) && reserve0_usd * two < minimum {
            return None;
        }
        if listed == (false, true) && reserve1_usd * two < minimum {
            return None;
        }
        match listed {
            (true, true) => Some((amount0 * price0 + amount1 * price1).safe_div(two)),
            (true, false) => Some(amount0 * price0),
            (false, true) => Some(amount1 * price1),
            (false, false) => None,
        }
    }

    pub(super) fn tracked_liquidity_usd(
        &self,
        amount0: Decimal,
        token0: &TokenFigures,
        amount1: Decimal,
        token1: &TokenFigures,
        pair: &Pair,
    ) -> Decimal {
        let two = Decimal::from_parts(2, 0);
        let price0 = token0.derived_eth * self.factory.eth_price_usd;
        let price1 = token1.derived_eth * self.factory.eth_price_usd;
        match self.is_listed(pair) {
            (true, true) => amount0 * price0 + amount1 * price1,
            (true, false) => amount0 * price0 * two,
            (false, true) => amount1 * price1 * two,
            (false, false) => Decimal::ZERO,
        }
    }
}
