//! `GET /cmc/ticker`: all markets by name.

use std::collections::BTreeMap;

use api_kit::problem::Problem;
use axum::Json;
use domain::decimal::Decimal;
use serde::Serialize;

use crate::{
    feeds::{asked::Asked, listing::Row, tickers, view::View},
    view::address,
};

#[derive(Serialize)]
pub(super) struct Item {
    base_id: String,
    quote_id: String,
    last_price: Decimal,
    base_volume: String,
    quote_volume: String,
    #[serde(rename = "isFrozen")]
    is_frozen: &'static str,
}

impl From<&Row> for Item {
    fn from(row: &Row) -> Self {
        let Row { pair, day, .. } = row;
        Self {
            base_id: address(pair.base.address),
            quote_id: address(pair.quote.address),
            last_price: day.last,
            base_volume: pair.whole_base(day.base_volume),
            quote_volume: pair.whole_quote(day.quote_volume),
            // nobody can stop a pool
            is_frozen: "0",
        }
    }
}

pub(super) async fn get(view: View, asked: Asked) -> Result<Json<BTreeMap<String, Item>>, Problem> {
    let listing = view.listing().await?;
    let rows = listing.page(&asked)?;
    Ok(Json(rows.iter().map(|row| (tickers::unique(&row.pair), Item::from(row))).collect()))
}
