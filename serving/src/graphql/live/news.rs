//! What blocks bring: swaps, the state of a pool, the chain.

use std::sync::Arc;

use api_kit::{answer::Block, parse, problem::Problem};
use async_graphql::{Context, Result, SimpleObject, Subscription};
use domain::ids::PoolId;
use futures::Stream;

use super::follow::{Following, known, retracted};
use crate::{
    book::Step,
    listen::resync,
    read,
    view::{chain::Chain, pool::Pool, swap::Swap},
};

/// Swaps that blocks brought.
#[derive(Debug, SimpleObject)]
pub struct SwapNews {
    /// The newest block now.
    block: Block,
    /// Blocks that left the chain, the newest first: what was told of them never happened.
    retracted: Vec<Block>,
    /// Swaps of the blocks that came, in their order; those blocks begin after the last one that was told and not retracted.
    swaps: Vec<Swap>,
}

/// A pool after blocks that changed it.
#[derive(Debug, SimpleObject)]
pub struct PoolNews {
    /// The newest block now, of which the pool is.
    block: Block,
    /// Blocks that left the chain, the newest first.
    retracted: Vec<Block>,
    /// The pool; null when the block of its creation left the chain.
    pool: Option<Pool>,
}

/// A chain after a step.
#[derive(Debug, SimpleObject)]
pub struct ChainNews {
    /// Blocks that left it, the newest first.
    retracted: Vec<Block>,
    /// Blocks that came, ascending; empty in the first answer.
    added: Vec<Block>,
    /// The chain now.
    chain: Chain,
}

/// What blocks bring.
#[derive(Debug, Default)]
pub struct News;

#[Subscription]
impl News {
    /// Swaps as blocks bring them, of all pools or one. An answer for each step that brings some, and for each that takes
    /// blocks back. What happened before is in the query `swaps`.
    async fn swaps(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        #[graphql(desc = "Only those of this pool")] pool: Option<String>,
    ) -> Result<impl Stream<Item = Result<SwapNews>>> {
        let pool = pool.map(|pool| parse::pool_id("pool", &pool)).transpose()?;
        let following = Following::begin(ctx, chain).await?;
        if let Some(id) = pool {
            known(&following, id).await?;
        }
        let chain = following.chain;
        Ok(following.tell(None, move |step| swaps_of(step, chain, pool)))
    }

    /// A pool: now, and again after each step that changed it or took blocks back.
    async fn pool(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        #[graphql(desc = "Address (V2, V3) or pool id (V4)")] id: String,
    ) -> Result<impl Stream<Item = Result<PoolNews>>> {
        let id = parse::pool_id("id", &id)?;
        let following = Following::begin(ctx, chain).await?;
        let pool = known(&following, id).await?;
        let (chain, block) = (following.chain, following.begin.block());
        let first = PoolNews {
            block: block.into(),
            retracted: Vec::new(),
            pool: Some(Pool::new(chain, pool)),
        };
        Ok(following.tell(Some(first), move |step| pool_of(step, chain, id)))
    }

    /// A chain: now, and again at each step.
    async fn chain(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
    ) -> Result<impl Stream<Item = Result<ChainNews>>> {
        let following = Following::begin(ctx, chain).await?;
        let (deps, id) = (Arc::clone(&following.deps), following.chain);
        let now = read::chains::of(&deps, id, &following.begin)?;
        let first = ChainNews { retracted: Vec::new(), added: Vec::new(), chain: now };
        Ok(following.tell(Some(first), move |step| {
            let chain = read::chains::of(&deps, id, &step.snapshot);
            async move {
                let added = step.blocks.iter().map(|block| block.block.into()).collect();
                Ok(Some(ChainNews { retracted: retracted(&step), added, chain: chain? }))
            }
        }))
    }
}

async fn swaps_of(
    step: Arc<Step>,
    chain: u64,
    pool: Option<PoolId>,
) -> Result<Option<SwapNews>, Problem> {
    let is_wanted = pool.is_none_or(|pool| step.changed(pool));
    if step.retracted.is_empty() && !is_wanted {
        return Ok(None);
    }
    let found = step.swaps().await?;
    let found = found.ok_or_else(|| resync("blocks brought more swaps than are told"))?;
    let mut rows: Vec<_> = match pool {
        Some(pool) => found.get(&pool).into_iter().flatten().collect(),
        None => found.values().flatten().collect(),
    };
    rows.sort_unstable_by_key(|row| row.meta.position);
    if step.retracted.is_empty() && rows.is_empty() {
        return Ok(None);
    }
    let swaps = rows.into_iter().map(|row| Swap::new(chain, row)).collect();
    Ok(Some(SwapNews { block: step.block().into(), retracted: retracted(&step), swaps }))
}

async fn pool_of(step: Arc<Step>, chain: u64, id: PoolId) -> Result<Option<PoolNews>, Problem> {
    if step.retracted.is_empty() && !step.changed(id) {
        return Ok(None);
    }
    let pool = step.pool(id).await?.map(|pool| Pool::new(chain, pool));
    Ok(Some(PoolNews { block: step.block().into(), retracted: retracted(&step), pool }))
}
