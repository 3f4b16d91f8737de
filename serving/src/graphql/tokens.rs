//! `tokens` and `token`, and what hangs on a token.

use std::sync::Arc;

use api_kit::{page::Slice, parse};
use async_graphql::{ComplexObject, Context, Object, Result};
use domain::decimal::Decimal;

use super::{
    as_of::{self, AsOf},
    connection::Connection,
    loaders::{self, Cached, place},
    onchain, page_cost, prefetch, prices, total,
};
use crate::{
    deps::Deps,
    node::{LivePrice, LiveToken},
    read::{
        dexes::configured,
        tokens::{Filter, by_addresses, page},
    },
    view::{
        dex::TokenOnDex,
        price::{MarketPrice, PriceDeviation},
        token::Token,
    },
};

/// Tokens.
#[derive(Debug, Default)]
pub struct Tokens;

#[Object]
impl Tokens {
    /// Tokens seen in pools, by address; those that are searched for by symbol come by symbol.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn tokens(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        #[graphql(desc = "Only tokens with exactly this symbol; several may share one")]
        symbol: Option<String>,
        #[graphql(desc = "Only tokens whose symbol or address (0x…) begins like this")]
        search: Option<String>,
        #[graphql(desc = "Rows of the page, 1 to 500; 50 if left out")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page")] after: Option<String>,
    ) -> Result<Connection<Token>> {
        let slice = Slice::new(first, after.as_deref())?;
        let filter = Filter::of(symbol, search)?;
        let (chain, at) = as_of::open(ctx, chain, None).await?;
        let total = total::of_tokens(ctx, &at, &filter).await?;
        let rows = page(&at, filter, slice).await?;
        let view = |token| Token::new(chain, token);
        let page = Connection::new(ctx, at.block(), rows, after.is_some(), total, view);
        prefetch::of_tokens(ctx, &page.nodes.0).await?;
        Ok(page)
    }

    /// A token by its address; null when no pool holds it.
    async fn token(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        address: String,
        as_of: Option<AsOf>,
    ) -> Result<Option<Token>> {
        let address = parse::address("address", &address)?;
        let (chain, at) = as_of::open(ctx, chain, as_of).await?;
        let token = by_addresses(&at, &[address]).await?.pop();
        Ok(token.map(|token| Token::new(chain, token).as_of(at.older())))
    }
}

#[ComplexObject]
impl Token {
    /// What it costs on the market now, which pools need not agree with; as of an older block: at its time.
    #[graphql(cache_control(no_cache))]
    async fn market_price(&self, ctx: &Context<'_>) -> Result<MarketPrice> {
        prices::of_token(ctx, self.key, self.older).await
    }

    /// How far its price in our pools was from the market when that was looked at last; null when it was not of late, and as
    /// of an older block.
    #[graphql(cache_control(no_cache))]
    async fn price_deviation(&self, ctx: &Context<'_>) -> Result<Option<PriceDeviation>> {
        if self.older.is_some() {
            return Ok(None);
        }
        prices::deviation(ctx, self.key).await
    }

    /// What its contract says at the chain's newest block.
    #[graphql(cache_control(no_cache), complexity = "onchain::COST + child_complexity")]
    async fn live(&self, ctx: &Context<'_>) -> Result<LiveToken> {
        Box::pin(onchain::of_token(ctx, self)).await
    }

    /// What it costs in USD now: in its largest pool as the chain has it, in the same as it is stored, and on the market.
    #[graphql(cache_control(no_cache), complexity = "onchain::PRICE_COST + child_complexity")]
    async fn live_price(&self, ctx: &Context<'_>) -> Result<LivePrice> {
        Box::pin(onchain::price_of(ctx, self)).await
    }

    /// What the events of each DEX add up to for it; DEXes without a pool of it are left out.
    #[graphql(complexity = "4 * child_complexity + 1")]
    async fn figures(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only of the DEX with this configured name")] dex: Option<String>,
    ) -> Result<Vec<TokenOnDex>> {
        let (chain_id, token) = self.key;
        let deps = ctx.data::<Arc<Deps>>()?;
        let (_, chain) = deps.chains.resolve(Some(chain_id))?;
        let place = place(chain_id, self.older);
        let factories = ctx.data::<Cached<loaders::Factories>>()?.load_one(place).await?;
        let factories = factories.unwrap_or_default();
        let keys = factories.iter().map(|(factory, _)| (place, (*factory, token)));
        let mut found = ctx.data::<Cached<loaders::OfTokens>>()?.load_many(keys).await?;
        let rows = factories.iter().filter_map(|(factory, totals)| {
            let figures = found.remove(&(place, (*factory, token))).flatten()?;
            let eth_price: Decimal = totals.eth_price_usd;
            let of = (*factory, configured(chain, *factory));
            Some(TokenOnDex::new(of, &figures, eth_price))
        });
        let is_meant = |row: &TokenOnDex| dex.is_none() || row.dex == dex;
        Ok(rows.filter(is_meant).collect())
    }
}
