//! `pools` and `pool`, and what hangs on a pool.

use std::sync::Arc;

use api_kit::{page::Slice, parse, problem::Problem, scope::Scope};
use async_graphql::{ComplexObject, Context, Enum, Object, Result};
use store::PoolOrder;

use super::{
    connection::Connection,
    loaders::{self, Cached},
    page_cost, prefetch,
};
use crate::{
    deps::Deps,
    price::{self, Prices},
    read::pools::{Filter, page},
    view::{pool::Pool, protocol::Protocol, reconciled::Reconciled, token::Token},
};

/// Order of a list of pools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum PoolOrderBy {
    /// Oldest first.
    Created,
    /// Most swaps first.
    Swaps,
}

/// Pools.
#[derive(Debug, Default)]
pub struct Pools;

#[Object]
impl Pools {
    /// Pools, perhaps of one protocol or with one token.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the GraphQL field")]
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn pools(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        protocol: Option<Protocol>,
        #[graphql(desc = "Address of a token on either side")] token: Option<String>,
        #[graphql(default_with = "PoolOrderBy::Created")] order_by: PoolOrderBy,
        #[graphql(desc = "Rows of the page, 1 to 500; 50 if left out")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page")] after: Option<String>,
    ) -> Result<Connection<Pool>> {
        let (chain, _) = ctx.data::<Arc<Deps>>()?.chains.resolve(chain)?;
        let token = token.map(|token| parse::address("token", &token)).transpose()?;
        let order = match order_by {
            PoolOrderBy::Created => PoolOrder::Created,
            PoolOrderBy::Swaps => PoolOrder::Swaps,
        };
        let filter = Filter { protocol: protocol.map(Into::into), token, order };
        let slice = Slice::new(first, after.as_deref())?;
        let snapshot = ctx.data::<Scope>()?.at(chain).await?;
        let unfiltered = protocol.is_none() && token.is_none();
        let total = unfiltered.then(|| snapshot.counters().pools);
        let rows = page(&snapshot, filter, slice).await?;
        let view = |pool| Pool::new(chain, pool);
        let page = Connection::new(snapshot.block(), rows, after.is_some(), total, view);
        prefetch::of_pools(ctx, &page.nodes).await?;
        Ok(page)
    }

    /// A pool by its address (V2, V3) or pool id (V4); null when there is none.
    async fn pool(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        id: String,
    ) -> Result<Option<Pool>> {
        let (chain, _) = ctx.data::<Arc<Deps>>()?.chains.resolve(chain)?;
        let id = parse::pool_id("id", &id)?;
        let pool = ctx.data::<Scope>()?.at(chain).await?.pool(id).await.map_err(Problem::from)?;
        Ok(pool.map(|pool| Pool::new(chain, pool)))
    }
}

#[ComplexObject]
impl Pool {
    /// Lower token by address; the zero address is V4's native currency.
    async fn token0(&self, ctx: &Context<'_>) -> Result<Token> {
        Ok(Token::new(self.chain_id, self.tokens(ctx).await?.0))
    }

    /// Higher token by address.
    async fn token1(&self, ctx: &Context<'_>) -> Result<Token> {
        Ok(Token::new(self.chain_id, self.tokens(ctx).await?.1))
    }

    /// Whole token1 for one whole token0, without fees, to 20 digits; null without a price or decimals.
    async fn token1_per_token0(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.prices(ctx).await?.map(|prices| prices.token1_per_token0))
    }

    /// Whole token0 for one whole token1, likewise.
    async fn token0_per_token1(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.prices(ctx).await?.map(|prices| prices.token0_per_token1))
    }

    /// What the contracts themselves say that the pool holds, as of a block of its own; null until that was read.
    async fn reconciled(&self, ctx: &Context<'_>) -> Result<Option<Reconciled>> {
        let key = (self.chain_id, self.entity.id);
        let found = ctx.data::<Cached<loaders::Balances>>()?.load_one(key).await?;
        Ok(found.flatten().map(Into::into))
    }
}

impl Pool {
    pub(super) async fn tokens(
        &self,
        ctx: &Context<'_>,
    ) -> Result<(domain::entity::Token, domain::entity::Token)> {
        let keys = [self.entity.token0, self.entity.token1].map(|address| (self.chain_id, address));
        let mut found = ctx.data::<Cached<loaders::Tokens>>()?.load_many(keys).await?;
        match keys.map(|key| found.remove(&key)) {
            [Some(token0), Some(token1)] => Ok((token0, token1)),
            _ => {
                tracing::error!(pool = self.id, "a pool's token is not stored");
                Err(Problem::internal().into())
            }
        }
    }

    async fn prices(&self, ctx: &Context<'_>) -> Result<Option<Prices>> {
        let (token0, token1) = self.tokens(ctx).await?;
        Ok(price::of(&self.entity.state, token0.decimals, token1.decimals))
    }
}
