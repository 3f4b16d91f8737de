//! `GET /udf/search?query=&type=&exchange=&limit=`: symbols by what their tokens are called, or by address.
//!
//! Tokens are found among the names in memory, pools read at the request's block. Without a query: the pools with the most
//! swaps.

use std::cmp::Reverse;

use api_kit::problem::Problem;
use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use domain::entity::Pool;
use serde::Serialize;
use store::{PoolOrder, PoolQuery};
use utoipa::ToSchema;

use super::{Answer, Told, config::KIND, scale::is_too_small, symbol::Ticker};
use crate::feeds::{
    asked::Asked,
    pairs::{self, Pair},
    view::View,
};

mod found;
mod terms;

use found::Found;
use terms::Terms;

/// Symbols of an answer if nothing is said, and most.
const USUAL: u32 = 30;
const MOST: u32 = 100;

/// A symbol that was found.
#[derive(Serialize, ToSchema)]
#[schema(as = UdfFound)]
struct Item {
    symbol: String,
    full_name: String,
    description: String,
    exchange: String,
    ticker: String,
    #[serde(rename = "type")]
    kind: &'static str,
}

impl From<Ticker> for Item {
    fn from(ticker: Ticker) -> Self {
        let symbol = ticker.pair.title();
        let exchange = ticker.pair.pool.dex.clone();
        Self {
            full_name: format!("{exchange}:{symbol}"),
            description: ticker.description(),
            ticker: ticker.text(),
            symbol,
            exchange,
            kind: KIND,
        }
    }
}

/// Symbols by what their tokens are called, or by address.
///
/// Without a query: the pools with the most swaps.
#[utoipa::path(
    get,
    path = "/search",
    operation_id = "udfSearch",
    tag = "udf",
    params(
        ("query" = Option<String>, Query, description = "Words.", max_length = 200),
        ("type" = Option<String>, Query, description = "`crypto`, the type of all symbols.", max_length = 40),
        ("exchange" = Option<String>, Query, description = "Configured name of a DEX.", max_length = 80),
        (
            "limit" = Option<u32>,
            Query,
            description = "Symbols of the answer: 30 unless said, 100 at most.",
            minimum = 1,
            maximum = 100,
        ),
    ),
    responses(
        (
            status = 200,
            description = "The symbols, the best first, or an error of the protocol.",
            body = Answer<Vec<Item>>,
        ),
    ),
)]
pub(super) async fn get(view: View, asked: Asked) -> Result<Response, Told> {
    let limit = asked.number("limit")?.filter(|limit| *limit > 0);
    let limit = u32::try_from(limit.unwrap_or_else(|| USUAL.into())).unwrap_or(MOST).min(MOST);
    let nothing = || Json(Vec::<Item>::new()).into_response();
    if asked.text("type").is_some_and(|kind| kind != KIND) {
        return Ok(nothing());
    }
    let exchange = asked.text("exchange");
    if exchange
        .is_some_and(|name| view.chain().is_ok_and(|chain| !chain.quoters.contains_key(name)))
    {
        return Ok(nothing());
    }
    let terms = Terms::new(asked.text("query").unwrap_or_default());
    let pools = if terms.is_empty() {
        busiest(&view, exchange, limit).await?
    } else {
        Found::new(&view, &terms).await?.pools(&view, exchange, limit).await?
    };
    let mut pairs = pairs::of_pools(&view.snapshot, view.settings()?, pools).await?;
    pairs.retain(|pair| exchange.is_none_or(|name| pair.pool.dex == name) && terms.fit(pair));
    pairs.sort_by_key(|pair| (terms.distance(pair), Reverse(pair.pool.swap_count), pair.pool.id));
    pairs.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let items: Vec<Item> = pairs.into_iter().map(|pair| readable(pair).into()).collect();
    Ok(Json(items).into_response())
}

/// Where a price is too small to be shown, it is told the other way round.
fn readable(pair: Pair) -> Ticker {
    let small = is_too_small(pair.price());
    let ticker = Ticker::new(pair);
    if small { ticker.turned() } else { ticker }
}

async fn busiest(view: &View, exchange: Option<&str>, limit: u32) -> Result<Vec<Pool>, Problem> {
    // as many again, in case some are not shown
    let query = PoolQuery {
        dex: exchange.map(str::to_owned),
        order: PoolOrder::Swaps,
        limit: limit.saturating_mul(2),
        ..PoolQuery::default()
    };
    Ok(view.snapshot.pools(&query).await?)
}
