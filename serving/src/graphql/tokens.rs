//! `tokens` and `token`.

use std::sync::Arc;

use api_kit::{page::Slice, parse, problem::Problem, scope::Scope};
use async_graphql::{ComplexObject, Context, Object, Result};

use super::{connection::Connection, page_cost, prefetch, prices};
use crate::{
    deps::Deps,
    read::tokens::page,
    view::{
        price::{MarketPrice, PriceDeviation},
        token::Token,
    },
};

/// Tokens.
#[derive(Debug, Default)]
pub struct Tokens;

#[Object]
impl Tokens {
    /// Tokens seen in pools, by address.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn tokens(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        #[graphql(desc = "Only tokens with exactly this symbol; several may share one")]
        symbol: Option<String>,
        #[graphql(desc = "Rows of the page, 1 to 500; 50 if left out")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page")] after: Option<String>,
    ) -> Result<Connection<Token>> {
        let (chain, _) = ctx.data::<Arc<Deps>>()?.chains.resolve(chain)?;
        let slice = Slice::new(first, after.as_deref())?;
        let snapshot = ctx.data::<Scope>()?.at(chain).await?;
        let total = symbol.is_none().then(|| snapshot.counters().tokens);
        let rows = page(&snapshot, symbol, slice).await?;
        let view = |token| Token::new(chain, token);
        let page = Connection::new(snapshot.block(), rows, after.is_some(), total, view);
        prefetch::of_tokens(ctx, &page.nodes).await?;
        Ok(page)
    }

    /// A token by its address; null when no pool holds it.
    async fn token(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        address: String,
    ) -> Result<Option<Token>> {
        let (chain, _) = ctx.data::<Arc<Deps>>()?.chains.resolve(chain)?;
        let address = parse::address("address", &address)?;
        let snapshot = ctx.data::<Scope>()?.at(chain).await?;
        let token = snapshot.tokens_by_addresses(&[address]).await.map_err(Problem::from)?.pop();
        Ok(token.map(|token| Token::new(chain, token)))
    }
}

#[ComplexObject]
impl Token {
    /// What it costs on the market now, which pools need not agree with.
    async fn market_price(&self, ctx: &Context<'_>) -> Result<MarketPrice> {
        prices::of_token(ctx, self.key).await
    }

    /// How far its price in our pools was from the market when that was looked at last; null when it was not of late.
    async fn price_deviation(&self, ctx: &Context<'_>) -> Result<Option<PriceDeviation>> {
        prices::deviation(ctx, self.key).await
    }
}
