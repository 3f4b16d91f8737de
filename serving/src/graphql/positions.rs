//! `positions`, `position` and `liquidityPositions`, and what hangs on each.

use std::sync::Arc;

use alloy_primitives::{Address, U256};
use api_kit::page::Slice;
use async_graphql::{ComplexObject, Context, Object, Result};
use domain::decimal::Decimal;
use store::{ListQuery, PositionId, PositionQuery, PositionsOf, ShareQuery, SharesOf};

use super::{
    as_of::{self, AsOf},
    connection::Connection,
    events::pool,
    loaders::{self, Cached, Place, place},
    page_cost, prefetch, total,
};
use crate::{
    deps::Deps,
    read::{
        as_of::At,
        positions::{self, manager, token_id},
    },
    view::{account::LiquidityPosition, pool::Pool, position::Position},
};

/// Positions.
#[derive(Debug, Default)]
pub struct Positions;

#[Object]
impl Positions {
    /// Positions that are tokens (V3, V4), by manager and token id: all, those of an owner, or those in a pool.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the GraphQL field")]
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn positions(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        #[graphql(desc = "Only those whose token this account holds")] owner: Option<String>,
        #[graphql(desc = "Only those in this pool")] pool: Option<String>,
        #[graphql(
            desc = "Only those of this manager: its address, or the configured name of its DEX"
        )]
        manager: Option<String>,
        #[graphql(desc = "Rows of the page, 1 to 500; 50 if left out")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page")] after: Option<String>,
    ) -> Result<Connection<Position>> {
        let of = positions::of(owner.as_deref(), pool.as_deref())?;
        let (chain, at) = as_of::open(ctx, chain, None).await?;
        let (_, deps) = ctx.data::<Arc<Deps>>()?.chains.resolve(Some(chain))?;
        let manager = manager.map(|name| self::manager(deps, &name)).transpose()?;
        page(ctx, (chain, &at), (of, manager), (first, after)).await
    }

    /// A position that is a token (V3, V4); null when no event told of it.
    async fn position(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        #[graphql(desc = "Its manager: the address, or the configured name of its DEX")]
        manager: String,
        #[graphql(desc = "Id of the token, in decimal digits", name = "tokenId")] token: String,
        as_of: Option<AsOf>,
    ) -> Result<Option<Position>> {
        let token_id = token_id(&token)?;
        let (chain, at) = as_of::open(ctx, chain, as_of).await?;
        let (_, deps) = ctx.data::<Arc<Deps>>()?.chains.resolve(Some(chain))?;
        let id = PositionId { manager: self::manager(deps, &manager)?, token_id };
        let found = positions::one(&at, id).await?;
        Ok(found.map(|stored| Position::new(chain, id, &stored, at.older())))
    }

    /// Shares of V2 pairs: those an account holds, by pair, or those of a pair, by account.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn liquidity_positions(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        account: Option<String>,
        #[graphql(desc = "Id of the pair")] pool: Option<String>,
        #[graphql(desc = "Rows of the page, 1 to 500; 50 if left out")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page")] after: Option<String>,
    ) -> Result<Connection<LiquidityPosition>> {
        let of = positions::shares_of(account.as_deref(), pool.as_deref())?;
        let (chain, at) = as_of::open(ctx, chain, None).await?;
        shares(ctx, (chain, &at), of, (first, after)).await
    }
}

/// A page of positions.
pub(super) async fn page(
    ctx: &Context<'_>,
    (chain, at): (u64, &At),
    (of, manager): (PositionsOf, Option<Address>),
    (first, after): (Option<i32>, Option<String>),
) -> Result<Connection<Position>> {
    let slice = Slice::new(first, after.as_deref())?;
    let query = PositionQuery { of, manager, after: None, limit: 0 };
    let total = total::of(ctx, at, ListQuery::Positions(&query)).await?;
    let rows = positions::page(at, of, manager, slice).await?;
    let view = |(id, stored)| Position::new(chain, id, &stored, None);
    let page = Connection::new(ctx, at.block(), rows, after.is_some(), total, view);
    let pools = page.nodes.0.iter().filter_map(|position| position.pool).collect();
    prefetch::of_positions(ctx, chain, pools).await?;
    Ok(page)
}

/// A page of shares.
pub(super) async fn shares(
    ctx: &Context<'_>,
    (chain, at): (u64, &At),
    of: SharesOf,
    (first, after): (Option<i32>, Option<String>),
) -> Result<Connection<LiquidityPosition>> {
    let slice = Slice::new(first, after.as_deref())?;
    let query = ShareQuery { of, after: None, limit: 0 };
    let total = total::of(ctx, at, ListQuery::Shares(&query)).await?;
    let rows = positions::shares(at, of, slice).await?;
    let view = |(key, stored)| LiquidityPosition::new(chain, key, &stored);
    let page = Connection::new(ctx, at.block(), rows, after.is_some(), total, view);
    let pools = page.nodes.0.iter().map(|share| share.pool_key.1).collect();
    prefetch::of_positions(ctx, chain, pools).await?;
    Ok(page)
}

#[ComplexObject]
impl Position {
    /// The pool, at the block of the answer; null where `poolId` is.
    #[graphql(name = "pool")]
    async fn its_pool(&self, ctx: &Context<'_>) -> Result<Option<Pool>> {
        match self.pool {
            Some(id) => Ok(Some(pool(ctx, (self.chain, id), self.older).await?)),
            None => Ok(None),
        }
    }

