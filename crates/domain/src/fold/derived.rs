//! Prices of V3 and V4 tokens: what the reference token is worth in USD, and every other token in the reference token.

use alloy_primitives::Address;

use super::{FoldError, Key, apply::Step};
use crate::{
    config::Dex,
    decimal::Decimal,
    entity::{Pool, PoolState, Protocol},
    figures::TokenFigures,
    ids::PoolId,
};

/// Whether prices are told in this token. V4's native currency stands for its wrapped form.
pub(super) fn is_reference(dex: &Dex, token: Address) -> bool {
    token == dex.pricing.reference_token || (dex.protocol == Protocol::V4 && token.is_zero())
}

/// Whether no pool of the token is looked at, because it is the reference token or a stablecoin. V2 looks at all pairs
/// when one comes to be.
pub(super) fn is_given(dex: &Dex, token: Address) -> bool {
    dex.protocol != Protocol::V2 && (is_reference(dex, token) || dex.pricing.is_stablecoin(token))
}

impl Step<'_> {
    /// USD per reference token: the price that the stable pool was saved with last. The reference writes "the reference
    /// token is itself a stablecoin" as a stable pool equal to the token (V3) or as none at all (V4).
    pub(super) fn eth_price(&self, dex: &Dex) -> Result<Decimal, FoldError> {
        let pricing = &dex.pricing;
        let Some(stable) = pricing.stable_pools.first() else {
            let one = dex.protocol == Protocol::V4 && !pricing.whitelist.is_empty();
            return Ok(if one { Decimal::ONE } else { Decimal::ZERO });
        };
        if *stable == PoolId::Contract(pricing.reference_token) {
            return Ok(Decimal::ONE);
        }
        let Some(pool) = self.find::<Pool>(&Key::Pool(*stable))? else { return Ok(Decimal::ZERO) };
        let figures = &pool.figures;
        Ok(if is_reference(dex, pool.token0) { figures.token1_price } else { figures.token0_price })
    }

    /// Reference tokens per token: by the pool that holds most of the reference token's worth on the other side, as it
    /// was saved last and by the other token's price as it was saved last. `eth` is the price of the reference token in USD.
    pub(super) fn derived_eth(
        &self,
        dex: &Dex,
        token: Address,
        eth: Decimal,
    ) -> Result<Decimal, FoldError> {
        if is_reference(dex, token) {
            return Ok(Decimal::ONE);
        }
        if dex.pricing.is_stablecoin(token) {
            return Ok(Decimal::ONE.safe_div(eth));
        }
        let key = |token| Key::TokenFigures(dex.factory, token);
        let Some(figures) = self.find::<TokenFigures>(&key(token))? else {
            return Ok(Decimal::ZERO);
        };
        let mut largest = Decimal::ZERO;
        let mut best = (Decimal::ZERO, Decimal::ZERO);
        // most pools in a row have the same token on their other side
        let mut last = None;
        for id in &figures.whitelist_pools {
            let Some(pool) = self.find::<Pool>(&Key::Pool(*id))? else { continue };
            let Some((other, held, price)) = other_side(pool, token) else { continue };
            let derived = match last {
                Some((address, derived)) if address == other => derived,
                _ => self
                    .find::<TokenFigures>(&key(other))?
                    .map_or(Decimal::ZERO, |figures| figures.derived_eth),
            };
            last = Some((other, derived));
            let locked = held * derived;
            if locked > largest && locked > dex.pricing.minimum_locked {
                largest = locked;
                best = (price, derived);
            }
        }
        Ok(best.0 * best.1)
    }
}

/// The token on the other side, how much the pool holds of it, and how much of it one `token` costs; `None` of a pool
/// that cannot give a price.
fn other_side(pool: &Pool, token: Address) -> Option<(Address, Decimal, Decimal)> {
    let PoolState::Concentrated { liquidity: 1.., .. } = pool.state else { return None };
    let figures = &pool.figures;
    let (other, held, price) = if pool.token0 == token {
        (pool.token1, figures.total_value_locked_token1, figures.token1_price)
    } else {
        (pool.token0, figures.total_value_locked_token0, figures.token0_price)
    };
    // what is not above zero never counts: derived prices are not negative
    (held > Decimal::ZERO).then_some((other, held, price))
}
