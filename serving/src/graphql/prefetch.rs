//! What the rows of a page will ask for, loaded for all of them before the first one asks: the commands of a query do not
//! grow with its rows, however slowly these are resolved. Loaders keep what they loaded until the request ends.

use std::collections::BTreeSet;

use alloy_primitives::Address;
use async_graphql::{Context, Lookahead, Result, Value};
use domain::ids::{ChainId, PoolId};

use super::{
    loaders::{self, Cached},
    price_loaders::{Deviations, Prices},
    prices::{Now, moment_of},
};
use crate::{
    read::prices::Moment,
    view::{liquidity::LiquidityEvent, pool::Pool, swap::Swap, token::Token},
};

/// What is selected of the rows of a connection.
struct Selected<'a>([Lookahead<'a>; 2]);

impl<'a> Selected<'a> {
    fn rows(ctx: &'a Context<'a>) -> Self {
        let page = ctx.look_ahead();
        Self([page.field("nodes"), page.field("edges").field("node")])
    }

    fn field(&self, name: &str) -> Self {
        Self(self.0.each_ref().map(|rows| rows.field(name)))
    }

    fn exists(&self) -> bool {
        self.0.iter().any(Lookahead::exists)
    }

    /// Whether a field is selected with this flag, and whether without.
    fn flags(&self, flag: &str) -> Result<BTreeSet<bool>> {
        let mut flags = BTreeSet::new();
        for field in self.0.iter().flat_map(Lookahead::selection_fields) {
            let arguments = field.arguments()?;
            flags.insert(
                arguments
                    .iter()
                    .any(|(name, value)| name == flag && *value == Value::Boolean(true)),
            );
        }
        Ok(flags)
    }
}

/// For swaps: pools, their tokens, and the prices of the blocks' times.
pub(super) async fn of_swaps(ctx: &Context<'_>, swaps: &[Swap]) -> Result<()> {
    let rows = Selected::rows(ctx);
    let (pool, usd) = (rows.field("pool"), rows.field("usd"));
    if !pool.exists() && !usd.exists() {
        return Ok(());
    }
    let keys: BTreeSet<(ChainId, PoolId)> = swaps.iter().map(|swap| swap.pool_key).collect();
    let pools = ctx.data::<Cached<loaders::Pools>>()?.load_many(keys).await?;
    let tokens: BTreeSet<(ChainId, Address)> = pools
        .iter()
        .flat_map(|((chain, _), pool)| [pool.token0, pool.token1].map(|token| (*chain, token)))
        .collect();
    of_pool_tokens(ctx, &pool, &tokens, usd.exists()).await?;
    of_balances(ctx, &pool, pools.keys()).await?;
    let mut prices = BTreeSet::new();
    for corrected in usd.flags("corrected")? {
        for swap in swaps {
            let Some(pool) = pools.get(&swap.pool_key) else { continue };
            let moment = moment_of(swap, corrected);
            prices.extend([pool.token0, pool.token1].map(|token| (swap.pool_key.0, moment, token)));
        }
    }
    ctx.data::<Cached<Prices>>()?.load_many(prices).await?;
    Ok(())
}

/// For liquidity events: pools and their tokens.
pub(super) async fn of_liquidity(ctx: &Context<'_>, events: &[LiquidityEvent]) -> Result<()> {
    let pool = Selected::rows(ctx).field("pool");
    if !pool.exists() {
        return Ok(());
    }
    let keys: BTreeSet<(ChainId, PoolId)> = events.iter().map(|event| event.pool_key).collect();
    let pools = ctx.data::<Cached<loaders::Pools>>()?.load_many(keys).await?;
    let tokens: BTreeSet<(ChainId, Address)> = pools
        .iter()
        .flat_map(|((chain, _), pool)| [pool.token0, pool.token1].map(|token| (*chain, token)))
        .collect();
    of_pool_tokens(ctx, &pool, &tokens, false).await?;
    of_balances(ctx, &pool, pools.keys()).await
}

/// For pools: their tokens, and what contracts say that they hold.
pub(super) async fn of_pools(ctx: &Context<'_>, pools: &[Pool]) -> Result<()> {
    let keys: Vec<_> = pools.iter().map(|pool| (pool.chain_id, pool.entity.id)).collect();
    of_balances(ctx, &Selected::rows(ctx), &keys).await?;
    let tokens = pools
        .iter()
        .flat_map(|pool| {
            [pool.entity.token0, pool.entity.token1].map(|token| (pool.chain_id, token))
        })
        .collect();
    of_pool_tokens(ctx, &Selected::rows(ctx), &tokens, false).await
}

/// For tokens: prices and deviations.
pub(super) async fn of_tokens(ctx: &Context<'_>, tokens: &[Token]) -> Result<()> {
    let keys = tokens.iter().map(|token| token.key).collect();
    of_token_rows(ctx, &Selected::rows(ctx), &keys).await
}

/// What contracts say that pools hold, where that is selected.
async fn of_balances<'a>(
    ctx: &Context<'_>,
    pool: &Selected<'_>,
    keys: impl IntoIterator<Item = &'a (ChainId, PoolId)>,
) -> Result<()> {
    if pool.field("reconciled").exists() {
        let keys: BTreeSet<_> = keys.into_iter().copied().collect();
        ctx.data::<Cached<loaders::Balances>>()?.load_many(keys).await?;
    }
    Ok(())
}

/// The tokens of what is selected of pools, and what is selected of these.
async fn of_pool_tokens(
    ctx: &Context<'_>,
    pool: &Selected<'_>,
    tokens: &BTreeSet<(ChainId, Address)>,
    needed: bool,
) -> Result<()> {
    // prices of pools need their tokens' decimals
    let derived = ["token1PerToken0", "token0PerToken1"];
    let sides = ["token0", "token1"].map(|side| pool.field(side));
    let asked = sides.iter().any(Selected::exists)
        || derived.iter().any(|field| pool.field(field).exists());
    if needed || asked {
        ctx.data::<Cached<loaders::Tokens>>()?.load_many(tokens.iter().copied()).await?;
    }
    for side in sides {
        of_token_rows(ctx, &side, tokens).await?;
    }
    Ok(())
}

async fn of_token_rows(
    ctx: &Context<'_>,
    rows: &Selected<'_>,
    tokens: &BTreeSet<(ChainId, Address)>,
) -> Result<()> {
    if rows.field("marketPrice").exists() {
        let now = Moment::newest(ctx.data::<Now>()?.0);
        let keys = tokens.iter().map(|(chain, token)| (*chain, now, *token));
        ctx.data::<Cached<Prices>>()?.load_many(keys).await?;
    }
    if rows.field("priceDeviation").exists() {
        ctx.data::<Cached<Deviations>>()?.load_many(tokens.iter().copied()).await?;
    }
    Ok(())
}
