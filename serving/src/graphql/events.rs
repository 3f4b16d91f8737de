//! `swaps` and `liquidityEvents`, and the pool of each.

use std::sync::Arc;

use api_kit::{page::Slice, parse, problem::Problem, scope::Scope};
use async_graphql::{ComplexObject, Context, Object, Result};
use domain::ids::PoolId;

use super::{
    connection::Connection,
    loaders::{self, Cached},
    page_cost, prefetch, prices,
};
use crate::{
    deps::Deps,
    read::{liquidity, swaps},
    view::{liquidity::LiquidityEvent, pool::Pool, swap::Swap, swap_usd::SwapUsd},
};

/// What happened in pools.
#[derive(Debug, Default)]
pub struct Events;

#[Object]
impl Events {
    /// Swaps, newest first.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn swaps(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        #[graphql(desc = "Only those of this pool")] pool: Option<String>,
        #[graphql(desc = "Rows of the page, 1 to 500; 50 if left out")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page")] after: Option<String>,
    ) -> Result<Connection<Swap>> {
        let (chain, _) = ctx.data::<Arc<Deps>>()?.chains.resolve(chain)?;
        let pool = pool.map(|pool| parse::pool_id("pool", &pool)).transpose()?;
        let slice = Slice::new(first, after.as_deref())?;
        let snapshot = ctx.data::<Scope>()?.at(chain).await?;
        let total = pool.is_none().then(|| snapshot.counters().swaps);
        let rows = swaps::page(&snapshot, pool, slice).await?;
        let view = |swap| Swap::new(chain, &swap);
        let page = Connection::new(snapshot.block(), rows, after.is_some(), total, view);
        prefetch::of_swaps(ctx, &page.nodes).await?;
        Ok(page)
    }

    /// Liquidity events, newest first.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn liquidity_events(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        #[graphql(desc = "Only those of this pool")] pool: Option<String>,
        #[graphql(desc = "Rows of the page, 1 to 500; 50 if left out")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page")] after: Option<String>,
    ) -> Result<Connection<LiquidityEvent>> {
        let (chain, _) = ctx.data::<Arc<Deps>>()?.chains.resolve(chain)?;
        let pool = pool.map(|pool| parse::pool_id("pool", &pool)).transpose()?;
        let slice = Slice::new(first, after.as_deref())?;
        let snapshot = ctx.data::<Scope>()?.at(chain).await?;
        let total = pool.is_none().then(|| snapshot.counters().liquidity_events);
        let rows = liquidity::page(&snapshot, pool, slice).await?;
        let view = |event| LiquidityEvent::new(chain, &event);
        let page = Connection::new(snapshot.block(), rows, after.is_some(), total, view);
        prefetch::of_liquidity(ctx, &page.nodes).await?;
        Ok(page)
    }
}

#[ComplexObject]
impl Swap {
    /// The pool, at the block of the request.
    async fn pool(&self, ctx: &Context<'_>) -> Result<Pool> {
        pool(ctx, self.pool_key).await
    }

    /// What it was worth on the market at its block's time.
    async fn usd(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            default,
            desc = "With corrections that came later, instead of as it was known then"
        )]
        corrected: bool,
    ) -> Result<SwapUsd> {
        let pool = pool(ctx, self.pool_key).await?;
        prices::of_swap(ctx, self, &pool, corrected).await
    }
}

#[ComplexObject]
impl LiquidityEvent {
    /// The pool, at the block of the request.
    async fn pool(&self, ctx: &Context<'_>) -> Result<Pool> {
        pool(ctx, self.pool_key).await
    }
}

async fn pool(ctx: &Context<'_>, key: (u64, PoolId)) -> Result<Pool> {
    match ctx.data::<Cached<loaders::Pools>>()?.load_one(key).await? {
        Some(pool) => Ok(Pool::new(key.0, pool)),
        None => {
            tracing::error!(pool = %key.1, "an event's pool is not stored");
            Err(Problem::internal().into())
        }
    }
}
