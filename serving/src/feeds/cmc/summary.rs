//! `GET /cmc/summary`: all markets, and what they did in the last 24 hours.

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
    trading_pairs: String,
    base_currency: String,
    quote_currency: String,
    last_price: Decimal,
    lowest_ask: Option<Decimal>,
    highest_bid: Option<Decimal>,
    base_volume: String,
    quote_volume: String,
    price_change_percent_24h: Decimal,
    highest_price_24h: Decimal,
    lowest_price_24h: Decimal,
}

impl From<&Row> for Item {
    fn from(row: &Row) -> Self {
        let Row { pair, day, .. } = row;
        let [bid, ask] = day.marginal.map_or([None, None], |prices| prices.map(Some));
        Self {
            trading_pairs: tickers::unique(pair),
            base_currency: address(pair.base.address),
            quote_currency: address(pair.quote.address),
            last_price: day.last,
            lowest_ask: ask,
            highest_bid: bid,
            base_volume: pair.whole_base(day.base_volume),
            quote_volume: pair.whole_quote(day.quote_volume),
            price_change_percent_24h: day.change_percent(),
            highest_price_24h: day.high,
            lowest_price_24h: day.low,
        }
    }
}

pub(super) async fn get(view: View, asked: Asked) -> Result<Json<Vec<Item>>, Problem> {
    let listing = view.listing().await?;
    Ok(Json(listing.page(&asked)?.iter().map(Item::from).collect()))
}