    /// Token0 that taking out all of its liquidity would free at the pool's price, in smallest units; fees are no part of it.
    /// Null while there is no price.
    async fn amount0(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.now(ctx).await?.map(|(amounts, _)| amounts[0].to_string()))
    }

    /// Token1, likewise.
    async fn amount1(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.now(ctx).await?.map(|(amounts, _)| amounts[1].to_string()))
    }

    /// `amount0` in whole tokens, exact; null also where the token's decimals are not known.
    async fn amount0_decimal(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        whole(ctx, self.now(ctx).await?, 0).await
    }

    /// `amount1` in whole tokens, likewise.
    async fn amount1_decimal(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        whole(ctx, self.now(ctx).await?, 1).await
    }

    /// `feesCollected0` in whole tokens, exact; null without a pool, and where the token's decimals are not known.
    async fn fees_collected0_decimal(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        self.whole(ctx, self.collected, 0).await
    }

    /// `feesCollected1` in whole tokens, likewise.
    async fn fees_collected1_decimal(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        self.whole(ctx, self.collected, 1).await
    }

    /// `freed0` in whole tokens, likewise.
    async fn freed0_decimal(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        self.whole(ctx, self.freed, 0).await
    }

    /// `freed1` in whole tokens, likewise.
    async fn freed1_decimal(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        self.whole(ctx, self.freed, 1).await
    }

    /// Both amounts together in USD, by the prices that the pools of its DEX make at the block (`figures { priceUSD }` of tokens). Null
    /// where one of them has no price there.
    #[graphql(name = "amountUSD")]
    async fn amount_usd(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        usd(ctx, self.now(ctx).await?).await
    }
}

impl Position {
    async fn whole(
        &self,
        ctx: &Context<'_>,
        amounts: [U256; 2],
        side: usize,
    ) -> Result<Option<String>> {
        match self.its_pool(ctx).await? {
            Some(pool) => pool.whole(ctx, amounts, side).await,
            None => Ok(None),
        }
    }

    async fn now(&self, ctx: &Context<'_>) -> Result<Option<([U256; 2], Pool)>> {
        let Some(pool) = self.its_pool(ctx).await? else { return Ok(None) };
        Ok(self.amounts(&pool.entity).map(|amounts| (amounts, pool)))
    }
}

#[ComplexObject]
impl LiquidityPosition {
    /// The pair, at the block of the answer.
    async fn pool(&self, ctx: &Context<'_>) -> Result<Pool> {
        pool(ctx, self.pool_key, None).await
    }

    /// Token0 that burning the shares would give of the reserves, in smallest units; a fee that the pair may mint for its
    /// protocol before is not counted. Null where nobody has shares.
    async fn amount0(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.now(ctx).await?.map(|(amounts, _)| amounts[0].to_string()))
    }

    /// Token1, likewise.
    async fn amount1(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.now(ctx).await?.map(|(amounts, _)| amounts[1].to_string()))
    }

    /// `amount0` in whole tokens, exact; null also where the token's decimals are not known.
    async fn amount0_decimal(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        whole(ctx, self.now(ctx).await?, 0).await
    }

    /// `amount1` in whole tokens, likewise.
    async fn amount1_decimal(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        whole(ctx, self.now(ctx).await?, 1).await
    }

    /// Both amounts together in USD, by the prices that the pools of its DEX make at the block (`figures { priceUSD }` of tokens). Null
    /// where one of them has no price there.
    #[graphql(name = "amountUSD")]
    async fn amount_usd(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        usd(ctx, self.now(ctx).await?).await
    }
}

impl LiquidityPosition {
    async fn now(&self, ctx: &Context<'_>) -> Result<Option<([U256; 2], Pool)>> {
        let pool = self.pool(ctx).await?;
        Ok(self.amounts(&pool.entity).map(|amounts| (amounts, pool)))
    }
}

/// One of two amounts in whole tokens.
async fn whole(
    ctx: &Context<'_>,
    now: Option<([U256; 2], Pool)>,
    side: usize,
) -> Result<Option<String>> {
    match now {
        Some((amounts, pool)) => pool.whole(ctx, amounts, side).await,
        None => Ok(None),
    }
}

/// Both of two amounts in USD.
async fn usd(ctx: &Context<'_>, now: Option<([U256; 2], Pool)>) -> Result<Option<String>> {
    let Some((amounts, pool)) = now else { return Ok(None) };
    let (token0, token1) = pool.tokens(ctx).await?;
    let (place, factory) = (place(pool.chain_id, pool.older), pool.entity.factory);
    let mut sum = Decimal::ZERO;
    for (amount, token) in amounts.into_iter().zip([token0, token1]) {
        if amount.is_zero() {
            continue;
        }
        let price = price_usd(ctx, place, (factory, token.address)).await?;
        let (Some(price), Some(decimals)) = (price, token.decimals) else { return Ok(None) };
        sum += Decimal::from_units(amount, decimals) * price;
    }
    Ok(Some(sum.to_string()))
}

/// What the pools of a DEX say that a token costs; `None` where they do not say.
async fn price_usd(
    ctx: &Context<'_>,
    place: Place,
    (factory, token): loaders::Within,
) -> Result<Option<Decimal>> {
    let factories = ctx.data::<Cached<loaders::Factories>>()?.load_one(place).await?;
    let totals = factories.into_iter().flatten().find(|(of, _)| *of == factory);
    let figures = ctx.data::<Cached<loaders::OfTokens>>()?.load_one((place, (factory, token)));
    let (Some((_, totals)), Some(figures)) = (totals, figures.await?.flatten()) else {
        return Ok(None);
    };
    let price = figures.derived_eth * totals.eth_price_usd;
    Ok((!price.is_zero()).then_some(price))
}
