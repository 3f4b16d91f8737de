//! `asset/holders`: who holds the shares of a V2 pair. Who holds other tokens is not indexed, and not guessed.

use alloy_primitives::{Address, U256};
use api_kit::{extract::Query, problem::Problem};
use axum::{Json, extract::State};
use domain::{entity::Protocol, ids::PoolId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{fault::Fault, unknown_asset};
use crate::feeds::{
    blocks::{
        Blocks, assets,
        pools::{self, address_text},
        request::ById,
    },
    view::View,
};
use crate::openapi::shapes::AddressText;

#[cfg(test)]
mod tests;

/// Shares of a pair have 18 decimals.
const ONE: u64 = 1_000_000_000_000_000_000;
/// Bounds of a page.
const PAGE: std::ops::RangeInclusive<usize> = 10..=50;

/// `?id=&page=&pageSize=`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Asked {
    #[serde(flatten)]
    id: ById,
    page: Option<String>,
    page_size: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DexToolsHoldersAnswer)]
pub(super) struct HoldersAnswer {
    asset: Holders,
}

/// A page of holders, largest first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DexToolsHolders)]
struct Holders {
    id: String,
    total_holders_count: usize,
    holders: Vec<Holder>,
}

/// A holder; whole tokens, rounded down.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DexToolsHolder)]
struct Holder {
    address: String,
    quantity: i64,
}

/// Who holds the shares of a V2 pair.
///
/// Who holds other tokens is not indexed: `HOLDERS_UNKNOWN`.
#[utoipa::path(
    get,
    path = "/asset/holders",
    operation_id = "dextoolsHolders",
    tag = "dextools",
    params(
        ("id" = AddressText, Query, description = "Address of the pair."),
        ("page" = Option<u32>, Query, description = "Number of the page, from 0.", minimum = 0),
        (
            "pageSize" = Option<u32>,
            Query,
            description = "Holders of a page: 10 unless said.",
            minimum = 10,
            maximum = 50,
        ),
    ),
    responses(
        (status = 200, description = "A page of holders, the largest first.", body = HoldersAnswer),
    ),
)]
pub(super) async fn get(
    mut view: View,
    State(blocks): State<Blocks>,
    params: Result<Query<Asked>, Problem>,
) -> Result<Json<HoldersAnswer>, Fault> {
    let Query(asked) = params?;
    let address = asked.id.address().map_err(|why| Fault::of(why, "id"))?;
    let (page, size) = asked.page()?;
    let height = blocks.height(&mut view).await?;
    let id = PoolId::Contract(address);
    let pair = pools::find(&view, id, height).await?;
    if pair.is_none_or(|pair| pair.pool.protocol != Protocol::V2) {
        assets::find(&view, address, height).await?.ok_or_else(unknown_asset)?;
        return Err(
            unknown_holders("who holds it is not indexed; the shares of V2 pairs are").into()
        );
    }
    let held = blocks.holders(&view, id).await?;
    let held = held
        .ok_or_else(|| unknown_holders("too many accounts held its shares to be put in order"))?;
    let holders = paged(&held, page, size);
    let total = held.len();
    let id = address_text(address);
    Ok(Json(HoldersAnswer { asset: Holders { id, total_holders_count: total, holders } }))
}

impl Asked {
    fn page(&self) -> Result<(usize, usize), Fault> {
        let number = |text: &Option<String>, name: &'static str, default: usize| {
            let Some(text) = text else { return Ok(default) };
            let detail = || format!("`{name}` has to be a whole number; `pageSize` 10 to 50");
            let invalid = || Fault::of(Problem::bad_request("PAGE_INVALID", detail()), name);
            let number = text.parse::<usize>().map_err(|_| invalid())?;
            if name == "pageSize" && !PAGE.contains(&number) { Err(invalid()) } else { Ok(number) }
        };
        Ok((number(&self.page, "page", 0)?, number(&self.page_size, "pageSize", 10)?))
    }
}

/// A page of them, in whole tokens.
fn paged(held: &[(Address, U256)], page: usize, size: usize) -> Vec<Holder> {
    let holder = |(account, balance): &(Address, U256)| Holder {
        address: address_text(*account),
        quantity: i64::try_from(balance / U256::from(ONE)).unwrap_or(i64::MAX),
    };
    held.iter().skip(page.saturating_mul(size)).take(size).map(holder).collect()
}

fn unknown_holders(why: &str) -> Problem {
    Problem::not_found("HOLDERS_UNKNOWN", why)
}
