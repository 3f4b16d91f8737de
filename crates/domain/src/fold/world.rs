//! What a V3 or V4 pool's event finds: what the reference loads at the start of a handler.

use alloy_primitives::{Address, U256};

use super::{FoldError, Key, apply::Step};
use crate::{
    config::Dex,
    decimal::Decimal,
    entity::{Pool, PoolState, Protocol, Token},
    figures::{Factory, TokenFigures},
    ids::PoolId,
};

/// V4's native currency, where its metadata does not say otherwise.
const NATIVE_DECIMALS: u8 = 18;

/// A pool's token as it was saved last.
#[derive(Debug, Clone, Copy)]
pub(super) struct Side {
    /// The token.
    pub(super) token: Address,
    /// Its decimals.
    pub(super) decimals: u8,
    /// Price in the reference token.
    pub(super) derived_eth: Decimal,
    /// Price in USD.
    pub(super) price_usd: Decimal,
    /// Whether its amounts are tracked.
    pub(super) whitelisted: bool,
}

/// A pool as it was saved at some moment, as far as rows of periods look at it.
#[derive(Debug, Clone, Copy)]
pub(super) struct PoolSeen {
    pub(super) liquidity: u128,
    pub(super) sqrt_price: U256,
    /// None before the first price.
    pub(super) tick: Option<i32>,
    pub(super) token0_price: Decimal,
    pub(super) token1_price: Decimal,
    pub(super) tvl_usd: Decimal,
}

/// A counted pool's surroundings before an event.
#[derive(Debug, Clone, Copy)]
pub(super) struct World<'a> {
    /// The DEX.
    pub(super) dex: &'a Dex,
    /// The pool.
    pub(super) pool: PoolId,
    /// The pool as it was saved last.
    pub(super) seen: PoolSeen,
    /// Its locked value in the reference token.
    pub(super) tvl_eth: Decimal,
    /// Its fee in pips.
    pub(super) fee_tier: u32,
    /// Its tokens.
    pub(super) sides: [Side; 2],
    /// Price of the reference token in USD.
    pub(super) eth: Decimal,
    /// The DEX's locked value in USD.
    pub(super) factory_tvl_usd: Decimal,
    /// The DEX's transactions.
    pub(super) factory_tx_count: u64,
}

impl PoolSeen {
    /// The pool as it is.
    pub(super) fn of(pool: &Pool) -> Self {
        let (sqrt_price, tick, liquidity) = match pool.state {
            PoolState::Concentrated { sqrt_price_x96, tick, liquidity } => {
                (sqrt_price_x96, tick, liquidity)
            }
            PoolState::Reserves { .. } => (U256::ZERO, 0, 0),
        };
        Self {
            liquidity,
            sqrt_price,
            tick: (!sqrt_price.is_zero()).then_some(tick),
            token0_price: pool.figures.token0_price,
            token1_price: pool.figures.token1_price,
            tvl_usd: pool.figures.total_value_locked_usd,
        }
    }
}

impl<'a> Step<'a> {
    /// A pool's surroundings; `None` when the reference does not know the pool, or the pool's DEX is not configured.
    pub(super) fn world(&self, id: PoolId) -> Result<Option<World<'a>>, FoldError> {
        let Some(pool) = self.find::<Pool>(&Key::Pool(id))? else { return Ok(None) };
        if !pool.figures.counted {
            return Ok(None);
        }
        let Some(dex) = self.dex_of(pool) else { return Ok(None) };
        let (eth, factory_tvl_usd, factory_tx_count) = self
            .find::<Factory>(&Key::Factory(dex.factory))?
            .map(|factory| {
                (factory.eth_price_usd, factory.total_value_locked_usd, factory.tx_count)
            })
            .unwrap_or_default();
        Ok(Some(World {
            dex,
            pool: id,
            seen: PoolSeen::of(pool),
            tvl_eth: pool.figures.total_value_locked_eth,
            fee_tier: pool.figures.fee_tier,
            sides: [self.side(dex, pool.token0, eth)?, self.side(dex, pool.token1, eth)?],
            eth,
            factory_tvl_usd,
            factory_tx_count,
        }))
    }

    fn side(&self, dex: &Dex, token: Address, eth: Decimal) -> Result<Side, FoldError> {
        let derived_eth = self
            .find::<TokenFigures>(&Key::TokenFigures(dex.factory, token))?
            .map_or(Decimal::ZERO, |figures| figures.derived_eth);
        Ok(Side {
            token,
            decimals: self.decimals(dex, token)?.unwrap_or_default(),
            derived_eth,
            price_usd: derived_eth * eth,
            whitelisted: dex.pricing.is_whitelisted(token),
        })
    }

    /// A token's decimals; `None` when the reference drops its pools: it has none, or more than 254.
    pub(super) fn decimals(&self, dex: &Dex, token: Address) -> Result<Option<u8>, FoldError> {
        let stated = dex.pricing.tokens.iter().find(|stated| stated.address == token);
        let native = dex.protocol == Protocol::V4 && token.is_zero();
        let decimals = match stated {
            Some(stated) => Some(stated.decimals),
            None => self.find::<Token>(&Key::Token(token))?.and_then(|token| token.decimals),
        };
        Ok(decimals.or(native.then_some(NATIVE_DECIMALS)).filter(|decimals| *decimals < u8::MAX))
    }

    /// The pool as it is saved now, for rows of periods.
    pub(super) fn pool_seen(&self, world: &World<'_>) -> Result<PoolSeen, FoldError> {
        let pool = self.find::<Pool>(&Key::Pool(world.pool))?;
        Ok(pool.map_or(world.seen, PoolSeen::of))
    }

    /// What the tokens and the reference token are worth now.
    pub(super) fn market(&self, world: &World<'_>) -> Result<Market, FoldError> {
        let eth = self.eth_price(world.dex)?;
        let [derived0, derived1] =
            world.sides.map(|side| self.derived_eth(world.dex, side.token, eth));
        Ok(Market { eth, derived: [derived0?, derived1?] })
    }
}

/// Prices worked out anew; both tokens' from the prices that were saved last.
#[derive(Debug, Clone, Copy)]
pub(super) struct Market {
    /// Price of the reference token in USD.
    pub(super) eth: Decimal,
    /// Prices of token0 and token1 in the reference token.
    pub(super) derived: [Decimal; 2],
}
