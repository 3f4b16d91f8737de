//! `ticks` and `tickDays`.

use api_kit::{page::Slice, parse};
use async_graphql::{Context, Object, Result};

use store::{ListQuery, TickDayQuery, TickQuery};

use super::{as_of, connection::Connection, page_cost, total};
use crate::{
    read::ticks,
    view::tick::{Tick, TickDay},
};

/// Ticks.
#[derive(Debug, Default)]
pub struct Ticks;

#[Object]
impl Ticks {
    /// Ticks of a pool (V3, V4) that have or had liquidity, by index.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the GraphQL field")]
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn ticks(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        #[graphql(desc = "Id of the pool")] pool: String,
        #[graphql(desc = "The lowest tick")] from: Option<i32>,
        #[graphql(desc = "The highest tick")] to: Option<i32>,
        #[graphql(desc = "Rows of the page, 1 to 500; 50 if left out")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page")] after: Option<String>,
    ) -> Result<Connection<Tick>> {
        let pool = parse::pool_id("pool", &pool)?;
        let slice = Slice::new(first, after.as_deref())?;
        let (_, at) = as_of::open(ctx, chain, None).await?;
        let [low, high] = [from.unwrap_or(i32::MIN), to.unwrap_or(i32::MAX)];
        let query = TickQuery { pool, from: low, to: high, limit: 0 };
        let total = total::of(ctx, &at, ListQuery::Ticks(&query)).await?;
        let rows = ticks::page(&at, pool, (from, to), slice).await?;
        let view = |tick| Tick::from(&tick);
        Ok(Connection::new(ctx, at.block(), rows, after.is_some(), total, view))
    }

    /// Days (UTC) of a V3 pool's ticks, by tick and day. A day that did not touch a tick has no row.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn tick_days(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        #[graphql(desc = "Id of the pool")] pool: String,
        #[graphql(desc = "Only those of this tick")] tick: Option<i32>,
        #[graphql(desc = "Rows of the page, 1 to 500; 50 if left out")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page")] after: Option<String>,
    ) -> Result<Connection<TickDay>> {
        let pool = parse::pool_id("pool", &pool)?;
        let slice = Slice::new(first, after.as_deref())?;
        let (_, at) = as_of::open(ctx, chain, None).await?;
        let query = TickDayQuery { pool, tick, after: None, limit: 0 };
        let total = total::of(ctx, &at, ListQuery::TickDays(&query)).await?;
        let rows = ticks::days(&at, pool, tick, slice).await?;
        let view = |day| TickDay::new(&day);
        Ok(Connection::new(ctx, at.block(), rows, after.is_some(), total, view))
    }
}
