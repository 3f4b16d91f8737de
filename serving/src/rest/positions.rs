//! `GET /v1/positions`, `GET /v1/positions/{manager}/{tokenId}` and `GET /v1/liquidity-positions`: positions and what they
//! are worth in tokens.

use std::{collections::BTreeMap, sync::Arc};

use alloy_primitives::{Address, U256};
use api_kit::{
    answer::Item,
    extract::{Path, Query},
    page::{Rows, Slice},
    problem::Problem,
};
use axum::{Json, extract::State, response::Response};
use domain::{entity::Pool, ids::PoolId};
use serde::{Deserialize, Serialize};
use store::{PositionId, PositionsOf, SharesOf};
use utoipa::{IntoParams, ToSchema};

use super::{
    as_of,
    export::{Asked, tables},
    token::One,
};
use crate::openapi::shapes::{
    AddressText, ChainNumber, Cursor, DexName, PageSize, PoolIdText, Uint256Text,
};
use crate::{
    deps::Deps,
    failure,
    read::{as_of::At, positions},
    view::{account::LiquidityPosition, position::Position},
};

/// A position and what its liquidity is worth.
#[derive(Serialize, ToSchema)]
pub(super) struct PositionItem {
    #[serde(flatten)]
    position: Position,
    #[serde(flatten)]
    worth: Worth,
}

/// Shares of a pair and what they are worth.
#[derive(Serialize, ToSchema)]
pub(super) struct ShareItem {
    #[serde(flatten)]
    position: LiquidityPosition,
    #[serde(flatten)]
    worth: Worth,
}

/// What taking all liquidity out would free, in smallest units; null while there is no price. Fees are no part of it.
#[derive(Serialize, ToSchema)]
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

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Params {
    #[param(value_type = Option<ChainNumber>)]
    chain: Option<String>,
    /// Only of this holder; not with `pool`.
    #[param(value_type = Option<AddressText>)]
    owner: Option<String>,
    /// Only of this pool.
    #[param(value_type = Option<PoolIdText>)]
    pool: Option<String>,
    /// Only of this position manager: its address, or the configured name of its DEX.
    #[param(value_type = Option<DexName>)]
    manager: Option<String>,
    #[param(value_type = Option<PageSize>)]
    first: Option<String>,
    #[param(value_type = Option<Cursor>)]
    after: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Shares {
    #[param(value_type = Option<ChainNumber>)]
    chain: Option<String>,
    /// Of this account; this or `pool` has to be given.
    #[param(value_type = Option<AddressText>)]
    account: Option<String>,
    /// Of this pair.
    #[param(value_type = Option<PoolIdText>)]
    pool: Option<String>,
    #[param(value_type = Option<PageSize>)]
    first: Option<String>,
    #[param(value_type = Option<Cursor>)]
    after: Option<String>,
}

/// Positions of position managers (V3, V4).
///
/// By manager and token id, with what they are worth in tokens.
#[utoipa::path(
    get,
    path = "/v1/positions",
    operation_id = "positions",
    tag = "positions",
    params(Params),
    responses(
        (status = 200, description = "A page of positions.", body = api_kit::answer::Page<PositionItem>),
    ),
)]
pub(super) async fn all(
    State(deps): State<Arc<Deps>>,
    asked: Asked,
    Query(params): Query<Params>,
) -> Result<Response, Problem> {
    let of = positions::of(params.owner.as_deref(), params.pool.as_deref())?;
    let list = asked.list(params.first.as_deref(), params.after.as_deref())?;
    let (_, chain) = deps.chains.parse(params.chain.as_deref())?;
    let manager = params.manager.as_deref().map(|name| positions::manager(chain, name));
    let manager = manager.transpose()?;
    let (_, at) = as_of::open(&deps, params.chain.as_deref(), None, None).await?;
    list.answer(tables::POSITIONS, at, move |at, part| async move {
        page(&at, of, manager, part.slice()).await
    })
    .await
}

/// One position, with what it is worth in tokens.
#[utoipa::path(
    get,
    path = "/v1/positions/{manager}/{tokenId}",
    operation_id = "position",
    tag = "positions",
    params(
        ("manager" = DexName, Path, description = "Position manager: its address, or the configured name of its DEX."),
        ("tokenId" = Uint256Text, Path, description = "Id of the token.", example = "1"),
        One,
    ),
    responses(
        (status = 200, description = "The position as of the block.", body = Item<PositionItem>),
    ),
)]
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

/// Shares of pairs (V2), of an account or of a pair.
///
/// One of both has to be named.
#[utoipa::path(
    get,
    path = "/v1/liquidity-positions",
    operation_id = "liquidityPositions",
    tag = "positions",
    params(Shares),
    responses(
        (status = 200, description = "A page of shares.", body = api_kit::answer::Page<ShareItem>),
    ),
)]
pub(super) async fn all_shares(
    State(deps): State<Arc<Deps>>,
    asked: Asked,
    Query(params): Query<Shares>,
) -> Result<Response, Problem> {
    let of = positions::shares_of(params.account.as_deref(), params.pool.as_deref())?;
    let list = asked.list(params.first.as_deref(), params.after.as_deref())?;
    let (_, at) = as_of::open(&deps, params.chain.as_deref(), None, None).await?;
    list.answer(
        tables::SHARES,
        at,
        move |at, part| async move { shares(&at, of, part.slice()).await },
    )
    .await
}

/// A page of positions, with their pools by one read.
pub(super) async fn page(
    at: &At,
    of: PositionsOf,
    manager: Option<Address>,
    slice: Slice<'_>,
) -> Result<Rows<PositionItem>, Problem> {
    let rows = positions::page(at, of, manager, slice).await?;
    let pools = pools(at, rows.rows.iter().filter_map(|(_, stored)| stored.pool)).await?;
    let chain = at.snapshot().chain();
    let view = |(id, stored)| worth(Position::new(chain, id, &stored, at.older()), &pools);
    Ok(rows.map(view))
}

/// A page of shares, likewise.
pub(super) async fn shares(
    at: &At,
    of: SharesOf,
    slice: Slice<'_>,
) -> Result<Rows<ShareItem>, Problem> {
    let rows: Rows<positions::Share> = positions::shares(at, of, slice).await?;
    let pools = pools(at, rows.rows.iter().map(|((pool, _), _)| *pool)).await?;
    let chain = at.snapshot().chain();
    let view = |(key, stored): positions::Share| {
        let position = LiquidityPosition::new(chain, key, &stored);
        let worth = Worth::new(pools.get(&key.0).and_then(|pool| position.amounts(pool)));
        ShareItem { position, worth }
    };
    Ok(rows.map(view))
}

fn worth(position: Position, pools: &BTreeMap<PoolId, Arc<Pool>>) -> PositionItem {
    let pool = position.pool.and_then(|pool| pools.get(&pool));
    let worth = Worth::new(pool.and_then(|pool| position.amounts(pool)));
    PositionItem { position, worth }
}

async fn pools(
    at: &At,
    ids: impl Iterator<Item = PoolId>,
) -> Result<BTreeMap<PoolId, Arc<Pool>>, Problem> {
    let mut ids: Vec<PoolId> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    Ok(at.pools(&ids).await?.into_iter().map(|pool| (pool.id, pool)).collect())
}
