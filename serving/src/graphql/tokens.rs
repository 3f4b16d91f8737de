//! `tokens` and `token`.

use std::sync::Arc;

use api_kit::{page::Slice, parse, problem::Problem, scope::Scope};
use async_graphql::{Context, Object, Result};

use super::{connection::Connection, page_cost};
use crate::{deps::Deps, read::tokens::page, view::token::Token};

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
        Ok(Connection::new(snapshot.block(), rows, after.is_some(), total, Into::into))
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
        Ok(token.map(Into::into))
    }
}
