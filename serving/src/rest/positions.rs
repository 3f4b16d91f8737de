//! `GET /v1/positions`, `GET /v1/positions/{manager}/{tokenId}` and `GET /v1/liquidity-positions`: positions and what they
//! are worth in tokens.

use std::{collections::BTreeMap, sync::Arc};

use alloy_primitives::{Address, U256};
use api_kit::{
    answer::{Item, Page},
    extract::{Path, Query},
    page::{Rows, Slice},
    problem::Problem,
};
use axum::{Json, extract::State};
use domain::{entity::Pool, ids::PoolId};
use serde::{Deserialize, Serialize};
use store::{PositionId, PositionsOf, SharesOf};

use super::{as_of, token::One};
use crate::{
    deps::Deps,
    failure,
    read::{as_of::At, positions},
    view::{account::LiquidityPosition, position::Position},
};

/// A position and what its liquidity is worth.
#[derive(Serialize)]
pub(super) struct PositionItem {
    #[serde(flatten)]
    position: Position,
    #[serde(flatten)]
    worth: Worth,
}

/// Shares of a pair and what they are worth.
#[derive(Serialize)]
pub(super) struct ShareItem {
    #[serde(flatten)]
    position: LiquidityPosition,
    #[serde(flatten)]
    worth: Worth,
}

/// What taking all liquidity out would free, in smallest units; null while there is no price. Fees are no part of it.
#[derive(Serialize)]
struct Worth {
    amount0: Option<String>,
    amount1: Option<String>,
}

impl Worth {
    fn new(amounts: Option<[U256; 2]>) -> Self {
        let [amount0, amount1] = amounts.map_or([None, None], |both| both.map(Some));
        let text = |amount: Option<U256>| amount.map(|amount| amount.to_string());
        Self { amount0: text(amount0), amount1: text(amount1) }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Params {
    chain: Option<String>,
    owner: Option<String>,
    pool: Option<String>,
    manager: Option<String>,
    first: Option<String>,
    after: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shares {
    chain: Option<String>,
    account: Option<String>,
    pool: Option<String>,
    first: Option<String>,
    after: Option<String>,
}

pub(super) async fn all(
    State(deps): State<Arc<Deps>>,
    Query(params): Query<Params>,
) -> Result<Json<Page<PositionItem>>, Problem> {
    let of = positions::of(params.owner.as_deref(), params.pool.as_deref())?;
    let slice = Slice::parse(params.first.as_deref(), params.after.as_deref())?;
    let (_, chain) = deps.chains.parse(params.chain.as_deref())?;
    let manager = params.manager.as_deref().map(|name| positions::manager(chain, name));
    let manager = manager.transpose()?;
    let (_, at) = as_of::open(&deps, params.chain.as_deref(), None, None).await?;
    Ok(Json(page(&at, of, manager, slice).await?))
}

pub(super) async fn one(
    State(deps): State<Arc<Deps>>,
    Path((manager, token_id)): Path<(String, String)>,
    Query(params): Query<One>,
) -> Result<Json<Item<PositionItem>>, Problem> {
    let token_id = positions::token_id(&token_id)?;
    let at = params.open(&deps).await?;
    let chain = at.snapshot().chain();
    let manager = positions::manager(deps.chains.resolve(Some(chain))?.1, &manager)?;
    let id = PositionId { manager, token_id };
    let found = positions::one(&at, id).await?;
    let stored =
        found.ok_or_else(|| failure::unknown_position(&format!("{manager:#x}-{token_id}")))?;
    let position = Position::new(chain, id, &stored, at.older());
    let pools = pools(&at, position.pool.into_iter()).await?;
    Ok(Json(Item { block: at.block().into(), item: worth(position, &pools) }))
}

pub(super) async fn all_shares(
    State(deps): State<Arc<Deps>>,
    Query(params): Query<Shares>,
) -> Result<Json<Page<ShareItem>>, Problem> {
    let of = positions::shares_of(params.account.as_deref(), params.pool.as_deref())?;
    let slice = Slice::parse(params.first.as_deref(), params.after.as_deref())?;
    let (_, at) = as_of::open(&deps, params.chain.as_deref(), None, None).await?;
    Ok(Json(shares(&at, of, slice).await?))
}

/// A page of positions, with their pools by one read.
pub(super) async fn page(
    at: &At,
    of: PositionsOf,
    manager: Option<Address>,
    slice: Slice<'_>,
) -> Result<Page<PositionItem>, Problem> {
    let rows = positions::page(at, of, manager, slice).await?;
    let pools = pools(at, rows.rows.iter().filter_map(|(_, (_, stored))| stored.pool)).await?;
    let chain = at.snapshot().chain();
    let view = |(id, stored)| worth(Position::new(chain, id, &stored, at.older()), &pools);
    Ok(Page::new(at.block(), rows, view))
}

/// A page of shares, likewise.
pub(super) async fn shares(
    at: &At,
    of: SharesOf,
    slice: Slice<'_>,
) -> Result<Page<ShareItem>, Problem> {
    let rows: Rows<positions::Share> = positions::shares(at, of, slice).await?;
    let pools = pools(at, rows.rows.iter().map(|(_, ((pool, _), _))| *pool)).await?;
    let chain = at.snapshot().chain();
    let view = |(key, stored): positions::Share| {
        let position = LiquidityPosition::new(chain, key, &stored);
        let worth = Worth::new(pools.get(&key.0).and_then(|pool| position.amounts(pool)));
        ShareItem { position, worth }
    };
    Ok(Page::new(at.block(), rows, view))
}

fn worth(position: Position, pools: &BTreeMap<PoolId, Pool>) -> PositionItem {
    let pool = position.pool.and_then(|pool| pools.get(&pool));
    let worth = Worth::new(pool.and_then(|pool| position.amounts(pool)));
    PositionItem { position, worth }
}

async fn pools(
    at: &At,
    ids: impl Iterator<Item = PoolId>,
) -> Result<BTreeMap<PoolId, Pool>, Problem> {
    let mut ids: Vec<PoolId> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    Ok(at.pools(&ids).await?.into_iter().map(|pool| (pool.id, pool)).collect())
}
