//! What the rows of a page will ask for, loaded for all of them before the first one asks: the commands of a query do not
//! grow with its rows, however slowly these are resolved. Loaders keep what they loaded until the request ends.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use alloy_primitives::Address;
use async_graphql::{Context, Result};
use domain::{block::BlockRef, entity, figures::Interval, ids::PoolId};

use super::{
    last_day,
    loaders::{self, Cached, Place, place},
    onchain::priced_with,
    price_loaders::{Deviations, Prices},
    prices::{moment_of, of_block},
    recent,
};
use crate::view::{liquidity::LiquidityEvent, pool::Pool, swap::Swap, token::Token};

mod figures;
mod selected;

pub(super) use self::figures::of_pools as figures_of_pools;
use self::selected::Selected;

/// The chain and block of a page; all of its rows are of one.
type Where = (u64, Option<BlockRef>);

/// For swaps: pools, their tokens, and the prices of the blocks' times.
pub(super) async fn of_swaps(ctx: &Context<'_>, swaps: &[Swap]) -> Result<()> {
    let rows = Selected::rows(ctx);
    let (pool, usd) = (rows.field("pool"), rows.field("usd"));
    let Some(first) = swaps.first() else { return Ok(()) };
    if !pool.exists() && !usd.exists() && !decimals(&rows) {
        return Ok(());
    }
    let at = (first.pool_key.0, first.older);
    let ids = swaps.iter().map(|swap| swap.pool_key.1).collect();
    let needed = usd.exists() || decimals(&rows);
    let pools = of_their_pools(ctx, &pool, at, ids, needed).await?;
    let mut prices = BTreeSet::new();
    for corrected in usd.flags("corrected")? {
        for swap in swaps {
            let Some(pool) = pools.get(&swap.pool_key.1) else { continue };
            let moment = moment_of(swap, corrected);
            prices.extend([pool.token0, pool.token1].map(|token| (at.0, moment, token)));
        }
    }
    if !prices.is_empty() {
        ctx.data::<Cached<Prices>>()?.load_many(prices).await?;
    }
    Ok(())
}

/// For liquidity events: pools and their tokens.
pub(super) async fn of_liquidity(ctx: &Context<'_>, events: &[LiquidityEvent]) -> Result<()> {
    let rows = Selected::rows(ctx);
    let pool = rows.field("pool");
    let Some(first) = events.first() else { return Ok(()) };
    if !pool.exists() && !decimals(&rows) {
        return Ok(());
    }
    let ids = events.iter().map(|event| event.pool_key.1).collect();
    let at = (first.pool_key.0, first.older);
    of_their_pools(ctx, &pool, at, ids, decimals(&rows)).await?;
    Ok(())
}

/// For pools: their tokens, what contracts say that they hold, and their newest periods.
pub(super) async fn of_pools(ctx: &Context<'_>, pools: &[Pool]) -> Result<()> {
    let Some(first) = pools.first() else { return Ok(()) };
    let entities = pools.iter().map(|pool| (pool.entity.id, &*pool.entity)).collect();
    let at = (first.chain_id, first.older);
    let rows = Selected::rows(ctx);
    of_pool_rows(ctx, &rows, at, &entities, false).await?;
    if !["token0", "token1"].iter().any(|side| rows.field(side).exists()) {
        return Ok(());
    }
    // handed on, so that not each pool has to ask for its own
    let tokens = pools.iter().flat_map(|pool| [pool.entity.token0, pool.entity.token1]);
    let tokens: BTreeSet<_> = tokens.map(|token| (first.place(), token)).collect();
    let found = ctx.data::<Cached<loaders::Tokens>>()?.load_many(tokens).await?;
    for pool in pools {
        let of = |token| found.get(&(first.place(), token)).cloned();
        if let Some((token0, token1)) = of(pool.entity.token0).zip(of(pool.entity.token1)) {
            // a page is prepared once
            let _ = pool.tokens.set([token0, token1]);
        }
    }
    Ok(())
}

/// For positions, and shares of pairs: their pools, and these pools' tokens.
pub(super) async fn of_positions(
    ctx: &Context<'_>,
    chain: u64,
    pools: BTreeSet<PoolId>,
) -> Result<()> {
    let rows = Selected::rows(ctx);
    let pool = rows.field("pool");
    let amounts = ["amount0", "amount1"].iter().any(|field| rows.field(field).exists());
    let (usd, decimals) = (rows.field("amountUSD").exists(), decimals(&rows));
    if pools.is_empty() || !(pool.exists() || amounts || decimals || usd) {
        return Ok(());
    }
    let found = of_their_pools(ctx, &pool, (chain, None), pools, decimals || usd).await?;
    if usd {
        let place = place(chain, None);
        let tokens = found
            .values()
            .flat_map(|pool| [pool.token0, pool.token1].map(|token| (pool.factory, token)));
        let keys: BTreeSet<_> = tokens.map(|within| (place, within)).collect();
        ctx.data::<Cached<loaders::OfTokens>>()?.load_many(keys).await?;
        ctx.data::<Cached<loaders::Factories>>()?.load_one(place).await?;
    }
    Ok(())
}

/// For tokens: prices, deviations and figures.
pub(super) async fn of_tokens(ctx: &Context<'_>, tokens: &[Token]) -> Result<()> {
    let Some(first) = tokens.first() else { return Ok(()) };
    let keys = tokens.iter().map(|token| token.key.1).collect();
    of_token_rows(ctx, &Selected::rows(ctx), (first.key.0, first.older), &keys).await
}

