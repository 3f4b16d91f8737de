//! `pools` and `pool`.

use api_kit::{page::Slice, parse};
use async_graphql::{Context, Enum, Object, Result};
use store::PoolOrder;

use super::{
    as_of::{self, AsOf},
    connection::Connection,
    page_cost, prefetch, total,
};
use crate::{
    read::pools::{Filter, Tokens, page_with},
    view::{pool::Pool, protocol::Protocol},
};

/// Order of a list of pools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "PoolOrder")]
pub enum PoolOrderBy {
    /// Oldest first.
    Created,
    /// Most swaps first.
    Swaps,
    /// Most locked value in USD first (`totalValueLockedUSD`).
    Tvl,
}

/// Pools.
#[derive(Debug, Default)]
pub struct Pools;

#[Object]
impl Pools {
    /// Pools, perhaps of one protocol, of one DEX, with one token or with two. As of an older block they come by creation
    /// alone.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the GraphQL field")]
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn pools(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        protocol: Option<Protocol>,
        #[graphql(desc = "Configured name of a DEX")] dex: Option<String>,
        #[graphql(desc = "Address of a token on either side")] token: Option<String>,
        #[graphql(desc = "Addresses of both tokens; or of one, as `token`")] tokens: Option<
            Vec<String>,
        >,
        #[graphql(default_with = "PoolOrderBy::Created")] order_by: PoolOrderBy,
        #[graphql(desc = "Rows of the page, 1 to 500; 50 if left out")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page")] after: Option<String>,
        as_of: Option<AsOf>,
    ) -> Result<Connection<Pool>> {
        let given = token.into_iter().chain(tokens.into_iter().flatten()).take(3);
        let given =
            given.map(|token| parse::address("token", &token)).collect::<Result<Vec<_>, _>>()?;
        let filter = Filter {
            protocol: protocol.map(Into::into),
            dex,
            tokens: Tokens::of(&given)?,
            order: order_by.into(),
        };
        let slice = Slice::new(first, after.as_deref())?;
        let (chain, at) = as_of::open(ctx, chain, as_of).await?;
        let total = total::of_pools(ctx, &at, &filter).await?;
        let figures = prefetch::figures_of_pools(ctx);
        let rows = page_with(&at, filter, slice, figures.as_deref()).await?;
        let view = |pool| Pool::new(chain, pool).as_of(at.older());
        let page = Connection::new(ctx, at.block(), rows, after.is_some(), total, view);
        prefetch::of_pools(ctx, &page.nodes.0).await?;
        Ok(page)
    }

    /// A pool by its address (V2, V3) or pool id (V4); null when there is none.
    async fn pool(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        id: String,
        as_of: Option<AsOf>,
    ) -> Result<Option<Pool>> {
        let id = parse::pool_id("id", &id)?;
        let (chain, at) = as_of::open(ctx, chain, as_of).await?;
        Ok(at.pool(id).await?.map(|pool| Pool::new(chain, pool).as_of(at.older())))
    }
}
