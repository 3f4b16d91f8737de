//! What the chain itself says, beside what is stored: the fields that ask it. None of them fails where the chain does.
//!
//! Their futures stand in boxes: inside those of all the fields above them they would fill a thread's stack.

use std::sync::Arc;

use alloy_primitives::Address;
use api_kit::scope::Scope;
use async_graphql::{Context, Result};
use domain::{block::BlockRef, entity, ids::ChainId};

use super::{
    loaders::{self, Cached, Leading},
    price_loaders::Prices,
    prices::of_block,
};
use crate::{
    deps::{ChainDeps, Deps},
    node::{self, AccountBalances, Head, Heads, LivePool, LivePrice, LiveToken},
    view::{account::Account, pool::Pool, token::Token},
};

/// What asking the chain costs, in fields.
pub(super) const COST: usize = 20;
/// What a live price costs: several reads, and the chain.
pub(super) const PRICE_COST: usize = 500;
/// Decimals of a chain's native currency.
const NATIVE_DECIMALS: u8 = 18;

/// The state of a pool now.
pub(super) async fn of_pool(ctx: &Context<'_>, pool: &Pool) -> Result<LivePool> {
    let (chain, stored_at, head) = place(ctx, pool.chain_id, pool.older).await?;
    let (token0, token1) = pool.tokens(ctx).await?;
    let decimals = [token0.decimals, token1.decimals];
    Ok(node::pool(&chain.live, &pool.entity, (&head, stored_at), decimals).await)
}

/// What a token's contract says now.
pub(super) async fn of_token(ctx: &Context<'_>, token: &Token) -> Result<LiveToken> {
    let (chain, stored_at, head) = place(ctx, token.key.0, token.older).await?;
    Ok(node::token(&chain.live, (token.key.1, token.decimals), &head, stored_at).await)
}

/// What an account has now.
pub(super) async fn of_account(
    ctx: &Context<'_>,
    account: &Account,
    tokens: &[String],
) -> Result<AccountBalances> {
    let tokens = node::wanted_tokens(tokens.iter().map(String::as_str))?;
    let (chain, stored_at, head) = place(ctx, account.key.0, account.older).await?;
    let of = (account.key.1, tokens.as_slice());
    let here = loaders::place(account.key.0, account.older);
    let keys = tokens.iter().map(|token| (here, *token));
    let known = Box::pin(ctx.data::<Cached<loaders::Tokens>>()?.load_many(keys)).await?;
    let decimals = |token: Address| match known.get(&(here, token)) {
        Some(token) => token.decimals,
        None => token.is_zero().then_some(NATIVE_DECIMALS),
    };
    Ok(node::balances_or_problem(&chain.live, of, &head, Some(stored_at), decimals).await)
}

/// What a token costs in its largest pool whose other side has a market price: as the chain has that pool now, as it is
/// stored, and on the market.
pub(super) async fn price_of(ctx: &Context<'_>, token: &Token) -> Result<LivePrice> {
    let (chain_id, address) = token.key;
    let (chain, stored_at, head) = place(ctx, chain_id, None).await?;
    let leading = ctx.data::<Cached<Leading>>()?;
    let pools = Box::pin(leading.load_one(token.key)).await?.unwrap_or_default();
    let now = of_block(ctx, None)?;
    let keys = priced_with(address, &pools).map(|token| (chain_id, now, token));
    let prices = Box::pin(ctx.data::<Cached<Prices>>()?.load_many(keys)).await?;
    let price = |token| prices.get(&(chain_id, now, token)).cloned();
    let market = price(address);
    let by = pools.into_iter().find_map(|pool| {
        let price = price(other(&pool, address)).filter(|price| price.value.is_some())?;
        Some((pool, price))
    });
    let Some((pool, price)) = by else { return Ok(LivePrice::of_market(market)) };
    let pool = Pool::new(chain_id, pool);
    let (token0, token1) = pool.tokens(ctx).await?;
    let decimals = [token0.decimals, token1.decimals];
    let live = node::pool(&chain.live, &pool.entity, (&head, stored_at), decimals);
    let live = Box::pin(live).await;
    Ok(LivePrice::new(&pool.entity, decimals, address, live, &price, market))
}

/// The other token of a pool.
fn other(pool: &entity::Pool, token: Address) -> Address {
    if pool.token0 == token { pool.token1 } else { pool.token0 }
}

/// The tokens whose market prices a price by one of these pools may need.
pub(super) fn priced_with(
    token: Address,
    pools: &[Arc<entity::Pool>],
) -> impl Iterator<Item = Address> {
    pools.iter().map(move |pool| other(pool, token)).chain([token])
}

/// The chain, the block that the stored part of the answer is of, and the newest block, which is one for all its fields.
async fn place<'a>(
    ctx: &Context<'a>,
    chain: ChainId,
    older: Option<BlockRef>,
) -> Result<(&'a ChainDeps, BlockRef, Head)> {
    let (_, deps) = ctx.data::<Arc<Deps>>()?.chains.resolve(Some(chain))?;
    let stored = Box::pin(ctx.data::<Scope>()?.at(chain)).await?.block();
    let head = ctx.data::<Heads>()?.of(chain, stored.hash);
    Ok((deps, older.unwrap_or(stored), head))
}