/// For rows that name pools in a field: these, and what is selected of them. `needed`: their tokens are in any case.
async fn of_their_pools(
    ctx: &Context<'_>,
    pool: &Selected<'_>,
    at: Where,
    ids: BTreeSet<PoolId>,
    needed: bool,
) -> Result<BTreeMap<PoolId, Arc<entity::Pool>>> {
    let place = place(at.0, at.1);
    let keys = ids.into_iter().map(|id| (place, id));
    let pools = ctx.data::<Cached<loaders::Pools>>()?.load_many(keys).await?;
    let pools: BTreeMap<_, _> = pools.into_iter().map(|((_, id), pool)| (id, pool)).collect();
    let refs = pools.iter().map(|(id, pool)| (*id, &**pool)).collect();
    of_pool_rows(ctx, pool, at, &refs, needed).await?;
    Ok(pools)
}

/// Whether amounts are wanted in whole tokens.
fn decimals(rows: &Selected<'_>) -> bool {
    rows.names().iter().any(|name| name.ends_with("Decimal"))
}

async fn of_pool_rows(
    ctx: &Context<'_>,
    rows: &Selected<'_>,
    at: Where,
    pools: &BTreeMap<PoolId, &entity::Pool>,
    needed: bool,
) -> Result<()> {
    if rows.field("reconciled").exists() {
        let keys = pools.keys().map(|id| (at.0, *id));
        ctx.data::<Cached<loaders::Balances>>()?.load_many(keys).await?;
    }
    if rows.field("lastDay").exists() && at.1.is_none() {
        let keys = pools.keys().map(|id| (at.0, *id));
        ctx.data::<Cached<last_day::Days>>()?.load_many(keys).await?;
    }
    let here = place(at.0, at.1);
    for (name, kind, usual) in [("days", Interval::Day, 7), ("hours", Interval::Hour, 24)] {
        for first in rows.field(name).numbers("first", usual)? {
            // a number that is refused is refused by the row
            let Ok(numbers) = recent::numbers(ctx, at, kind, first).await else { continue };
            let of = |id: &PoolId| {
                let id = *id;
                numbers.iter().map(move |number| (here, (id, kind, *number)))
            };
            let keys: Vec<_> = pools.keys().flat_map(of).collect();
            ctx.data::<Cached<loaders::Periods>>()?.load_many(keys).await?;
        }
    }
    of_pool_tokens(ctx, rows, at, pools, needed).await
}

/// The tokens of what is selected of pools, and what is selected of these.
async fn of_pool_tokens(
    ctx: &Context<'_>,
    pool: &Selected<'_>,
    at: Where,
    pools: &BTreeMap<PoolId, &entity::Pool>,
    needed: bool,
) -> Result<()> {
    // prices of pools need their tokens' decimals
    let derived = ["token1PerToken0", "token0PerToken1", "live"];
    let sides = ["token0", "token1"].map(|side| pool.field(side));
    let asked = sides.iter().any(Selected::exists)
        || derived.iter().any(|field| pool.field(field).exists())
        || decimals(pool);
    if !needed && !asked {
        return Ok(());
    }
    let tokens: BTreeSet<Address> =
        pools.values().flat_map(|pool| [pool.token0, pool.token1]).collect();
    let here: Place = place(at.0, at.1);
    let keys = tokens.iter().map(|token| (here, *token));
    ctx.data::<Cached<loaders::Tokens>>()?.load_many(keys).await?;
    for side in sides {
        of_token_rows(ctx, &side, at, &tokens).await?;
    }
    Ok(())
}

async fn of_token_rows(
    ctx: &Context<'_>,
    rows: &Selected<'_>,
    at: Where,
    tokens: &BTreeSet<Address>,
) -> Result<()> {
    if rows.field("marketPrice").exists() {
        let moment = of_block(ctx, at.1)?;
        let keys = tokens.iter().map(|token| (at.0, moment, *token));
        ctx.data::<Cached<Prices>>()?.load_many(keys).await?;
    }
    if rows.field("livePrice").exists() {
        let keys = tokens.iter().map(|token| (at.0, *token));
        let pools = ctx.data::<Cached<loaders::Leading>>()?.load_many(keys).await?;
        let moment = of_block(ctx, None)?;
        let priced = pools.iter().flat_map(|((_, token), pools)| priced_with(*token, pools));
        let keys: BTreeSet<_> = priced.map(|token| (at.0, moment, token)).collect();
        ctx.data::<Cached<Prices>>()?.load_many(keys).await?;
        let sides = pools.values().flatten().flat_map(|pool| [pool.token0, pool.token1]);
        let keys: BTreeSet<_> = sides.map(|token| (place(at.0, None), token)).collect();
        ctx.data::<Cached<loaders::Tokens>>()?.load_many(keys).await?;
    }
    if rows.field("priceDeviation").exists() && at.1.is_none() {
        let keys = tokens.iter().map(|token| (at.0, *token));
        ctx.data::<Cached<Deviations>>()?.load_many(keys).await?;
    }
    if rows.field("figures").exists() {
        let here = place(at.0, at.1);
        let factories = ctx.data::<Cached<loaders::Factories>>()?.load_one(here).await?;
        let factories = factories.unwrap_or_default();
        let of = |token: &Address| {
            let token = *token;
            factories.iter().map(move |(factory, _)| (here, (*factory, token)))
        };
        let keys: Vec<_> = tokens.iter().flat_map(of).collect();
        ctx.data::<Cached<loaders::OfTokens>>()?.load_many(keys).await?;
    }
    Ok(())
}
