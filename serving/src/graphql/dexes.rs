//! `dexes` and `dex`, and the days of a DEX.

use std::sync::Arc;

use api_kit::page::Slice;
use async_graphql::{ComplexObject, Context, Object, Result};

use super::{
    as_of::{self, AsOf},
    connection::Connection,
    page_cost, total,
};
use crate::{
    deps::Deps,
    read::{
        dexes,
        series::{OfDex, Span, page},
    },
    view::{dex::Dex, period::DexDay},
};

/// DEXes.
#[derive(Debug, Default)]
pub struct Dexes;

#[Object]
impl Dexes {
    /// The DEXes of a chain that made a pool or more.
    #[graphql(complexity = "4 * child_complexity + 1")]
    async fn dexes(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        as_of: Option<AsOf>,
    ) -> Result<Vec<Dex>> {
        let (chain, at) = as_of::open(ctx, chain, as_of).await?;
        let (_, deps) = ctx.data::<Arc<Deps>>()?.chains.resolve(Some(chain))?;
        Ok(dexes::all(&at, deps).await?)
    }

    /// A DEX by its configured name, or by the address of its factory (V4: pool manager); null when it
    /// made no pool.
    async fn dex(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        #[graphql(desc = "Configured name, or the factory's address")] name: String,
        as_of: Option<AsOf>,
    ) -> Result<Option<Dex>> {
        let (chain, at) = as_of::open(ctx, chain, as_of).await?;
        let (_, deps) = ctx.data::<Arc<Deps>>()?.chains.resolve(Some(chain))?;
        let factory = dexes::named(deps, &name)?;
        let mut all = dexes::all(&at, deps).await?;
        all.retain(|dex| dex.key.1 == factory);
        Ok(all.pop())
    }
}

#[ComplexObject]
impl Dex {
    /// Its days (UTC), newest first. A day without events has no row.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn days(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Begin at or after this Unix time in seconds")] from: Option<u64>,
        #[graphql(desc = "Begin before this Unix time in seconds")] to: Option<u64>,
        #[graphql(desc = "Rows of the page, 1 to 500; 50 if left out")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page")] after: Option<String>,
    ) -> Result<Connection<DexDay>> {
        let slice = Slice::new(first, after.as_deref())?;
        let (chain, factory) = self.key;
        let as_of = self.older.map(|block| AsOf::Block(block.number));
        let (_, at) = as_of::open(ctx, Some(chain), as_of).await?;
        let (series, span) = (OfDex(factory), Span { from, to });
        let total = total::of_series(ctx, &at, &series, span).await?;
        let rows = page(&at, &series, span, slice).await?;
        let view = |(number, row)| DexDay::new(number, &row);
        Ok(Connection::new(ctx, at.block(), rows, after.is_some(), total, view))
    }
}
