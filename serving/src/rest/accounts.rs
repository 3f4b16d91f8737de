//! `GET /v1/accounts/{address}` and what it has: `/swaps`, `/liquidity-events`, `/positions`, `/liquidity-positions`.

use std::sync::Arc;

use alloy_primitives::Address;
use api_kit::{
    answer::{Item, Page},
    extract::{Path, Query},
    page::Slice,
    parse,
    problem::Problem,
};
use axum::{Json, extract::State};
use store::{PositionsOf, SharesOf};

use super::{
    positions::{self, PositionItem, ShareItem},
    rows::OfOne,
    token::One,
};
use crate::{
    deps::Deps,
    failure,
    read::{accounts, liquidity, rows::Filter, swaps},
    view::{account::Account, liquidity::LiquidityEvent, swap::Swap},
};

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

pub(super) async fn of_swaps(
    State(deps): State<Arc<Deps>>,
    Path(address): Path<String>,
    Query(params): Query<OfOne>,
) -> Result<Json<Page<Swap>>, Problem> {
    let filter = filter(parse::address("address", &address)?);
    let slice = Slice::parse(params.first.as_deref(), params.after.as_deref())?;
    let (chain, at) = params.open(&deps).await?;
    let page = swaps::page(&at, filter, slice).await?;
    Ok(Json(Page::new(at.block(), page, |swap| Swap::new(chain, &swap))))
}

pub(super) async fn of_liquidity(
    State(deps): State<Arc<Deps>>,
    Path(address): Path<String>,
    Query(params): Query<OfOne>,
) -> Result<Json<Page<LiquidityEvent>>, Problem> {
    let filter = filter(parse::address("address", &address)?);
    let slice = Slice::parse(params.first.as_deref(), params.after.as_deref())?;
    let (chain, at) = params.open(&deps).await?;
    let page = liquidity::page(&at, filter, slice).await?;
    Ok(Json(Page::new(at.block(), page, |event| LiquidityEvent::new(chain, &event))))
}

pub(super) async fn of_positions(
    State(deps): State<Arc<Deps>>,
    Path(address): Path<String>,
    Query(params): Query<OfOne>,
) -> Result<Json<Page<PositionItem>>, Problem> {
    let of = PositionsOf::Owner(parse::address("address", &address)?);
    let slice = Slice::parse(params.first.as_deref(), params.after.as_deref())?;
    let (_, at) = params.open(&deps).await?;
    Ok(Json(positions::page(&at, of, None, slice).await?))
}

pub(super) async fn of_shares(
    State(deps): State<Arc<Deps>>,
    Path(address): Path<String>,
    Query(params): Query<OfOne>,
) -> Result<Json<Page<ShareItem>>, Problem> {
    let of = SharesOf::Account(parse::address("address", &address)?);
    let slice = Slice::parse(params.first.as_deref(), params.after.as_deref())?;
    let (_, at) = params.open(&deps).await?;
    Ok(Json(positions::shares(&at, of, slice).await?))
}

fn filter(account: Address) -> Filter {
    Filter { account: Some(account), ..Filter::default() }
}
