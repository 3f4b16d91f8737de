//! Hours and days of pools and tokens.

use std::sync::Arc;

use api_kit::{page::Slice, parse};
use async_graphql::{Context, InputObject, Object, Result};
use domain::figures::Interval;

use super::{
    as_of::{self, AsOf},
    connection::Connection,
    page_cost, total,
};
use crate::{
    deps::Deps,
    read::{
        dexes,
        series::{OfPool, OfToken, Span, page},
    },
    view::period::{PoolPeriod, TokenPeriod},
};

/// Which periods of a series.
#[derive(Debug, Clone, Copy, Default, InputObject)]
pub(super) struct TimeSpan {
    /// They begin at or after this Unix time in seconds.
    from: Option<u64>,
    /// They begin before this Unix time in seconds.
    to: Option<u64>,
}

impl From<TimeSpan> for Span {
    fn from(TimeSpan { from, to }: TimeSpan) -> Self {
        Self { from, to }
    }
}

/// A page of a series, as arguments say it.
type Page = (Option<i32>, Option<String>);

/// Series.
#[derive(Debug, Default)]
pub struct AllSeries;

#[Object]
impl AllSeries {
    /// Hours of a pool, newest first. An hour without events has no row.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the GraphQL field")]
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn pool_hours(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        #[graphql(desc = "Id of the pool")] pool: String,
        #[graphql(default)] span: TimeSpan,
        #[graphql(desc = "Rows of the page, 1 to 500; 50 if left out")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page")] after: Option<String>,
        as_of: Option<AsOf>,
    ) -> Result<Connection<PoolPeriod>> {
        of_pool(ctx, (chain, as_of), (&pool, Interval::Hour), span, (first, after)).await
    }

    /// Days (UTC) of a pool, newest first. A day without events has no row.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the GraphQL field")]
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn pool_days(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        #[graphql(desc = "Id of the pool")] pool: String,
        #[graphql(default)] span: TimeSpan,
        #[graphql(desc = "Rows of the page, 1 to 500; 50 if left out")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page")] after: Option<String>,
        as_of: Option<AsOf>,
    ) -> Result<Connection<PoolPeriod>> {
        of_pool(ctx, (chain, as_of), (&pool, Interval::Day), span, (first, after)).await
    }

    /// Hours of a token on one DEX, newest first. An hour without events has no row.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the GraphQL field")]
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn token_hours(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        #[graphql(desc = "Address of the token")] token: String,
        #[graphql(
            desc = "Configured name of the DEX, or its factory's address; that of the token's busiest pool if left \
                          out"
        )]
        dex: Option<String>,
        #[graphql(default)] span: TimeSpan,
        #[graphql(desc = "Rows of the page, 1 to 500; 50 if left out")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page")] after: Option<String>,
        as_of: Option<AsOf>,
    ) -> Result<Connection<TokenPeriod>> {
        of_token(ctx, (chain, as_of), (&token, dex, Interval::Hour), span, (first, after)).await
    }

    /// Days (UTC) of a token on one DEX, newest first. A day without events has no row.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the GraphQL field")]
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn token_days(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        #[graphql(desc = "Address of the token")] token: String,
        #[graphql(
            desc = "Configured name of the DEX, or its factory's address; that of the token's busiest pool if left \
                          out"
        )]
        dex: Option<String>,
        #[graphql(default)] span: TimeSpan,
        #[graphql(desc = "Rows of the page, 1 to 500; 50 if left out")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page")] after: Option<String>,
        as_of: Option<AsOf>,
    ) -> Result<Connection<TokenPeriod>> {
        of_token(ctx, (chain, as_of), (&token, dex, Interval::Day), span, (first, after)).await
    }
}

async fn of_pool(
    ctx: &Context<'_>,
    (chain, as_of): (Option<u64>, Option<AsOf>),
    (pool, kind): (&str, Interval),
    span: TimeSpan,
    (first, after): Page,
) -> Result<Connection<PoolPeriod>> {
    let pool = parse::pool_id("pool", pool)?;
    let slice = Slice::new(first, after.as_deref())?;
    let (_, at) = as_of::open(ctx, chain, as_of).await?;
    let (series, span) = (OfPool(pool, kind), span.into());
    let total = total::of_series(ctx, &at, &series, span).await?;
    let rows = page(&at, &series, span, slice).await?;
    let view = |(number, row)| PoolPeriod::new(kind, number, &row);
    Ok(Connection::new(ctx, at.block(), rows, after.is_some(), total, view))
}

async fn of_token(
    ctx: &Context<'_>,
    (chain, as_of): (Option<u64>, Option<AsOf>),
    (token, dex, kind): (&str, Option<String>, Interval),
    span: TimeSpan,
    (first, after): Page,
) -> Result<Connection<TokenPeriod>> {
    let token = parse::address("token", token)?;
    let slice = Slice::new(first, after.as_deref())?;
    let (chain, at) = as_of::open(ctx, chain, as_of).await?;
    let (_, deps) = ctx.data::<Arc<Deps>>()?.chains.resolve(Some(chain))?;
    let factory = dexes::of_series(&at, deps, dex.as_deref(), token).await?;
    let (series, span) = (OfToken { factory, token, kind }, span.into());
    let total = total::of_series(ctx, &at, &series, span).await?;
    let rows = page(&at, &series, span, slice).await?;
    let view = |(number, row)| TokenPeriod::new(kind, number, &row);
    Ok(Connection::new(ctx, at.block(), rows, after.is_some(), total, view))
}
