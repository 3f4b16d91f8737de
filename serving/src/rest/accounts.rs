//! `GET /v1/accounts/{address}` and what it has: `/swaps`, `/liquidity-events`, `/positions`, `/liquidity-positions`.

use std::sync::Arc;

use alloy_primitives::Address;
use api_kit::{
    answer::Item,
    extract::{Path, Query},
    parse,
    problem::Problem,
};
use axum::{Json, extract::State, response::Response};
use store::{PositionsOf, SharesOf};

use super::{
    export::{Asked, tables},
    positions,
    rows::OfOne,
    token::One,
};
use crate::openapi::shapes::AddressText;
use crate::{
    deps::Deps,
    failure,
    read::{accounts, liquidity, rows::Filter, swaps},
    view::{account::Account, liquidity::LiquidityEvent, swap::Swap},
};

/// What an account did on the DEXes of a chain.
///
/// Of who sent no transaction to a DEX nothing is known: `ACCOUNT_UNKNOWN`.
#[utoipa::path(
    get,
    path = "/v1/accounts/{address}",
    operation_id = "account",
    tag = "accounts",
    params(
        (
            "address" = AddressText,
            Path,
            description = "The account.",
            example = "0x7d2037652b073a085592874ada22385df6bc29db",
        ),
        One,
    ),
    responses((status = 200, description = "The account as of the block.", body = Item<Account>))
)]
pub(super) async fn one(
    State(deps): State<Arc<Deps>>,
    Path(address): Path<String>,
    Query(params): Query<One>,
) -> Result<Json<Item<Account>>, Problem> {
    let address = parse::address("address", &address)?;
    let at = params.open(&deps).await?;
    let found = accounts::one(&at, address).await?;
    let figures = found.ok_or_else(|| failure::unknown_account(address))?;
    let item = Account::new((at.snapshot().chain(), address), &figures, at.older());
    Ok(Json(Item { block: at.block().into(), item }))
}

/// Swaps of an account, newest first.
#[utoipa::path(
    get,
    path = "/v1/accounts/{address}/swaps",
    operation_id = "accountSwaps",
    tag = "accounts",
    params(
        (
            "address" = AddressText,
            Path,
            description = "The account.",
            example = "0x7d2037652b073a085592874ada22385df6bc29db",
        ),
        OfOne,
    ),
    responses((status = 200, description = "A page of swaps.", body = api_kit::answer::Page<Swap>))
)]
pub(super) async fn of_swaps(
    State(deps): State<Arc<Deps>>,
    Path(address): Path<String>,
    asked: Asked,
    Query(params): Query<OfOne>,
) -> Result<Response, Problem> {
    let filter = filter(parse::address("address", &address)?);
    let list = asked.list(params.first.as_deref(), params.after.as_deref())?;
    let (chain, at) = params.open(&deps).await?;
    list.answer(tables::SWAPS, at, move |at, part| async move {
        let rows = swaps::page(&at, filter, part.slice()).await?;
        Ok(rows.map(|swap| Swap::new(chain, &swap)))
    })
    .await
}

/// Liquidity events of an account, newest first.
#[utoipa::path(
    get,
    path = "/v1/accounts/{address}/liquidity-events",
    operation_id = "accountLiquidityEvents",
    tag = "accounts",
    params(
        (
            "address" = AddressText,
            Path,
            description = "The account.",
            example = "0x7d2037652b073a085592874ada22385df6bc29db",
        ),
        OfOne,
    ),
    responses(
        (status = 200, description = "A page of liquidity events.", body = api_kit::answer::Page<LiquidityEvent>),
    ),
)]
pub(super) async fn of_liquidity(
    State(deps): State<Arc<Deps>>,
    Path(address): Path<String>,
    asked: Asked,
    Query(params): Query<OfOne>,
) -> Result<Response, Problem> {
    let filter = filter(parse::address("address", &address)?);
    let list = asked.list(params.first.as_deref(), params.after.as_deref())?;
    let (chain, at) = params.open(&deps).await?;
    list.answer(tables::LIQUIDITY_EVENTS, at, move |at, part| async move {
        let rows = liquidity::page(&at, filter, part.slice()).await?;
        Ok(rows.map(|event| LiquidityEvent::new(chain, &event)))
    })
    .await
}

/// Positions that an account holds (V3, V4).
#[utoipa::path(
    get,
    path = "/v1/accounts/{address}/positions",
    operation_id = "accountPositions",
    tag = "accounts",
    params(
        (
            "address" = AddressText,
            Path,
            description = "The account.",
            example = "0x7d2037652b073a085592874ada22385df6bc29db",
        ),
        OfOne,
    ),
    responses(
        (
            status = 200,
            description = "A page of positions, by manager and token id.",
            body = api_kit::answer::Page<positions::PositionItem>,
        ),
    ),
)]
pub(super) async fn of_positions(
    State(deps): State<Arc<Deps>>,
    Path(address): Path<String>,
    asked: Asked,
    Query(params): Query<OfOne>,
) -> Result<Response, Problem> {
    let of = PositionsOf::Owner(parse::address("address", &address)?);
    let list = asked.list(params.first.as_deref(), params.after.as_deref())?;
    let (_, at) = params.open(&deps).await?;
    list.answer(tables::POSITIONS, at, move |at, part| async move {
        positions::page(&at, of, None, part.slice()).await
    })
    .await
}

/// Shares of pairs that an account holds (V2).
#[utoipa::path(
    get,
    path = "/v1/accounts/{address}/liquidity-positions",
    operation_id = "accountLiquidityPositions",
    tag = "accounts",
    params(
        (
            "address" = AddressText,
            Path,
            description = "The account.",
            example = "0x7d2037652b073a085592874ada22385df6bc29db",
        ),
        OfOne,
    ),
    responses(
        (status = 200, description = "A page of shares.", body = api_kit::answer::Page<positions::ShareItem>),
    ),
)]
pub(super) async fn of_shares(
    State(deps): State<Arc<Deps>>,
    Path(address): Path<String>,
    asked: Asked,
    Query(params): Query<OfOne>,
) -> Result<Response, Problem> {
    let of = SharesOf::Account(parse::address("address", &address)?);
    let list = asked.list(params.first.as_deref(), params.after.as_deref())?;
    let (_, at) = params.open(&deps).await?;
    list.answer(tables::SHARES, at, move |at, part| async move {
        positions::shares(&at, of, part.slice()).await
    })
    .await
}

fn filter(account: Address) -> Filter {
    Filter { account: Some(account), ..Filter::default() }
}
