//! Figures of V2 pairs, by the rules of the reference subgraph: which value a rule reads (the stored one, or that of the
//! event under way) is part of the rule.
//!
//! A pair counts when both tokens say their decimals and it is not on the skip list. What does not count keeps its rows
//! and its reserves, and nothing else.

use alloy_primitives::Address;

use super::{FoldError, Key, apply::Step};
use crate::{
    config::Dex,
    decimal::Decimal,
    entity::{Pool, Token},
    figures::{Factory, TokenFigures},
    ids::PoolId,
};

mod candle;
mod interval;
mod liquidity;
mod lists;
mod position;
mod price;
mod swap;
mod sync;
#[cfg(test)]
mod tests;
mod totals;
mod tracked;
mod transfer;

pub(super) use self::{lists::Lists, swap::Value};

/// A pair that counts, as an event finds it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair<'a> {
    address: Address,
    dex: &'a Dex,
    tokens: [Address; 2],
    decimals: [u8; 2],
    reserves: [Decimal; 2],
    reserve_usd: Decimal,
    tracked_reserve_eth: Decimal,
    total_supply: Decimal,
}

impl Pair<'_> {
    const fn id(&self) -> PoolId {
        PoolId::Contract(self.address)
    }

    const fn key(&self) -> Key {
        Key::Pool(self.id())
    }

    const fn factory(&self) -> Key {
        Key::Factory(self.dex.factory)
    }

    fn token_keys(&self) -> [Key; 2] {
        self.tokens.map(|token| Key::TokenFigures(self.dex.factory, token))
    }
}

impl<'a> Step<'a> {
    /// The pair, if it counts.
    pub(super) fn counted_pair(
        &self,
        address: Address,
        pool: &Pool,
    ) -> Result<Option<Pair<'a>>, FoldError> {
        let figures = &pool.figures;
        if !figures.counted {
            return Ok(None);
        }
        let Some(dex) = self.dex_of(pool) else { return Ok(None) };
        let tokens = [pool.token0, pool.token1];
        let [Some(decimals0), Some(decimals1)] =
            [self.v2_decimals(dex, tokens[0])?, self.v2_decimals(dex, tokens[1])?]
        else {
            return Ok(None);
        };
        Ok(Some(Pair {
            address,
            dex,
            tokens,
            decimals: [decimals0, decimals1],
            reserves: [figures.total_value_locked_token0, figures.total_value_locked_token1],
            reserve_usd: figures.total_value_locked_usd,
            tracked_reserve_eth: figures.tracked_reserve_eth,
            total_supply: figures.total_supply,
        }))
    }

    /// A token's decimals: as configured, else as its contract says.
    fn v2_decimals(&self, dex: &Dex, token: Address) -> Result<Option<u8>, FoldError> {
        if let Some(known) = dex.pricing.tokens.iter().find(|known| known.address == token) {
            return Ok(Some(known.decimals));
        }
        Ok(self.find::<Token>(&Key::Token(token))?.and_then(|token| token.decimals))
    }
}

impl Step<'_> {
    /// Counts a new pool; it is saved by the caller.
    pub(super) fn v2_created(&mut self, dex: &Dex, pool: &mut Pool) -> Result<(), FoldError> {
        // the reference counts a pair before it looks at its tokens
        self.change::<Factory>(&Key::Factory(dex.factory), |factory| factory.pool_count += 1)?;
        for token in [pool.token0, pool.token1] {
            if self.v2_decimals(dex, token)?.is_none() {
                return Ok(());
            }
        }
        if dex.pricing.skip_pools.contains(&pool.id) {
            return Ok(());
        }
        pool.figures.counted = true;
        self.v2_priced_by(dex, pool.id, pool.token0, pool.token1)?;
        self.v2_priced_by(dex, pool.id, pool.token1, pool.token0)
    }

    /// Makes the token known on the DEX, and the pair one of those that price it if the other token is whitelisted.
    fn v2_priced_by(
        &mut self,
        dex: &Dex,
        pair: PoolId,
        token: Address,
        other: Address,
    ) -> Result<(), FoldError> {
        let key = Key::TokenFigures(dex.factory, token);
        let rank = |token: Address| dex.pricing.whitelist.iter().position(|entry| *entry == token);
        let Some(own) = rank(other) else { return self.change::<TokenFigures>(&key, |_| ()) };
        // kept in the whitelist's order, in which prices are looked for
        let mut place = 0;
        if let Some(figures) = self.find::<TokenFigures>(&key)? {
            for id in &figures.whitelist_pools {
                let Some(pool) = self.find::<Pool>(&Key::Pool(*id))? else { continue };
                let across = if pool.token0 == token { pool.token1 } else { pool.token0 };
                place += usize::from(rank(across).is_some_and(|rank| rank <= own));
            }
        }
        self.change::<TokenFigures>(&key, |figures| figures.whitelist_pools.insert(place, pair))
    }
}
