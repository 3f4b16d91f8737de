//! `price` and `prices`, and the market prices of tokens and swaps.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use alloy_primitives::Address;
use api_kit::{parse, problem::Problem};
use async_graphql::{Context, Object, Result};
use domain::{block::BlockRef, ids::ChainId};

use super::{
    loaders::Cached,
    price_loaders::{self, Prices as Loader},
};
use crate::{
    deps::Deps,
    read::prices::{MOST_TOKENS, Moment, prices, tokens},
    view::{
        pool::Pool,
        price::{MarketPrice, PriceDeviation},
        swap::Swap,
        swap_usd::{Moved, SwapUsd},
    },
};

/// Market prices.
#[derive(Debug, Default)]
pub struct Prices;

/// What the time is, for all fields of a request.
#[derive(Debug, Clone)]
pub(super) struct Now(Arc<AtomicU64>);

impl Now {
    pub(super) fn of(millis: u64) -> Self {
        Self(Arc::new(millis.into()))
    }

    /// Unix milliseconds.
    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// For the next answer of a request that follows the chain.
    pub(super) fn set(&self, millis: u64) {
        self.0.store(millis, Ordering::Relaxed);
    }
}

#[Object]
impl Prices {
    /// What a token costs on the market.
    #[graphql(cache_control(no_cache))]
    async fn price(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        #[graphql(desc = "Address of the token")] token: String,
        #[graphql(desc = "Time in Unix milliseconds or ISO 8601; now if left out")] at: Option<
            String,
        >,
        #[graphql(desc = "As it was known at this time; with later corrections if left out")]
        known_at: Option<String>,
    ) -> Result<MarketPrice> {
        let deps = ctx.data::<Arc<Deps>>()?;
        let (chain, _) = deps.chains.resolve(chain)?;
        let token = parse::address("token", &token)?;
        let moment = moment(ctx, at.as_deref(), known_at.as_deref())?;
        let mut found = prices(deps, chain, moment, &[token]).await?;
        Ok(found.pop().ok_or_else(Problem::internal)?)
    }

    /// What tokens cost on the market, in the order of the list.
    #[graphql(
        cache_control(no_cache),
        complexity = "tokens.len().min(MOST_TOKENS) * child_complexity + 1"
    )]
    async fn prices(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        #[graphql(desc = "Addresses of the tokens, 500 at most")] tokens: Vec<String>,
        #[graphql(desc = "Time in Unix milliseconds or ISO 8601; now if left out")] at: Option<
            String,
        >,
        #[graphql(desc = "As it was known at this time; with later corrections if left out")]
        known_at: Option<String>,
    ) -> Result<Vec<MarketPrice>> {
        let deps = ctx.data::<Arc<Deps>>()?;
        let (chain, _) = deps.chains.resolve(chain)?;
        let tokens = self::tokens("tokens", tokens.iter().map(String::as_str))?;
        let moment = moment(ctx, at.as_deref(), known_at.as_deref())?;
        Ok(prices(deps, chain, moment, &tokens).await?)
    }
}

fn moment(ctx: &Context<'_>, at: Option<&str>, known_at: Option<&str>) -> Result<Moment> {
    Ok(Moment::parse(ctx.data::<Now>()?.get(), at, known_at)?)
}

/// The newest price of a token, or that of an older block's time.
pub(super) async fn of_token(
    ctx: &Context<'_>,
    token: (ChainId, Address),
    older: Option<BlockRef>,
) -> Result<MarketPrice> {
    let moment = of_block(ctx, older)?;
    let found = ctx.data::<Cached<Loader>>()?.load_one((token.0, moment, token.1)).await?;
    Ok(found.ok_or_else(Problem::internal)?)
}

/// Now, or the time of an older block.
pub(super) fn of_block(ctx: &Context<'_>, older: Option<BlockRef>) -> Result<Moment> {
    let then = older.map(|block| block.timestamp.saturating_mul(1_000));
    Ok(Moment::newest(then.map_or_else(|| ctx.data::<Now>().map(Now::get), Ok)?))
}

/// How far the price of a token in our pools is from the market, if that was looked at of late.
pub(super) async fn deviation(
    ctx: &Context<'_>,
    token: (ChainId, Address),
) -> Result<Option<PriceDeviation>> {
    let loader = ctx.data::<Cached<price_loaders::Deviations>>()?;
    Ok(loader.load_one(token).await?.flatten().map(Into::into))
}

/// Which prices a swap is worth.
pub(super) const fn moment_of(swap: &Swap, corrected: bool) -> Moment {
    let at = swap.timestamp.saturating_mul(1_000);
    if corrected { Moment::newest(at) } else { Moment::then(at) }
}

/// What a swap was worth at its block's time.
pub(super) async fn of_swap(
    ctx: &Context<'_>,
    swap: &Swap,
    pool: &Pool,
    corrected: bool,
) -> Result<SwapUsd> {
    let (token0, token1) = pool.tokens(ctx).await?;
    let moment = moment_of(swap, corrected);
    let keys = [&token0, &token1].map(|token| (pool.chain_id, moment, token.address));
    let mut found = ctx.data::<Cached<Loader>>()?.load_many(keys).await?;
    let [Some(price0), Some(price1)] = keys.map(|key| found.remove(&key)) else {
        return Err(Problem::internal().into());
    };
    let [amount0, amount1] = swap.moved;
    let moved =
        [Moved { amount: amount0, token: &token0 }, Moved { amount: amount1, token: &token1 }];
    Ok(SwapUsd::new(moved, [price0, price1], moment.at))
}
