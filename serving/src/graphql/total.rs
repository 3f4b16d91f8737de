//! How many rows a list has: by what is counted beside the chain where there is such a number, else counted up to a bound. Looked up
//! only where it is selected.

use std::sync::Arc;

use api_kit::problem::Problem;
use async_graphql::{Context, Result};
use domain::entity::{Counters, Pool};
use store::{ListQuery, PoolQuery, SymbolQuery, TokenQuery};

use crate::{
    deps::Deps,
    read::{
        as_of::At,
        dexes,
        pools::{Filter as Pools, Tokens as Sides},
        rows::Filter as Rows,
        series::{self, Series, Span},
        tokens::{Filter as Tokens, addresses, by_addresses, prefixes},
    },
};

/// Whether somebody wants to know.
fn wanted(ctx: &Context<'_>) -> bool {
    ctx.look_ahead().field("totalCount").exists()
}

/// Rows of a list by its index; of now alone.
pub(super) async fn of(
    ctx: &Context<'_>,
    at: &At,
    list: ListQuery<'_>,
) -> Result<Option<u64>, Problem> {
    if !wanted(ctx) || at.older().is_some() {
        return Ok(None);
    }
    Ok(at.snapshot().count(list).await?)
}

/// Periods of a series; of now alone.
pub(super) async fn of_series<S: Series>(
    ctx: &Context<'_>,
    at: &At,
    series: &S,
    span: Span,
) -> Result<Option<u64>, Problem> {
    if !wanted(ctx) || at.older().is_some() {
        return Ok(None);
    }
    series::count(at, series, span).await
}

/// Rows of a chain or of a pool. Those of an account nobody counts.
pub(super) async fn of_rows(
    ctx: &Context<'_>,
    at: &At,
    filter: Rows,
    of_chain: impl Fn(&Counters) -> u64,
    of_pool: impl Fn(&Pool) -> u64,
) -> Result<Option<u64>, Problem> {
    match filter {
        _ if !wanted(ctx) => Ok(None),
        Rows { account: Some(_), .. } => Ok(None),
        Rows { pool: Some(id), .. } => {
            Ok(Some(at.pool(id).await?.map_or(0, |pool| of_pool(&pool))))
        }
        Rows { pool: None, .. } => Ok(at.counters().as_ref().map(of_chain)),
    }
}

/// Pools.
pub(super) async fn of_pools(
    ctx: &Context<'_>,
    at: &At,
    filter: &Pools,
) -> Result<Option<u64>, Problem> {
    if !wanted(ctx) {
        return Ok(None);
    }
    if filter.is_open()
        && let Some(counters) = at.counters()
    {
        return Ok(Some(counters.pools));
    }
    let is_of_any_dex = filter.protocol.is_none() && filter.dex.is_none();
    match filter.tokens {
        Sides::Any => of_dexes(ctx, at, filter).await,
        Sides::One(token) if is_of_any_dex && at.older().is_none() => {
            let found = by_addresses(at, &[token]).await?.pop();
            Ok(Some(found.map_or(0, |token| token.pool_count)))
        }
        Sides::One(token) => {
            let (protocol, dex) = (filter.protocol, filter.dex.clone());
            let up_to = at.past();
            let query =
                PoolQuery { protocol, dex, token: Some(token), up_to, ..PoolQuery::default() };
            Ok(at.snapshot().count(ListQuery::Pools(&query)).await?)
        }
        Sides::Both(pair) if is_of_any_dex && at.older().is_none() => {
            Ok(at.snapshot().count(ListQuery::PoolsOfPair(pair)).await?)
        }
        // what is left of a pair's few pools: the page knows, where it has them all
        Sides::Both(_) => Ok(None),
    }
}

/// Pools of the DEXes that are meant.
async fn of_dexes(ctx: &Context<'_>, at: &At, filter: &Pools) -> Result<Option<u64>, Problem> {
    let chain = at.snapshot().chain();
    let deps = ctx.data::<Arc<Deps>>().map_err(|_| Problem::internal())?;
    let (_, deps) = deps.chains.resolve(Some(chain))?;
    let is_meant = |dex: &&domain::config::Dex| {
        filter.protocol.is_none_or(|protocol| dex.protocol == protocol)
            && filter.dex.as_ref().is_none_or(|name| dex.name == *name)
    };
    let meant: Vec<_> = deps.dexes.iter().filter(is_meant).map(|dex| dex.factory).collect();
    let figures = dexes::figures(at.snapshot(), at.past()).await?;
    let of_meant = figures.iter().filter(|(factory, _)| meant.contains(factory));
    Ok(Some(of_meant.map(|(_, figures)| figures.pool_count).sum()))
}

/// Tokens; of now alone.
pub(super) async fn of_tokens(
    ctx: &Context<'_>,
    at: &At,
    filter: &Tokens,
) -> Result<Option<u64>, Problem> {
    match filter {
        Tokens::All => Ok(at.counters().map(|counters| counters.tokens)),
        Tokens::Symbol(symbol) => {
            let symbol = Some(symbol.clone());
            of(ctx, at, ListQuery::Tokens(&TokenQuery { symbol, ..TokenQuery::default() })).await
        }
        Tokens::Search(text) => {
            if let Some((from, to)) = addresses(text) {
                return of(ctx, at, ListQuery::TokensBetween(from, to)).await;
            }
            let mut sum = 0;
            for prefix in prefixes(text) {
                let query = SymbolQuery { prefix, ..SymbolQuery::default() };
                match of(ctx, at, ListQuery::TokensByPrefix(&query)).await? {
                    Some(count) => sum += count,
                    None => return Ok(None),
                }
            }
            Ok(Some(sum))
        }
    }
}
