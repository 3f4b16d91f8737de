//! `asset/holders`: who holds the shares of a V2 pair. Who holds other tokens is not indexed, and not guessed.

use alloy_primitives::{Address, U256};
use api_kit::{extract::Query, problem::Problem};
use axum::{Json, extract::State};
use domain::{entity::Protocol, ids::PoolId};
use serde::{Deserialize, Serialize};
use store::{ShareQuery, SharesOf};

use super::{fault::Fault, unknown_asset};
use crate::feeds::{
    blocks::{
        Blocks, assets,
        pools::{self, address_text},
        request::ById,
    },
    view::View,
};

#[cfg(test)]
mod tests;

/// Shares of a pair have 18 decimals.
const ONE: u64 = 1_000_000_000_000_000_000;
/// Accounts of a pair that are looked through at most.
const MOST: u32 = 20_000;
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
#[derive(Debug, Serialize)]
pub(super) struct HoldersAnswer {
    asset: Holders,
}

/// A page of holders, largest first.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Holders {
    id: String,
    total_holders_count: usize,
    holders: Vec<Holder>,
}

/// A holder; whole tokens, rounded down.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Holder {
    address: String,
    quantity: i64,
}

pub(super) async fn get(
    view: View,
    State(blocks): State<Blocks>,
    params: Result<Query<Asked>, Problem>,
) -> Result<Json<HoldersAnswer>, Fault> {
    let Query(asked) = params?;
    let address = asked.id.address().map_err(|why| Fault::of(why, "id"))?;
    let (page, size) = asked.page()?;
    let height = blocks.height(&view).await?;
    let id = PoolId::Contract(address);
    let pair = pools::find(&view, id, height).await?;
    if pair.is_none_or(|pair| pair.pool.protocol != Protocol::V2) {
        assets::find(&view, address, height).await?.ok_or_else(unknown_asset)?;
        return Err(
            unknown_holders("who holds it is not indexed; the shares of V2 pairs are").into()
        );
    }
    let query = ShareQuery { of: SharesOf::Pool(id), after: None, limit: MOST + 1 };
    let shares = view.snapshot.shares(&query).await.map_err(Problem::from)?;
    if shares.len() > MOST as usize {
        return Err(unknown_holders("too many accounts held its shares to be put in order").into());
    }
    let held = shares.into_iter().map(|((_, account), share)| (account, share.balance)).collect();
    let (total, holders) = largest(held, page, size);
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

/// How many hold some, and a page of them.
fn largest(mut held: Vec<(Address, U256)>, page: usize, size: usize) -> (usize, Vec<Holder>) {
    held.retain(|(_, balance)| !balance.is_zero());
    held.sort_unstable_by(|(a, more), (b, less)| less.cmp(more).then(a.cmp(b)));
    let total = held.len();
    let holders = held.into_iter().skip(page.saturating_mul(size)).take(size);
    let holder = |(account, balance): (Address, U256)| Holder {
        address: address_text(account),
        quantity: i64::try_from(balance / U256::from(ONE)).unwrap_or(i64::MAX),
    };
    (total, holders.map(holder).collect())
}

fn unknown_holders(why: &str) -> Problem {
    Problem::not_found("HOLDERS_UNKNOWN", why)
}
