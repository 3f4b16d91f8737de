//! Prices: of the reference token in USD, of tokens in the reference token.

use alloy_primitives::Address;

use super::{
    super::{FoldError, Key, apply::Step},
    Pair,
};
use crate::{
    config::Dex,
    decimal::Decimal,
    entity::Pool,
    figures::{Factory, TokenFigures},
    ids::PoolId,
};

impl Step<'_> {
    /// The stored price of the reference token in USD.
    pub(super) fn v2_stored_eth(&self, pair: &Pair<'_>) -> Result<Decimal, FoldError> {
        let factory = self.find::<Factory>(&pair.factory())?;
        Ok(factory.map_or(Decimal::ZERO, |factory| factory.eth_price_usd))
    }

    /// The price of the reference token in USD after this pair's reserves were saved. It depends on the stable pairs
    /// alone, so that of other pairs the stored one is the same.
    pub(super) fn v2_eth(&self, pair: &Pair<'_>) -> Result<Decimal, FoldError> {
        let pricing = &pair.dex.pricing;
        if pricing.stable_pools.contains(&PoolId::Contract(pricing.reference_token)) {
            return Ok(Decimal::ONE);
        }
        if !pricing.stable_pools.contains(&pair.id()) {
            return self.v2_stored_eth(pair);
        }
        let mut all = Decimal::ZERO;
        for id in &pricing.stable_pools {
            if let Some((reserve, _)) = self.v2_stable(pair.dex, *id)? {
                all += reserve;
            }
        }
        let mut eth = Decimal::ZERO;
        for id in &pricing.stable_pools {
            if let Some((reserve, price)) = self.v2_stable(pair.dex, *id)? {
                eth += price * reserve.safe_div(all);
            }
        }
        Ok(eth)
    }

    /// Of a stable pair the reserve of the reference token, and that token's price in the stablecoin.
    fn v2_stable(&self, dex: &Dex, id: PoolId) -> Result<Option<(Decimal, Decimal)>, FoldError> {
        let Some(pool) = self.find::<Pool>(&Key::Pool(id))? else { return Ok(None) };
        let figures = &pool.figures;
        if !figures.counted || pool.factory != dex.factory {
            return Ok(None);
        }
        Ok(Some(if pool.token1 == dex.pricing.reference_token {
            (figures.total_value_locked_token1, figures.token0_price)
        } else {
            (figures.total_value_locked_token0, figures.token1_price)
        }))
    }

    /// A token's price in the reference token, from the first whitelisted token that it has a pair with which holds
    /// enough: by the pair's saved prices, the value that it held before, and the other token's saved price.
    pub(super) fn v2_derived(
        &self,
        dex: &Dex,
        token: Address,
        eth: Decimal,
    ) -> Result<Decimal, FoldError> {
        let pricing = &dex.pricing;
        if token == pricing.reference_token {
            return Ok(Decimal::ONE);
        }
        if pricing.is_stablecoin(token) {
            return Ok(Decimal::ONE.safe_div(eth));
        }
        let figures = self.find::<TokenFigures>(&Key::TokenFigures(dex.factory, token))?;
        let Some(figures) = figures else { return Ok(Decimal::ZERO) };
        for id in &figures.whitelist_pools {
            let Some(pool) = self.find::<Pool>(&Key::Pool(*id))? else { continue };
            if pool.figures.total_value_locked_eth <= pricing.minimum_locked {
                continue;
            }
            let (price, other) = if pool.token0 == token {
                (pool.figures.token1_price, pool.token1)
            } else {
                (pool.figures.token0_price, pool.token0)
            };
            let other = self.find::<TokenFigures>(&Key::TokenFigures(dex.factory, other))?;
            if let Some(other) = other {
                return Ok(price * other.derived_eth);
            }
        }
        Ok(Decimal::ZERO)
    }
}
