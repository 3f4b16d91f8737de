//! `block` and `chains`.

use std::sync::Arc;

use api_kit::{answer::Block, scope::Scope};
use async_graphql::{Context, Object, Result};

use super::as_of::{self, AsOf};
use crate::{deps::Deps, read, view::chain::Chain};

/// Chains and their blocks.
#[derive(Debug, Default)]
pub struct Chains;

#[Object]
impl Chains {
    /// The block that every field of this request reads at that has the same `asOf`, or none.
    async fn block(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        as_of: Option<AsOf>,
    ) -> Result<Block> {
        Ok(as_of::open(ctx, chain, as_of).await?.1.block().into())
    }

    /// The chains that are served.
    #[graphql(cache_control(no_cache))]
    async fn chains(&self, ctx: &Context<'_>) -> Result<Vec<Chain>> {
        let (deps, scope) = (ctx.data::<Arc<Deps>>()?, ctx.data::<Scope>()?);
        Ok(read::chains::in_scope(deps, scope).await?)
    }
}
