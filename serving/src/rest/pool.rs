//! `GET /v1/pools/{id}`: one pool, with its tokens and prices.

use std::{collections::BTreeMap, sync::Arc};

use api_kit::{
    answer::Item,
    extract::{Path, Query},
    parse,
    problem::Problem,
};
use axum::{Json, extract::State};
use domain::entity;
use serde::Serialize;
use utoipa::ToSchema;

use super::token::One;
use crate::openapi::shapes::PoolIdText;
use crate::{
    deps::Deps,
    failure, price,
    read::{as_of::At, tokens},
    view::{pool::Pool, pool_figures::PoolFigures, reconciled::Reconciled, token::Token},
};

/// A pool with its tokens and prices.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PoolItem {
    #[serde(flatten)]
    pool: Pool,
    #[serde(flatten)]
    figures: PoolFigures,
    token0: Option<Token>,
    token1: Option<Token>,
    token1_per_token0: Option<String>,
    token0_per_token1: Option<String>,
    /// Null until balances were read for the first time.
    reconciled: Option<Reconciled>,
}

impl PoolItem {
    /// Adds the tokens and what the contracts said of balances, each by one read.
    pub(super) async fn with_tokens(
        at: &At,
        pools: Vec<Arc<entity::Pool>>,
    ) -> Result<Vec<Self>, Problem> {
        let mut addresses: Vec<_> =
            pools.iter().flat_map(|pool| [pool.token0, pool.token1]).collect();
        addresses.sort_unstable();
        addresses.dedup();
        let tokens = if addresses.is_empty() {
            Vec::new()
        } else {
            tokens::by_addresses(at, &addresses).await?
        };
        let tokens: BTreeMap<_, _> =
            tokens.into_iter().map(|token| (token.address, token)).collect();
        let ids: Vec<_> = pools.iter().map(|pool| pool.id).collect();
        let snapshot = at.snapshot();
        let mut reconciled = snapshot.reconciled(&ids).await?;
        // what was read later says nothing of an older block
        reconciled.retain(|found| at.past().is_none_or(|block| found.block.number <= block));
        let mut reconciled: BTreeMap<_, _> =
            reconciled.into_iter().map(|found| (found.pool, found)).collect();
        let items = pools.into_iter().map(|pool| {
            let (token0, token1) =
                (tokens.get(&pool.token0).cloned(), tokens.get(&pool.token1).cloned());
            let decimals = |token: &Option<Arc<entity::Token>>| {
                token.as_ref().and_then(|token| token.decimals)
            };
            let prices = price::of(&pool.state, decimals(&token0), decimals(&token1));
            let (one, other) =
                prices.map(|prices| (prices.token1_per_token0, prices.token0_per_token1)).unzip();
            Self {
                reconciled: reconciled.remove(&pool.id).map(Into::into),
                figures: (&pool.figures).into(),
                pool: Pool::new(snapshot.chain(), pool),
                token0: token0.map(|token| Token::new(snapshot.chain(), token)),
                token1: token1.map(|token| Token::new(snapshot.chain(), token)),
                token1_per_token0: one,
                token0_per_token1: other,
            }
        });
        Ok(items.collect())
    }
}

/// One pool, with its tokens, prices and figures.
#[utoipa::path(
    get,
    path = "/v1/pools/{id}",
    operation_id = "pool",
    tag = "pools",
    params(("id" = PoolIdText, Path), One),
    responses((status = 200, description = "The pool as of the block.", body = Item<PoolItem>))
)]
pub(super) async fn get(
    State(deps): State<Arc<Deps>>,
    Path(id): Path<String>,
    Query(params): Query<One>,
) -> Result<Json<Item<PoolItem>>, Problem> {
    let id = parse::pool_id("id", &id)?;
    let at = params.open(&deps).await?;
    let pool = at.pool(id).await?.ok_or_else(|| failure::unknown_pool(id))?;
    let item = PoolItem::with_tokens(&at, vec![pool]).await?.pop().ok_or_else(Problem::internal)?;
    Ok(Json(Item { block: at.block().into(), item }))
}
