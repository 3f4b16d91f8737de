//! `block` and `chains`.

use std::sync::Arc;

use api_kit::{answer::Block, scope::Scope};
use async_graphql::{Context, Object, Result};

use crate::{deps::Deps, read, view::chain::Chain};

/// Chains and their blocks.
#[derive(Debug, Default)]
pub struct Chains;

#[Object]
impl Chains {
    /// The block that every field of this request reads at.
    async fn block(&self, ctx: &Context<'_>, chain: Option<u64>) -> Result<Block> {
        let (chain, _) = ctx.data::<Arc<Deps>>()?.chains.resolve(chain)?;
        let snapshot = ctx.data::<Scope>()?.at(chain).await?;
        Ok(snapshot.block().into())
    }

    /// The chains that are served.
    async fn chains(&self, ctx: &Context<'_>) -> Result<Vec<Chain>> {
        Ok(read::chains::all(ctx.data::<Arc<Deps>>()?).await?)
    }
}
