//! `GET /coingecko/tickers`: prices, and what moved in the last 24 hours.

use api_kit::problem::Problem;
use axum::Json;
use domain::decimal::Decimal;
use serde::Serialize;

use crate::{
    feeds::{asked::Asked, listing::Row, tickers, view::View},
    view::address,
};

#[derive(Serialize)]
pub(super) struct Ticker {
    ticker_id: String,
    base_currency: String,
    target_currency: String,
    pool_id: String,
    last_price: Decimal,
    base_volume: String,
    target_volume: String,
    liquidity_in_usd: Decimal,
    bid: Option<Decimal>,
    ask: Option<Decimal>,
    high: Decimal,
    low: Decimal,
}

impl From<&Row> for Ticker {
    fn from(row: &Row) -> Self {
        let Row { pair, day, liquidity_usd } = row;
        let [bid, ask] = day.marginal.map_or([None, None], |prices| prices.map(Some));
        Self {
            ticker_id: tickers::name(pair),
            base_currency: address(pair.base.address),
            target_currency: address(pair.quote.address),
            pool_id: pair.pool.id.to_string(),
            last_price: day.last,
            base_volume: pair.whole_base(day.base_volume),
            target_volume: pair.whole_quote(day.quote_volume),
            liquidity_in_usd: *liquidity_usd,
            bid,
            ask,
            high: day.high,
            low: day.low,
        }
    }
}

pub(super) async fn get(view: View, asked: Asked) -> Result<Json<Vec<Ticker>>, Problem> {
    let listing = view.listing().await?;
    Ok(Json(listing.page(&asked)?.iter().map(Ticker::from).collect()))
}
