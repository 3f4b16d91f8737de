//! `swaps` and `liquidityEvents`, and what hangs on each.

use api_kit::{page::Slice, parse, problem::Problem};
use async_graphql::{ComplexObject, Context, Object, Result};
use domain::{block::BlockRef, entity, ids::PoolId};

use super::{
    as_of::{self, AsOf},
    connection::Connection,
    loaders::{self, Cached, place},
    page_cost, prefetch, prices, total,
};
use crate::{
    read::{liquidity, rows::Filter, swaps},
    view::{liquidity::LiquidityEvent, pool::Pool, swap::Swap, swap_usd::SwapUsd, units},
};

/// What happened in pools.
#[derive(Debug, Default)]
pub struct Events;

/// Which rows the arguments mean.
pub(super) fn filter(pool: Option<String>, account: Option<String>) -> Result<Filter> {
    Ok(Filter {
        pool: pool.map(|pool| parse::pool_id("pool", &pool)).transpose()?,
        account: account.map(|account| parse::address("account", &account)).transpose()?,
    })
}

#[Object]
impl Events {
    /// Swaps, newest first.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the GraphQL field")]
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn swaps(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        #[graphql(desc = "Only those of this pool")] pool: Option<String>,
        #[graphql(desc = "Only those this account sent or takes part in")] account: Option<String>,
        #[graphql(desc = "Rows of the page, 1 to 500; 50 if left out")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page")] after: Option<String>,
        as_of: Option<AsOf>,
    ) -> Result<Connection<Swap>> {
        let filter = filter(pool, account)?;
        let (chain, at) = as_of::open(ctx, chain, as_of).await?;
        of_swaps(ctx, (chain, &at), filter, (first, after)).await
    }

    /// Liquidity events, newest first.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the GraphQL field")]
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn liquidity_events(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        #[graphql(desc = "Only those of this pool")] pool: Option<String>,
        #[graphql(desc = "Only those this account sent or takes part in")] account: Option<String>,
        #[graphql(desc = "Rows of the page, 1 to 500; 50 if left out")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page")] after: Option<String>,
        as_of: Option<AsOf>,
    ) -> Result<Connection<LiquidityEvent>> {
        let filter = filter(pool, account)?;
        let (chain, at) = as_of::open(ctx, chain, as_of).await?;
        of_liquidity(ctx, (chain, &at), filter, (first, after)).await
    }
}

/// A page of swaps.
pub(super) async fn of_swaps(
    ctx: &Context<'_>,
    (chain, at): (u64, &crate::read::as_of::At),
    filter: Filter,
    (first, after): (Option<i32>, Option<String>),
) -> Result<Connection<Swap>> {
    let slice = Slice::new(first, after.as_deref())?;
    let total =
        total::of_rows(ctx, at, filter, |chain| chain.swaps, |pool| pool.swap_count).await?;
    let rows = swaps::page(at, filter, slice).await?;
    let view = |swap| Swap::new(chain, &swap).as_of(at.older());
    let page = Connection::new(ctx, at.block(), rows, after.is_some(), total, view);
    prefetch::of_swaps(ctx, &page.nodes.0).await?;
    Ok(page)
}

/// A page of liquidity events.
pub(super) async fn of_liquidity(
    ctx: &Context<'_>,
    (chain, at): (u64, &crate::read::as_of::At),
    filter: Filter,
    (first, after): (Option<i32>, Option<String>),
) -> Result<Connection<LiquidityEvent>> {
    let slice = Slice::new(first, after.as_deref())?;
    let of_pool = |pool: &entity::Pool| pool.liquidity_event_count;
    let total = total::of_rows(ctx, at, filter, |chain| chain.liquidity_events, of_pool).await?;
    let rows = liquidity::page(at, filter, slice).await?;
    let view = |event| LiquidityEvent::new(chain, &event).as_of(at.older());
    let page = Connection::new(ctx, at.block(), rows, after.is_some(), total, view);
    prefetch::of_liquidity(ctx, &page.nodes.0).await?;
    Ok(page)
}

#[ComplexObject]
impl Swap {
    /// The pool, at the block of the answer.
    async fn pool(&self, ctx: &Context<'_>) -> Result<Pool> {
        pool(ctx, self.pool_key, self.older).await
    }

    /// `amount0` in whole tokens, exact; null where the token's decimals are not known.
    async fn amount0_decimal(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let (token0, _) = pool(ctx, self.pool_key, self.older).await?.tokens(ctx).await?;
        Ok(units::signed(self.amount0.0, token0.decimals))
    }

    /// `amount1` in whole tokens, likewise.
    async fn amount1_decimal(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let (_, token1) = pool(ctx, self.pool_key, self.older).await?.tokens(ctx).await?;
        Ok(units::signed(self.amount1.0, token1.decimals))
    }

    /// What it was worth on the market at its block's time.
    #[graphql(cache_control(no_cache))]
    async fn usd(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            default,
            desc = "With corrections that came later, instead of as it was known then"
        )]
        corrected: bool,
    ) -> Result<SwapUsd> {
        let pool = pool(ctx, self.pool_key, self.older).await?;
        prices::of_swap(ctx, self, &pool, corrected).await
    }
}

#[ComplexObject]
impl LiquidityEvent {
    /// The pool, at the block of the answer.
    async fn pool(&self, ctx: &Context<'_>) -> Result<Pool> {
        pool(ctx, self.pool_key, self.older).await
    }

    /// `amount0` in whole tokens, exact; null where the token's decimals are not known.
    async fn amount0_decimal(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let (token0, _) = pool(ctx, self.pool_key, self.older).await?.tokens(ctx).await?;
        Ok(self.amount0.and_then(|amount| units::of(amount.0, token0.decimals)))
    }

    /// `amount1` in whole tokens, likewise.
    async fn amount1_decimal(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let (_, token1) = pool(ctx, self.pool_key, self.older).await?.tokens(ctx).await?;
        Ok(self.amount1.and_then(|amount| units::of(amount.0, token1.decimals)))
    }
}

/// The pool that a row names.
pub(super) async fn pool(
    ctx: &Context<'_>,
    (chain, id): (u64, PoolId),
    older: Option<BlockRef>,
) -> Result<Pool> {
    match ctx.data::<Cached<loaders::Pools>>()?.load_one((place(chain, older), id)).await? {
        Some(pool) => Ok(Pool::new(chain, pool).as_of(older)),
        None => {
            tracing::error!(pool = %id, "the pool of a row is not stored");
            Err(Problem::internal().into())
        }
    }
}
