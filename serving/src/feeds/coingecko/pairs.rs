//! `GET /coingecko/pairs`: all pairs, oldest pool first.

use api_kit::problem::Problem;
use axum::Json;
use serde::Serialize;

use crate::{
    feeds::{asked::Asked, listing::Row, tickers, view::View},
    view::address,
};

#[derive(Serialize)]
pub(super) struct Item {
    ticker_id: String,
    base: String,
    target: String,
    pool_id: String,
}

impl From<&Row> for Item {
    fn from(row: &Row) -> Self {
        Self {
            ticker_id: tickers::name(&row.pair),
            base: address(row.pair.base.address),
            target: address(row.pair.quote.address),
            pool_id: row.pair.pool.id.to_string(),
        }
    }
}

pub(super) async fn get(view: View, asked: Asked) -> Result<Json<Vec<Item>>, Problem> {
    let listing = view.listing().await?;
    Ok(Json(listing.page(&asked)?.iter().map(Item::from).collect()))
}
